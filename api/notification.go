package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NotificationType is what a webhook is told about.
type NotificationType string

// The notification types of the API's documentation.
const (
	SubscriptionEnd NotificationType = "SUBSCRIPTION_END" // a plan is used up or expires
	UsageThreshold  NotificationType = "USAGE_THRESHOLD"  // 80 % of a plan is used
)

// misspeltSubscriptionEnd is how the documentation's tables and its GET example spell SubscriptionEnd.
const misspeltSubscriptionEnd = "SUBSCRITPION_END"

// NotificationTypes returns both types, always in this order.
func NotificationTypes() []NotificationType {
	return []NotificationType{SubscriptionEnd, UsageThreshold}
}

// ParseNotificationType understands the name of a type in any case, surrounding spaces and the
// documentation's misspelling included. Its error names the two types.
func ParseNotificationType(s string) (NotificationType, error) {
	switch name := strings.ToUpper(strings.TrimSpace(s)); name {
	case string(SubscriptionEnd), misspeltSubscriptionEnd:
		return SubscriptionEnd, nil
	case string(UsageThreshold):
		return UsageThreshold, nil
	default:
		return "", fmt.Errorf("notification type %q is unknown: use %s or %s", s, SubscriptionEnd, UsageThreshold)
	}
}

// maxIdentifier bounds the ID and the type of a notification, in bytes. The documentation's own are
// shorter than 20.
const maxIdentifier = 256

// Notification is what the API sends to a webhook.
type Notification struct {
	// ID recognises a repeat: the API's documentation does not say whether it delivers again what
	// failed, so a receiver must expect it. 1 to 256 bytes, printable, without spaces.
	ID string

	// Type is one of NotificationTypes, or one that this package does not know, as it was sent. It is
	// restricted as ID is.
	Type NotificationType

	// ICCID has 18 to 20 digits, the first of which are 89. Its check digit is not examined.
	ICCID string

	SubscriptionID string    // "": not sent
	Threshold      int       // percent of the plan that is used; 0: not sent
	ExpirationDate time.Time // of the plan; zero: not sent
	CurrentBalance *int64    // bytes that are left of the plan; nil: not sent

	// Other holds, by name, the fields that this package does not know, and those above from
	// SubscriptionID on whose values are not what the documentation says: they are no reason to lose a
	// notification. nil: there are none.
	Other map[string]json.RawMessage
}

// The names of a notification's fields in JSON.
const (
	fieldID             = "id"
	fieldType           = "type"
	fieldICCID          = "iccid"
	fieldSubscriptionID = "subscription_id"
	fieldThreshold      = "threshold"
	fieldExpirationDate = "expiration_date"
	fieldCurrentBalance = "current_balance"
)

// ParseNotification reads the JSON that a webhook received. It is strict about what identifies the
// notification, ID, Type and ICCID, and keeps whatever else there is. Type is understood in any case and
// in the documentation's misspelling. Errors name the field and are fit for the sender to read.
func ParseNotification(body []byte) (Notification, error) {
	if !utf8.Valid(body) {
		return Notification{}, errors.New("the body is not UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return Notification{}, fmt.Errorf("the body is not JSON: %w", syntax)
		}
		return Notification{}, errors.New("the body is JSON, but no object")
	}
	var n Notification
	var err error
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
		return Notification{}, fmt.Errorf("%q is no ICCID: 18 to 20 digits beginning with 89 are", fieldICCID)
	}
	takeField(fields, fieldSubscriptionID, &n.SubscriptionID)
	takeField(fields, fieldThreshold, &n.Threshold)
	takeField(fields, fieldExpirationDate, &n.ExpirationDate)
	takeField(fields, fieldCurrentBalance, &n.CurrentBalance)
	if len(fields) > 0 {
		n.Other = fields
	}
	return n, nil
}

// MarshalJSON writes the notification as the API does, so that ParseNotification reads the same from it.
func (n Notification) MarshalJSON() ([]byte, error) {
	type known struct {
		ID             string           `json:"id"`
		Type           NotificationType `json:"type"`
		ICCID          string           `json:"iccid"`
		SubscriptionID string           `json:"subscription_id,omitempty"`
		Threshold      int              `json:"threshold,omitempty"`
		ExpirationDate *time.Time       `json:"expiration_date,omitempty"`
		CurrentBalance *int64           `json:"current_balance,omitempty"`
	}
	k := known{n.ID, n.Type, n.ICCID, n.SubscriptionID, n.Threshold, nil, n.CurrentBalance}
	if !n.ExpirationDate.IsZero() {
		k.ExpirationDate = &n.ExpirationDate
	}
	text, err := json.Marshal(k)
	if err != nil || len(n.Other) == 0 {
		return text, err
	}
	other, err := json.Marshal(n.Other)
	if err != nil {
		return nil, fmt.Errorf("the other fields of notification %s: %w", n.ID, err)
	}
	text[len(text)-1] = ','
	return append(text, other[1:]...), nil
}

// takeIdentifier moves a string that has to be there out of fields.
func takeIdentifier(fields map[string]json.RawMessage, name string) (string, error) {
	raw, sent := fields[name]
	if !sent {
		return "", fmt.Errorf("%q is missing", name)
	}
	delete(fields, name)
	var text string
	if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", fmt.Errorf("%q is no string", name)
	}
	if text == "" || len(text) > maxIdentifier || strings.ContainsFunc(text, unfitForIdentifier) {
		return "", fmt.Errorf("%q must be 1 to %d bytes of printable characters without spaces", name, maxIdentifier)
	}
	return text, nil
}

// unfitForIdentifier holds for what could make two identifiers look, or be stored, the same.
func unfitForIdentifier(r rune) bool {
	return r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r)
}

func looksLikeICCID(s string) bool {
	return len(s) >= 18 && len(s) <= 20 && strings.HasPrefix(s, "89") && strings.Trim(s, "0123456789") == ""
}

// takeField moves a field to where it belongs, and leaves it where it is if it does not fit there. A null is
// as good as nothing.
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
