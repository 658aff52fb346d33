package api

import (
	"fmt"
	"strings"
)

// NotificationType is an event that a webhook can be notified of.
type NotificationType string

// The notification types of the API's documentation.
const (
	SubscriptionEnd  NotificationType = "SUBSCRIPTION_END"  // a plan is used up or expires
	UsageThreshold   NotificationType = "USAGE_THRESHOLD"   // 80 % of a plan is used
	DownloadProgress NotificationType = "DOWNLOAD_PROGRESS" // the state of an eSIM profile has changed
)

// typeEntry is what the program knows of a notification type.
type typeEntry struct {
	name     NotificationType
	code     string // stands for the type in correlation IDs
	standard bool   // is set unless other types are asked for
	misspelt string // how the documentation spells it too; "": only in the right way
}

// typeTable has one entry for each notification type, in the order of the documentation. A new type needs nothing but an
// entry here.
func typeTable() []typeEntry {
	return []typeEntry{
		{name: SubscriptionEnd, code: "SE", standard: true, misspelt: "SUBSCRITPION_END"},
		{name: UsageThreshold, code: "UT", standard: true},
		{name: DownloadProgress, code: "DP"},
	}
}

// NotificationTypes returns the types that are set unless others are asked for, always in the same order: SubscriptionEnd
// and UsageThreshold, which all deployments of the API have.
func NotificationTypes() []NotificationType {
	return typesOf(func(e typeEntry) bool { return e.standard })
}

// AllNotificationTypes returns every type, always in the same order. It begins with NotificationTypes.
func AllNotificationTypes() []NotificationType {
	return typesOf(func(typeEntry) bool { return true })
}

func typesOf(wanted func(typeEntry) bool) []NotificationType {
	var types []NotificationType
	for _, e := range typeTable() {
		if wanted(e) {
			types = append(types, e.name)
		}
	}
	return types
}

// Code is short and stands for the type in correlation IDs: SE, UT or DP. No two types have the same. That of a type
// that is not in AllNotificationTypes is its name.
func (t NotificationType) Code() string {
	for _, e := range typeTable() {
		if e.name == t {
			return e.code
		}
	}
	return string(t)
}

// Column is the name in small letters, such as subscription_end: for columns and metrics.
func (t NotificationType) Column() string { return strings.ToLower(string(t)) }

// ParseNotificationType reads the name of a type. It ignores case and surrounding spaces, and accepts the
// documentation's misspelling. Its error names all types.
func ParseNotificationType(s string) (NotificationType, error) {
	name := strings.ToUpper(strings.TrimSpace(s))
	table := typeTable()
	var names []string
	for _, e := range table {
		if name != "" && (name == string(e.name) || name == e.misspelt) {
			return e.name, nil
		}
		names = append(names, string(e.name))
	}
	last := len(names) - 1
	return "", fmt.Errorf("notification type %q is unknown: use %s or %s", s, strings.Join(names[:last], ", "), names[last])
}
