package handlers

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"

	"github.com/valyala/fasthttp"
)

const keyRequestID = "request_id"

// requestID returns the id of a request, by which the log and an error page name it.
func requestID(ctx *fasthttp.RequestCtx) string {
	if id, ok := ctx.UserValue(keyRequestID).(string); ok {
		return id
	}
	var b [16]byte // no secret
	binary.NativeEndian.PutUint64(b[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(b[8:], rand.Uint64())
	id := hex.EncodeToString(b[:])
	ctx.SetUserValue(keyRequestID, id)
	ctx.Response.Header.Set("X-Request-Id", id)
	return id
}
