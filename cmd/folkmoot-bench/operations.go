package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maker returns the function that writes the n-th request of a worker.
func (a operation) maker(addr string, worker, workers int) func(n int) []byte {
	var fields []field
	if len(a.Sessions) > 0 {
		fields = append(fields, sessionOf(a.Sessions[worker%len(a.Sessions)]))
	}
	fields = append(fields, a.Fields...)
	switch a.Kind {
	case "vote":
		return a.votes(addr, worker, fields)
	case "reply":
		return a.replies(addr, worker, fields)
	case "decide":
		return a.decisions(addr, fields)
	}
	return a.gets(addr, worker, workers, fields)
}

// gets asks for the paths one after another, the workers in turn.
func (a operation) gets(addr string, worker, workers int, fields []field) func(int) []byte {
	ready := make([][]byte, len(a.Paths))
	return func(n int) []byte {
		at := (n*workers + worker) % len(a.Paths)
		if ready[at] == nil {
			ready[at] = appendRequest(nil, "GET", addr, a.Paths[at], fields, nil)
		}
		return ready[at]
	}
}

// writes are the headers of a form that our own script sends.
func writes(addr string, more []field) []field {
	return append([]field{
		{"Accept", "application/json"},
		{"Sec-Fetch-Site", "same-origin"},
		{"Origin", "http://" + addr},
	}, more...)
}

// choices are what votes say.
var choices = []string{"agree", "disagree", "pass"}

// votes goes through the ideas, and each time round to the next choice, so that no
// vote says what the same person's last one on the same idea said.
func (a operation) votes(addr string, worker int, fields []field) func(int) []byte {
	fields = writes(addr, fields)
	var buffer, body []byte
	return func(n int) []byte {
		path := a.Paths[0] + "/ideas/" + strconv.Itoa(1+(worker+n)%a.Ideas) + "/vote"
		body = append(append(body[:0], "choice="...), choices[(n/a.Ideas+worker)%len(choices)]...)
		buffer = appendRequest(buffer[:0], "POST", addr, path, fields, body)
		return buffer
	}
}

// replies writes Markdown as people do; every second one answers somebody. No two loads send
// the same words, which from one person would be one text.
func (a operation) replies(addr string, worker int, fields []field) func(int) []byte {
	fields = writes(addr, fields)
	load := strconv.FormatInt(time.Now().UnixNano(), 36)
	return func(n int) []byte {
		form := url.Values{"body": {markdownOf(worker*1_000_003+n) + " (" + load + ")"}}
		if len(a.Items) > 0 && n%2 == 1 {
			form.Set("parent", a.Items[(worker+n/2)%len(a.Items)])
		}
		return appendRequest(nil, "POST", addr, a.Paths[0]+"/replies", fields, []byte(form.Encode()))
	}
}

// decisions takes a reply down and puts it back, in turn: each changes the page.
func (a operation) decisions(addr string, fields []field) func(int) []byte {
	fields = writes(addr, fields)
	return func(n int) []byte {
		form := url.Values{"decision": {[]string{"remove", "restore"}[n%2]}, "reason": {"It names a person."}}
		return appendRequest(nil, "POST", addr, "/moderation/"+a.Items[0], fields, []byte(form.Encode()))
	}
}

// markdownOf is a reply as somebody might type it: three paragraphs, some
// emphasis, a list or an address.
func markdownOf(seed int) string {
	first, rest, _ := strings.Cut(textOf(seed), ". ")
	middle := "- " + sentenceOf(seed+1) + "\n- " + sentenceOf(seed+2)
	if seed%3 == 0 {
		middle = "See https://example.org/minutes/" + strconv.Itoa(seed%1000) + " for the figures."
	}
	return fmt.Sprintf("%s, **%s**.\n\n%s\n\n%s", first, sentenceOf(seed+3), middle, rest)
}
