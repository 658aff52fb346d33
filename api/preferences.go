package api

import "encoding/json"

// Preferences is the webhook URL of each notification type that has one.
type Preferences map[NotificationType]string

// parsePreferences reads the answer to a GET. Types this package does not know are ignored, and no
// body at all means no webhooks, since a 204 says just that.
func parsePreferences(body []byte) (Preferences, error) {
	prefs := Preferences{}
	if len(body) == 0 {
		return prefs, nil
	}
	var answer struct {
		Notifications []struct {
			Type       string `json:"type"`
			WebhookURL string `json:"webhook_url"`
		} `json:"notifications"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	for _, n := range answer.Notifications {
		t, err := ParseNotificationType(n.Type)
		if err == nil && n.WebhookURL != "" {
			prefs[t] = n.WebhookURL
		}
	}
	return prefs, nil
}
