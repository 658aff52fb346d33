package api

import "encoding/json"

// errorBody is the JSON of an error. The documentation shows {"type":"…","messages":["…"]} for most errors,
// and {"message":"…","http_status_code":429} for an exceeded quota. The members are decoded one by one, so
// that an unexpected one does not hide the others.
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

// messages returns the list, or the single message. A message that is not a string stays JSON.
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
