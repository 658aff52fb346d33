package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// maxIdentifier is the longest ID or type of a notification, in bytes. Those in the documentation are
// shorter than 20.
const maxIdentifier = 256

// Notification is a message that the API sends to a webhook.
type Notification struct {
	// ID is the same when a notification is repeated. The documentation does not say whether a failed
	// delivery is sent again, so expect it. In its examples, two notifications of different types have the
	// same ID: compare Type and ICCID as well. 1 to 256 printable bytes without spaces.
	ID string

	// Type is one of AllNotificationTypes, or an unknown one exactly as it was sent. The same limits as for ID
	// apply.
	Type NotificationType

	// ICCID has 18 to 20 digits and begins with 89. Its check digit is not verified.
	ICCID string

	SubscriptionID string    // "": not sent
	Threshold      int       // used part of the plan in percent; 0: not sent
	ExpirationDate time.Time // of the plan; zero: not sent
	CurrentBalance *int64    // bytes left in the plan; nil: not sent

	// The fields of a DownloadProgress. "": not sent.
	EID                          string // of the device's eUICC
	DownloadProgressStep         string // such as BPP_INSTALLATION
	NotificationPointDescription string // the same in words
	NotificationStatus           string // such as SUCCESS

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

	fieldEID              = "eid"
	fieldStep             = "download_progress_step"
	fieldPointDescription = "notification_point_description"
	fieldStatus           = "notification_status"
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

		EID              string `json:"eid,omitempty"`
		Step             string `json:"download_progress_step,omitempty"`
		PointDescription string `json:"notification_point_description,omitempty"`
		Status           string `json:"notification_status,omitempty"`
	}
	k := known{
		n.ID, n.Type, n.ICCID, n.SubscriptionID, n.Threshold, nil, n.CurrentBalance,
		n.EID, n.DownloadProgressStep, n.NotificationPointDescription, n.NotificationStatus,
	}
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

// Further are the fields that say nothing of a plan, by name: Other, and those of a DownloadProgress. nil: none.
func (n Notification) Further() map[string]json.RawMessage {
	further := maps.Clone(n.Other)
	for name, value := range map[string]string{
		fieldEID: n.EID, fieldStep: n.DownloadProgressStep,
		fieldPointDescription: n.NotificationPointDescription, fieldStatus: n.NotificationStatus,
	} {
		if value == "" {
			continue
		}
		if further == nil {
			further = map[string]json.RawMessage{}
		}
		further[name], _ = json.Marshal(value) // a string can always be encoded
	}
	return further
}
