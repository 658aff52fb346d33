package api

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

func TestOtherShapesOfANotificationAreUnderstood(t *testing.T) {
	const second = `{"id":2,"type":"X","iccid":893000000002391231}`
	for name, c := range map[string]struct {
		body     string
		ids      string
		envelope string
	}{
		"one":                       {body: oneNotification, ids: "1"},
		"with a byte order mark":    {body: "\ufeff" + oneNotification, ids: "1"},
		"compressed":                {body: gzipped(t, oneNotification), ids: "1"},
		"a list":                    {body: `[` + oneNotification + `,` + second + `]`, ids: "1 2"},
		"numbers for strings":       {body: second, ids: "2"},
		"names in capitals":         {body: `{"ID":"1","Type":"X","ICCID":"893000000002391231"}`, ids: "1"},
		"within an object":          {body: `{"notification":` + oneNotification + `}`, ids: "1"},
		"a list within an object":   {body: `{"total":2,"items":[` + oneNotification + `,` + second + `]}`, ids: "1 2", envelope: `{"total":2}`},
		"within a cloud event":      {body: `{"id":"e","type":"com.x","data":` + oneNotification + `}`, ids: "1", envelope: `{"id":"e","type":"com.x"}`},
		"with other objects beside": {body: strings.Replace(oneNotification, `{`, `{"plan":{"a":1},`, 1), ids: "1"},
		"compressed with the mark":  {body: gzipped(t, "\ufeff"+oneNotification), ids: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := ParseNotifications([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, n := range all {
				ids = append(ids, n.ID)
				if n.ICCID != "893000000002391231" || string(n.Other[fieldEnvelope]) != c.envelope {
					t.Errorf("%+v with the envelope %s", n, n.Other[fieldEnvelope])
				}
			}
			if got := strings.Join(ids, " "); got != c.ids {
				t.Errorf("IDs %s, want %s", got, c.ids)
			}
		})
	}
}

func TestShapesThatAreNotSafeAreRefusedWhole(t *testing.T) {
	for name, body := range map[string]string{
		"an empty list":                   `[]`,
		"a list with a stranger":          `[` + oneNotification + `,{"id":"2"}]`,
		"two that may be meant":           `{"a":` + oneNotification + `,"b":` + oneNotification + `}`,
		"one within one within an object": `{"a":{"b":` + oneNotification + `}}`,
		"a bomb":                          gzipped(t, strings.Repeat(" ", maxUnpacked)+oneNotification),
		"half of a compressed one":        gzipped(t, oneNotification)[:30],
	} {
		t.Run(name, func(t *testing.T) {
			if all, err := ParseNotifications([]byte(body)); err == nil {
				t.Errorf("read as %+v", all)
			}
		})
	}
}
