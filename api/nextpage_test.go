package api

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzNextPage(f *testing.F) {
	f.Add("https://services.truphone.com/connect-api/v1/subscription?size=2&page=2")
	f.Add("//other.example/v1/subscriptions?page=2#top")
	f.Add("?a b\x7f%zz&\xff")
	f.Add("/v1/subscription/../admin?x")
	f.Fuzz(func(t *testing.T, link string) {
		next, err := parseNext(link)
		if err != nil {
			return
		}
		if again, err := parseNext(next); again != next || err != nil {
			t.Errorf("%q becomes %q, and that %q, %v", link, next, again, err)
		}
		path, _, _ := strings.Cut(next, "?")
		u, err := url.Parse("https://services.truphone.com/connect-api" + next)
		if err != nil || u.Host != "services.truphone.com" || u.Path != "/connect-api"+path || !strings.HasPrefix(next, listPath) {
			t.Errorf("%q becomes %q: %v", link, next, err)
		}
		if strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || strings.Contains(path, "..") {
			t.Errorf("%q becomes %q", link, next)
		}
	})
}

func FuzzSubscriptions(f *testing.F) {
	f.Add([]byte(`[{"id":"1","iccid":8944474600000109251,"createdDate":"2020-03-19T15:51:41Z","product":{"name":"EU"},"spentBalance":"7"}]`), "")
	f.Add([]byte(`[{"iccid":"8944474600000109251"}]`), "8944474600000109251")
	f.Add([]byte(`[null]`), "")
	f.Add([]byte(`{}`), "")
	f.Fuzz(func(t *testing.T, body []byte, iccid string) {
		list, err := parseSubscriptions(body, iccid)
		if err != nil {
			if list != nil {
				t.Errorf("%v, and a list", err)
			}
			return
		}
		for _, s := range list {
			if s.ID == "" && s.ICCID == "" || iccid != "" && s.ICCID != "" && !sameSIM(iccid, s.ICCID) {
				t.Errorf("%+v for %q", s, iccid)
			}
		}
	})
}
