package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxUnpacked is how many bytes a compressed body may have: 1 MiB. A small one could otherwise fill the memory.
const maxUnpacked = 1 << 20

// fieldEnvelope is the name in Notification.Other of what stood around a notification.
const fieldEnvelope = "envelope"

// ParseNotifications reads the body of a request to a webhook. The documentation has one notification in each. A list
// of them, an object with only one field that holds a notification or a list, a byte order mark and gzip are understood
// as well. Either all notifications of a body are read, or there is an error, which can be shown to the sender.
func ParseNotifications(body []byte) ([]Notification, error) {
	body, err := unpack(body)
	if err != nil {
		return nil, err
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // the byte order mark
	n, err := ParseNotification(body)
	if err == nil {
		return []Notification{n}, nil
	}
	if list, ok := asList(body); ok {
		return parseList(list)
	}
	if inner, around, ok := opened(body); ok {
		return parseInner(inner, around)
	}
	return nil, err
}

func unpack(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte("\x1f\x8b")) { // gzip begins so: RFC 1952
		return body, nil
	}
	packed, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(packed, maxUnpacked+1))
	}
	if err == nil && len(body) > maxUnpacked {
		err = errors.New("it is too large")
	}
	if err != nil {
		return nil, fmt.Errorf("the body cannot be decompressed: %w", err)
	}
	return body, nil
}

func asList(text []byte) (list []json.RawMessage, ok bool) {
	err := json.Unmarshal(text, &list)
	return list, err == nil && len(list) > 0
}

func parseList(list []json.RawMessage) ([]Notification, error) {
	all := make([]Notification, len(list))
	for i, text := range list {
		var err error
		if all[i], err = ParseNotification(text); err != nil {
			return nil, fmt.Errorf("notification %d of %d: %w", i+1, len(list), err)
		}
	}
	return all, nil
}

// opened finds the only field of an object that holds an object or a list of something. The other fields are around
// it.
func opened(body []byte) (inner json.RawMessage, around map[string]json.RawMessage, ok bool) {
	if json.Unmarshal(body, &around) != nil {
		return nil, nil, false
	}
	var found []string
	for name, value := range around {
		if list, isList := asList(value); isList && list[0][0] == '{' || value[0] == '{' {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return nil, nil, false
	}
	inner = around[found[0]]
	delete(around, found[0])
	return inner, around, true
}

// parseInner keeps what stood around the notifications in each of them.
func parseInner(inner json.RawMessage, around map[string]json.RawMessage) ([]Notification, error) {
	list, ok := asList(inner)
	if !ok {
		list = []json.RawMessage{inner}
	}
	all, err := parseList(list)
	if err != nil || len(around) == 0 {
		return all, err
	}
	text, err := json.Marshal(around)
	if err != nil {
		return nil, fmt.Errorf("the fields around the notification: %w", err)
	}
	for i := range all {
		if all[i].Other == nil {
			all[i].Other = map[string]json.RawMessage{}
		}
		if _, taken := all[i].Other[fieldEnvelope]; taken {
			return nil, fmt.Errorf("a notification within another object has a field %q", fieldEnvelope)
		}
		all[i].Other[fieldEnvelope] = text
	}
	return all, nil
}
