package api

import "encoding/json"

// Preferences are the webhooks of one SIM: the URL of each notification type that has one.
type Preferences map[NotificationType]string

// parsePreferences reads the body of the answer to a GET. Unknown types are ignored. An empty body, as of a
// 204, means that there are no webhooks.
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
