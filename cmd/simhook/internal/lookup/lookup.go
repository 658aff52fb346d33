// Package lookup reads what the API knows of SIMs and of the account, and shows it to people.
package lookup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/account"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/cell"
)

// AccountText says what was found in an account.
func AccountText(path string, found account.Found) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s of %s", path, output.Counted(found.SIMs, "SIM"), output.Counted(found.Subscriptions, "subscription"))
	for _, further := range []struct {
		count int
		words string
	}{
		{found.Twice, "%s listed twice, since the list changed while it was read"},
		{found.WithoutSIM, "%s without a SIM"},
	} {
		if further.count > 0 {
			fmt.Fprintf(&text, "; "+further.words, report.Thousands(further.count))
		}
	}
	if found.Invalid > 0 {
		fmt.Fprintf(&text, "; %s whose ICCID is not valid, such as %s: a run calls such rows invalid", output.Counted(found.Invalid, "SIM"), found.Example)
	}
	return text.String()
}

// Status is what the API knows of a SIM. What could not be read is nil, and Errors say why.
type Status struct {
	ICCID         string             `json:"iccid"`
	Profile       *Profile           `json:"profile"`
	Webhooks      map[string]*string `json:"webhooks"` // by type; nil: none is registered
	Subscriptions []Subscription     `json:"subscriptions"`
	Errors        []string           `json:"errors,omitempty"`
}

// Profile is the state of an eSIM profile.
type Profile struct {
	Status       string    `json:"status"`
	EID          string    `json:"eid,omitempty"`
	LastModified time.Time `json:"last_modified,omitzero"`
}

// Subscription is a plan of the SIM.
type Subscription struct {
	ID         string    `json:"id"`
	Status     string    `json:"status"`
	Product    string    `json:"product"`
	Activation time.Time `json:"activation_date,omitzero"`
	Expiration time.Time `json:"expiration_date,omitzero"`
	Initial    *int64    `json:"initial_balance"` // bytes
	Spent      *int64    `json:"spent_balance"`
}

// ReadSIM reads what the API knows of a SIM. Its error joins those behind Status.Errors; nil: all was read.
func ReadSIM(ctx context.Context, caller *batch.Caller, iccid string) (Status, error) {
	s := Status{ICCID: iccid}
	var errs []error
	failed := func(what string, err error) bool {
		if err != nil {
			errs = append(errs, err)
			s.Errors = append(s.Errors, what+": "+api.MaskURLs(api.Cause(err)))
		}
		return err != nil
	}
	if prefs, err := caller.Preferences(ctx, iccid); !failed("webhooks", err) {
		s.Webhooks = map[string]*string{}
		for _, t := range api.AllNotificationTypes() {
			s.Webhooks[string(t)] = nil
			if url := api.MaskURLs(prefs[t]); url != "" {
				s.Webhooks[string(t)] = &url
			}
		}
	}
	if list, err := caller.SIMSubscriptions(ctx, iccid); !failed("subscriptions", err) {
		s.Subscriptions = []Subscription{}
		for _, one := range list {
			s.Subscriptions = append(s.Subscriptions, Subscription{
				ID: one.ID, Status: one.Status, Product: one.Product.Name, Activation: one.ActivationDate, Expiration: one.ExpirationDate,
				Initial: one.InitialBalance, Spent: one.SpentBalance,
			})
		}
	}
	if sim, err := caller.SIM(ctx, iccid); !failed("profile", err) {
		s.Profile = &Profile{Status: sim.Status, EID: sim.EID, LastModified: sim.LastModified}
	}
	return s, errors.Join(errs...)
}

// Text is the status for people.
func (s Status) Text() string {
	var text strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&text, "  %-18s %s\n", name, cell.Clean(fmt.Sprintf(format, args...), cell.TextLimit))
	}
	fmt.Fprintf(&text, "%s\n", s.ICCID)
	for _, t := range api.AllNotificationTypes() {
		switch url := s.Webhooks[string(t)]; {
		case s.Webhooks == nil:
		case url == nil:
			line(string(t), "no webhook")
		default:
			line(string(t), "%s", *url)
		}
	}
	if s.Profile != nil {
		eid := ""
		if s.Profile.EID != "" {
			eid = ", EID " + s.Profile.EID
		}
		line("profile", "%s%s%s", s.Profile.Status, eid, since(", since ", s.Profile.LastModified))
	}
	if s.Subscriptions != nil && len(s.Subscriptions) == 0 {
		line("subscriptions", "none")
	}
	for _, one := range s.Subscriptions {
		line("subscription", "%s %s%s%s%s", orUnknown(one.Status), one.Product, since(", from ", one.Activation), since(" until ", one.Expiration), one.used())
	}
	for _, failure := range s.Errors {
		line("not known", "%s", failure)
	}
	return text.String()
}

func orUnknown(status string) string {
	if status == "" {
		return "(no status)"
	}
	return status
}

// used says how much of a plan is used.
func (s Subscription) used() string {
	if s.Initial == nil || s.Spent == nil {
		return ""
	}
	const megabyte = 1 << 20
	return fmt.Sprintf(", %s of %s MB used", report.Thousands(int(*s.Spent/megabyte)), report.Thousands(int(*s.Initial/megabyte)))
}

func since(words string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return words + t.Format("2006-01-02 15:04 UTC")
}
