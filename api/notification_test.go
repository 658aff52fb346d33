package api

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// documented are the examples of the API's documentation, by file name.
func documented(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../testdata/notifications/*.json")
	if err != nil || len(paths) != 5 {
		t.Fatalf("the documentation's 5 examples: %v, %v", paths, err)
	}
	examples := map[string][]byte{}
	for _, path := range paths {
		if examples[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return examples
}

func TestTheDocumentedNotificationsAreUnderstood(t *testing.T) {
	expires := time.Date(2024, 10, 14, 4, 5, 38, 0, time.UTC)
	gibibyte, nothing := int64(1<<30), int64(0)
	for name, want := range map[string]Notification{
		"usage-threshold.json":        {Type: UsageThreshold, Threshold: 80},
		"usage-threshold-newer.json":  {Type: UsageThreshold, Threshold: 80, ExpirationDate: expires, CurrentBalance: &gibibyte},
		"subscription-end.json":       {Type: SubscriptionEnd},
		"subscription-end-newer.json": {Type: SubscriptionEnd, ExpirationDate: expires, CurrentBalance: &nothing},
	} {
		t.Run(name, func(t *testing.T) {
			want.ID, want.ICCID, want.SubscriptionID = "1234-56789", "893000000002391231", "ZHNhc2Rhc2Q="
			got, err := ParseNotification(documented(t)[name])
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v, -want +got\n%s", err, diff)
			}
		})
	}
	progress := Notification{
		ID: "1234-56789", Type: DownloadProgress, ICCID: "8944478600004958824", EID: "123456789",
		DownloadProgressStep: "BPP_INSTALLATION", NotificationPointDescription: "BPP Installation", NotificationStatus: "SUCCESS",
	}
	example := documented(t)["download-progress.json"]
	withColon := bytes.Replace(example, []byte(`"type"`), []byte(`"type:"`), 1) // as one rendering of the documentation has it
	for _, body := range [][]byte{example, withColon} {
		got, err := ParseNotification(body)
		if diff := cmp.Diff(progress, got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got\n%s", body, err, diff)
		}
	}
}

func TestTheFieldsThatSayNothingOfAPlanAreFoundByName(t *testing.T) {
	text := func(fields map[string]json.RawMessage) string {
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	n := Notification{EID: `89"1`, NotificationStatus: "SUCCESS", Other: map[string]json.RawMessage{"plan": json.RawMessage("7")}}
	if got := text(n.Further()); got != `{"eid":"89\"1","notification_status":"SUCCESS","plan":7}` {
		t.Error(got)
	}
	if got := text(n.Other); got != `{"plan":7}` {
		t.Errorf("the notification became %s", got)
	}
	if further := (Notification{SubscriptionID: "1"}).Further(); further != nil {
		t.Errorf("of none: %s", text(further))
	}
}

func TestParseNotificationIsLenientAboutTheRest(t *testing.T) {
	raw := func(pairs ...string) map[string]json.RawMessage {
		fields := map[string]json.RawMessage{}
		for i := 0; i < len(pairs); i += 2 {
			fields[pairs[i]] = json.RawMessage(pairs[i+1])
		}
		return fields
	}
	for name, c := range map[string]struct {
		fields string
		want   Notification
	}{
		"the misspelt type is the right one":    {`"type":"SUBSCRITPION_END"`, Notification{Type: SubscriptionEnd}},
		"a type in small letters is understood": {`"type":"usage_threshold"`, Notification{Type: UsageThreshold}},
		"an unknown type is passed on":          {`"type":"Sim_Swapped"`, Notification{Type: "Sim_Swapped"}},
		"unknown fields are kept as they are":   {`"type":"X","plan":{"a": [1,2]},"b":null`, Notification{Type: "X", Other: raw("plan", `{"a": [1,2]}`, "b", "null")}},
		"known fields of other kinds are kept":  {`"type":"X","threshold":"80","expiration_date":"soon"`, Notification{Type: "X", Other: raw("threshold", `"80"`, "expiration_date", `"soon"`)}},
		"null counts as not sent":               {`"type":"X","threshold":null,"current_balance":null`, Notification{Type: "X"}},
		"the names of fields have any case":     {`"type":"X","Threshold":80,"subscriptionId":"S"`, Notification{Type: "X", Threshold: 80, SubscriptionID: "S"}},
		"an exact name beats another case":      {`"type":"X","Threshold":70,"threshold":80`, Notification{Type: "X", Threshold: 80, Other: raw("Threshold", "70")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseNotification([]byte(`{"id":"1","iccid":"893000000002391231",` + c.fields + `}`))
			c.want.ID, c.want.ICCID = "1", "893000000002391231"
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v, -want +got\n%s", err, diff)
			}
		})
	}
}

func TestParseNotificationIsStrictAboutWhatIdentifies(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"nothing":                           {``, "the body is not JSON: unexpected end"},
		"no JSON":                           {`id=1`, "the body is not JSON: invalid character"},
		"JSON cut off":                      {`{"id":"1","type":"X"`, "the body is not JSON: unexpected end"},
		"two of them":                       {`{}{}`, "the body is not JSON: invalid character"},
		"a list":                            {`[]`, "the body is JSON, but not an object"},
		"null":                              {`null`, `"id" is missing`},
		"invalid UTF-8":                     {"{\"id\":\"\xff\"}", "the body is not UTF-8"},
		"no id":                             {`{"type":"X","iccid":"893000000002391231"}`, `"id" is missing`},
		"no type":                           {`{"id":"1","iccid":"893000000002391231"}`, `"type" is missing`},
		"no iccid":                          {`{"id":"1","type":"X"}`, `"iccid" is missing`},
		"an id that is no whole number":     {`{"id":1e3,"type":"X","iccid":"893000000002391231"}`, `"id" is not a string`},
		"an id that is null":                {`{"id":null,"type":"X","iccid":"893000000002391231"}`, `"id" is not a string`},
		"an empty id":                       {`{"id":"","type":"X","iccid":"893000000002391231"}`, `"id" must be`},
		"an id with a space":                {`{"id":"1 ","type":"X","iccid":"893000000002391231"}`, `"id" must be`},
		"an id with a line break":           {`{"id":"1\n2","type":"X","iccid":"893000000002391231"}`, `"id" must be`},
		"an id with half a character":       {`{"id":"\ud800","type":"X","iccid":"893000000002391231"}`, `"id" must be`},
		"an id that is too long":            {`{"id":"` + strings.Repeat("1", 257) + `","type":"X","iccid":"893000000002391231"}`, `"id" must be`},
		"a type with control":               {`{"id":"1","type":"X\u001b[2J","iccid":"893000000002391231"}`, `"type" must be`},
		"an iccid that is a rounded number": {`{"id":"1","type":"X","iccid":8.93E+17}`, `"iccid" is not a string`},
		"a type that is a number":           {`{"id":"1","type":7,"iccid":"893000000002391231"}`, `"type" is not a string`},
		"an iccid that is too short":        {`{"id":"1","type":"X","iccid":"89300000000239123"}`, `"iccid" is not an ICCID`},
		"an iccid that is too long":         {`{"id":"1","type":"X","iccid":"893000000002391231111"}`, `"iccid" is not an ICCID`},
		"an iccid that is not a SIM's":      {`{"id":"1","type":"X","iccid":"993000000002391231"}`, `"iccid" is not an ICCID`},
		"an iccid that was rounded":         {`{"id":"1","type":"X","iccid":"8.93000000002391E+17"}`, `"iccid" is not an ICCID`},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := ParseNotification([]byte(c.body))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %+v, want an error with %q", err, n, c.want)
			}
		})
	}
}

func TestANotificationIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Notification{
			ID:             rapid.StringMatching(`[!-~ä€😀]{1,40}`).Draw(t, "id"),
			Type:           rapid.SampledFrom(append(AllNotificationTypes(), "OTHER")).Draw(t, "type"),
			ICCID:          rapid.StringMatching(`89[0-9]{16,18}`).Draw(t, "iccid"),
			SubscriptionID: rapid.String().Draw(t, "subscription"),
			Threshold:      rapid.Int().Draw(t, "threshold"),
			CurrentBalance: rapid.Ptr(rapid.Int64(), true).Draw(t, "balance"),

			EID:                          rapid.String().Draw(t, "eid"),
			DownloadProgressStep:         rapid.String().Draw(t, "step"),
			NotificationPointDescription: rapid.String().Draw(t, "description"),
			NotificationStatus:           rapid.String().Draw(t, "status"),
		}
		if seconds := rapid.Int64Range(0, 1e10).Draw(t, "expires"); seconds > 0 {
			want.ExpirationDate = time.Unix(seconds, 0).UTC()
		}
		if other := rapid.String().Draw(t, "other"); other != "" {
			value, err := json.Marshal(other)
			if err != nil {
				t.Fatal(err)
			}
			want.Other = map[string]json.RawMessage{"x-" + other: value}
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseNotification(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got\n%s", text, err, diff)
		}
	})
}

func FuzzNotification(f *testing.F) {
	for _, example := range documented(f) {
		f.Add(example)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := ParseNotification(body)
		if err != nil {
			return
		}
		text, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseNotification(text)
		if err != nil || again.ID != n.ID || again.Type != n.Type || again.ICCID != n.ICCID || len(again.Other) != len(n.Other) {
			t.Errorf("%s became %s: %v", body, text, err)
		}
	})
}
