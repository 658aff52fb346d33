package api

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// errorBody is the JSON of an error. An error of the API itself is {"type":"…","messages":["…"]}. Others come from what
// stands before it: {"message":"…","http_status_code":429} is the gateway's, "detail" and "title" are those of RFC 9457,
// "error" is that of OAuth and of Spring. The members are decoded one by one, so that an unexpected one does not hide the
// others.
type errorBody struct {
	Type       json.RawMessage `json:"type"`
	Messages   json.RawMessage `json:"messages"`
	Message    json.RawMessage `json:"message"`
	Detail     json.RawMessage `json:"detail"`
	Reason     json.RawMessage `json:"error_description"`
	Failure    json.RawMessage `json:"error"`
	Failures   json.RawMessage `json:"errors"`
	Title      json.RawMessage `json:"title"`
	StatusCode json.RawMessage `json:"http_status_code"`
	Status     json.RawMessage `json:"status"`
	Code       json.RawMessage `json:"code"`
}

// parseErrorBody reports whether the body is a JSON object.
func parseErrorBody(body []byte) (content errorBody, ok bool) {
	return content, len(body) > 0 && body[0] == '{' && json.Unmarshal(body, &content) == nil
}

// fromAPI reports whether the body has the shape of the API's own errors.
func (b *errorBody) fromAPI() bool {
	return b.typeName() != "" && len(b.Messages) > 0 && (b.Messages[0] == '[' || b.Messages[0] == '"')
}

func (b *errorBody) typeName() string { return stringIn(b.Type) }

// failure reports whether the body tells of a failure, whatever the status of the answer. status is the one that it
// gives; 0: none.
func (b *errorBody) failure() (status int, failed bool) {
	for _, raw := range []json.RawMessage{b.StatusCode, b.Status, b.Code} {
		if n, err := strconv.Atoi(string(raw)); err == nil && n >= 400 && n < 600 {
			return n, true
		}
	}
	for _, raw := range []json.RawMessage{b.Messages, b.Message, b.Detail, b.Failure, b.Failures} {
		switch string(raw) {
		case "", "null", "false", "[]", "{}", `""`:
		default:
			return 0, true
		}
	}
	return 0, false
}

// texts are what the body says. A text that is not a string stays JSON.
func (b *errorBody) texts() []string {
	var texts []string
	for _, raw := range []json.RawMessage{b.Messages, b.Message, b.Detail, b.Reason, b.Failure, b.Failures, b.Title} {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			list = []json.RawMessage{raw}
		}
		for _, item := range list {
			if text := plainText(item); text != "" && text != "null" && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

func plainText(item json.RawMessage) string {
	if text := stringIn(item); text != "" {
		return text
	}
	return string(item)
}

func stringIn(raw json.RawMessage) string {
	var text string
	_ = json.Unmarshal(raw, &text) // another kind of value is none
	return text
}

var htmlTitle = regexp.MustCompile(`(?is)<(title|h1)[^>]*>(.*?)</(title|h1)>`)

// titleOf is what a page of HTML says first; "": nothing.
func titleOf(page []byte) string {
	for _, found := range htmlTitle.FindAllSubmatch(page[:min(len(page), 64<<10)], 2) {
		text := bytes.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAll(found[2], nil))
		if len(text) > 0 {
			return strings.TrimSpace(html.UnescapeString(string(text)))
		}
	}
	return ""
}
