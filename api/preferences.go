package api

import (
	"encoding/json"
	"errors"
)

// Preferences are the webhooks of one SIM: the URL of each notification type that has one.
type Preferences map[NotificationType]string

// parsePreferences reads the body of the answer to a GET. Only a list of notifications says what a SIM has: any other
// body says nothing, and is an error. Types that are not known are ignored.
func parsePreferences(body []byte) (Preferences, error) {
	var answer struct {
		Notifications *[]struct {
			Type       string  `json:"type"`
			WebhookURL *string `json:"webhook_url"`
		} `json:"notifications"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if answer.Notifications == nil {
		return nil, errNoPreferences
	}
	prefs := Preferences{}
	for _, n := range *answer.Notifications {
		t, err := ParseNotificationType(n.Type)
		switch {
		case err != nil && n.Type != "":
		case err != nil, n.WebhookURL == nil:
			return nil, errNoPreferences
		case *n.WebhookURL != "":
			prefs[t] = *n.WebhookURL
		}
	}
	return prefs, nil
}

var errNoPreferences = errors.New("no list of notifications")
