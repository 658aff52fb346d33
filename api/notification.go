package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// NotificationType is an event that a webhook can be notified of.
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

// ParseNotificationType reads the name of a type. It ignores case and surrounding spaces, and accepts the
// documentation's misspelling. Its error names the two types.
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

// maxIdentifier is the longest ID or type of a notification, in bytes. Those in the documentation are
// shorter than 20.
const maxIdentifier = 256

// Notification is a message that the API sends to a webhook.
type Notification struct {
	// ID is the same when a notification is repeated. The documentation does not say whether a failed
	// delivery is sent again, so expect it. In its examples, two notifications of different types have the
	// same ID: compare Type and ICCID as well. 1 to 256 printable bytes without spaces.
	ID string

	// Type is one of NotificationTypes, or an unknown one exactly as it was sent. The same limits as for ID
	// apply.
	Type NotificationType

	// ICCID has 18 to 20 digits and begins with 89. Its check digit is not verified.
	ICCID string

	SubscriptionID string    // "": not sent
	Threshold      int       // used part of the plan in percent; 0: not sent
	ExpirationDate time.Time // of the plan; zero: not sent
	CurrentBalance *int64    // bytes left in the plan; nil: not sent

	// Other holds the unknown fields by name. It also holds a known optional field (SubscriptionID and
	// those below it) whose value has an undocumented form, so that no data is lost. nil: no such fields.
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

// MarshalJSON writes the notification in the API's form. ParseNotification reads the same value from it.
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
