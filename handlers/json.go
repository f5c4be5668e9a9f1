package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/i18n"
)

// The answers to programs and to the script, their fields by name. What they may not see
// has no field.

// sentJSON is the answer to a reply or an idea that was taken.
type sentJSON struct {
	Item      string `json:"item"`
	Reference string `json:"reference"`
}

func sentJSONOf(s service.Sent) sentJSON { return sentJSON{s.Item.String(), s.Reference} }

// voteJSON is the answer to a vote.
type voteJSON struct {
	Choice  models.Choice `json:"choice"`
	Voters  int64         `json:"voters"`
	Waiting bool          `json:"waiting"`
}

// pendingVoteJSON is the answer to a vote that waits in the browser for an address.
type pendingVoteJSON struct {
	Choice  models.Choice `json:"choice"`
	Count   int           `json:"count"` // votes that wait there in this consultation
	Waiting bool          `json:"waiting"`
}

// decidedAnswer is what a program is told of an act of moderation.
type decidedAnswer struct {
	Decisions int               `json:"decisions"`           // how many were made
	Items     int               `json:"items"`               // how many texts were decided on
	Decided   []decidedGroup    `json:"decided"`             // one for each consultation
	Undecided []notDecidedGroup `json:"undecided,omitempty"` // one for each consultation where it failed
}

type decidedGroup struct {
	Consultation string   `json:"consultation"` // slug
	Decision     int64    `json:"decision"`     // number, to take it back by
	Items        []string `json:"items"`
}

type notDecidedGroup struct {
	Consultation string      `json:"consultation"`
	Items        []string    `json:"items"`
	Error        problemJSON `json:"error"`
}

// problemJSON is one refusal beside others in an answer.
type problemJSON struct {
	Code      models.Code `json:"code"`
	Message   string      `json:"message"`
	Reference string      `json:"reference,omitempty"` // of a fault of ours, in the log
}

// errorJSON is the answer to what was refused or failed.
type errorJSON struct {
	Error errorBodyJSON `json:"error"`
}

type errorBodyJSON struct {
	Code      models.Code       `json:"code"`
	Fields    map[string]string `json:"fields,omitempty"` // what is wrong, by field
	Message   string            `json:"message"`
	Reference string            `json:"reference,omitempty"` // of a fault of ours, to quote
}

func errorJSONOf(l *i18n.Localizer, e *models.Error, sentence, reference string) errorJSON {
	body := errorBodyJSON{Code: e.Code, Message: sentence, Reference: reference}
	for _, f := range e.Fields {
		if body.Fields == nil {
			body.Fields = map[string]string{}
		}
		body.Fields[f.Field] = fieldSentence(l, f)
	}
	return errorJSON{body}
}

// wantsJSON reports whether the answer should be JSON: the script asks so, and the
// addresses that end in .json.
func wantsJSON(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) || strings.HasSuffix(c.Path(), ".json")
}
