package api

import (
	"encoding/json"
	"fmt"
	"strings"
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
