package api

import "encoding/json"

// errorBody is the JSON of an error: {"type":"…","messages":["…"]} as documented for most, and
// {"message":"…","http_status_code":429} as documented for an exceeded quota. The members are raw so
// that one of an unexpected shape does not hide the others.
type errorBody struct {
	Type     json.RawMessage `json:"type"`
	Messages json.RawMessage `json:"messages"`
	Message  json.RawMessage `json:"message"`
}

func (b errorBody) typeName() string {
	var name string
	if json.Unmarshal(b.Type, &name) != nil {
		return ""
	}
	return name
}

// messages returns the messages, be they a list or a single one. What is no string stays JSON.
func (b errorBody) messages() []string {
	var texts []string
	for _, raw := range []json.RawMessage{b.Messages, b.Message} {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			list = []json.RawMessage{raw}
		}
		for _, item := range list {
			texts = append(texts, plainText(item))
		}
	}
	return texts
}

func plainText(item json.RawMessage) string {
	var text string
	if json.Unmarshal(item, &text) == nil {
		return text
	}
	return string(item)
}
