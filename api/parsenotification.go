package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseNotification reads the JSON of one notification. ID, Type and ICCID must be valid, because they identify the
// notification; every other field is kept as it is. An ID or ICCID may be a whole number. Type is read by
// [ParseNotificationType]. The names of fields may have other letter case, or lack their underscores. An error names the
// field and can be shown to the sender.
func ParseNotification(body []byte) (Notification, error) {
	if !utf8.Valid(body) {
		return Notification{}, errors.New("the body is not UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return Notification{}, fmt.Errorf("the body is not JSON: %w", syntax)
		}
		return Notification{}, errors.New("the body is JSON, but not an object")
	}
	return notificationOf(fields)
}

func notificationOf(fields map[string]json.RawMessage) (n Notification, err error) {
	renameFields(fields)
	if n.ID, err = takeIdentifier(fields, fieldID); err != nil {
		return Notification{}, err
	}
	name, err := takeIdentifier(fields, fieldType)
	if err != nil {
		return Notification{}, err
	}
	if n.Type, err = ParseNotificationType(name); err != nil {
		n.Type = NotificationType(name)
	}
	if n.ICCID, err = takeIdentifier(fields, fieldICCID); err != nil {
		return Notification{}, err
	}
	if !looksLikeICCID(n.ICCID) {
		return Notification{}, fmt.Errorf("%q is not an ICCID: it must have 18 to 20 digits and begin with 89", fieldICCID)
	}
	takeField(fields, fieldSubscriptionID, &n.SubscriptionID)
	takeField(fields, fieldThreshold, &n.Threshold)
	takeField(fields, fieldExpirationDate, &n.ExpirationDate)
	takeField(fields, fieldCurrentBalance, &n.CurrentBalance)
	takeField(fields, fieldEID, &n.EID)
	takeField(fields, fieldStep, &n.DownloadProgressStep)
	takeField(fields, fieldPointDescription, &n.NotificationPointDescription)
	takeField(fields, fieldStatus, &n.NotificationStatus)
	if len(fields) > 0 {
		n.Other = fields
	}
	return n, nil
}

// renameFields gives the known fields their documented names, where only one field can be meant.
func renameFields(fields map[string]json.RawMessage) {
	meant := map[string][]string{}
	for name := range fields {
		plain := plainName(name)
		meant[plain] = append(meant[plain], name)
	}
	for _, known := range []string{
		fieldID, fieldType, fieldICCID, fieldSubscriptionID, fieldThreshold, fieldExpirationDate, fieldCurrentBalance,
		fieldEID, fieldStep, fieldPointDescription, fieldStatus,
	} {
		names := meant[plainName(known)]
		if len(names) == 1 && names[0] != known {
			fields[known] = fields[names[0]]
			delete(fields, names[0])
		}
	}
}

// plainName is the same for SubscriptionId, subscription-id and subscription_id.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ":", "", " ", "").Replace(name))
}

// takeIdentifier removes a required string from fields and returns it.
func takeIdentifier(fields map[string]json.RawMessage, name string) (string, error) {
	raw, sent := fields[name]
	if !sent {
		return "", fmt.Errorf("%q is missing", name)
	}
	delete(fields, name)
	var text string
	switch {
	case name != fieldType && strings.Trim(string(raw), "0123456789") == "":
		text = string(raw) // every digit as it was sent
	case raw[0] != '"' || json.Unmarshal(raw, &text) != nil:
		return "", fmt.Errorf("%q is not a string", name)
	}
	if text == "" || len(text) > maxIdentifier || strings.ContainsFunc(text, unfitForIdentifier) {
		return "", fmt.Errorf("%q must be 1 to %d bytes of printable characters without spaces", name, maxIdentifier)
	}
	return text, nil
}

// unfitForIdentifier reports characters that could make two different identifiers look the same.
func unfitForIdentifier(r rune) bool {
	return r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r)
}

func looksLikeICCID(s string) bool {
	return len(s) >= 18 && len(s) <= 20 && strings.HasPrefix(s, "89") && strings.Trim(s, "0123456789") == ""
}

// takeField moves an optional field to its place, or leaves it in fields if it has another type. A null
// counts as not sent.
func takeField[T any](fields map[string]json.RawMessage, name string, to *T) {
	raw, sent := fields[name]
	if !sent {
		return
	}
	var value T
	if json.Unmarshal(raw, &value) == nil {
		*to = value
		delete(fields, name)
	}
}
