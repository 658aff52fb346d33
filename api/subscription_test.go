package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
)

const oneSubscription = `{"id":"Njc1NzY1NzY1ZDIK","status":"ACTIVE","iccid":"8944474600000109251",
	"activationDate":"2019-08-01T09:09:33Z","expirationDate":"2019-08-02T09:09:33.5+01:00","createdDate":"2019-07-01",
	"initialBalance":"314572800","spentBalance":0,"product":{"id":"MzA5","name":"Prepaid data 30GB","plan_id":"P-1"},
	"device_id":"D-1","auto_renew":true,"msisdn":"447559451024448"}`

func TestASubscriptionIsReadWithWhatItHas(t *testing.T) {
	bytes := func(n int64) *int64 { return &n }
	whole := api.Subscription{
		ID: "Njc1NzY1NzY1ZDIK", ICCID: "8944474600000109251", Status: "ACTIVE",
		ActivationDate: time.Date(2019, 8, 1, 9, 9, 33, 0, time.UTC),
		ExpirationDate: time.Date(2019, 8, 2, 8, 9, 33, 5e8, time.UTC),
		CreatedDate:    time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC),
		InitialBalance: bytes(314572800), SpentBalance: bytes(0),
		Product:  api.Product{ID: "MzA5", Name: "Prepaid data 30GB", PlanID: "P-1"},
		DeviceID: "D-1", AutoRenew: true,
	}
	for name, test := range map[string]struct {
		body string
		want []api.Subscription
	}{
		"none":                      {"[]", []api.Subscription{}},
		"all fields":                {"[" + oneSubscription + "]", []api.Subscription{whole}},
		"hardly any field":          {`[{"iccid":"8944474600001092"},{"id":7}]`, []api.Subscription{{ICCID: "8944474600001092"}, {ID: "7"}}},
		"fields of another kind":    {`[{"id":"1","status":{},"product":"P","createdDate":"soon","spentBalance":"much"}]`, []api.Subscription{{ID: "1"}}},
		"an ICCID that is a number": {`[{"iccid":8944474600000109251}]`, []api.Subscription{{ICCID: "8944474600000109251"}}},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, test.body) })
			page, answer, err := newClient(t, server.URL, api.Config{}).SubscriptionsPage(within10s(t), api.SubscriptionQuery{}, "c-1")
			if diff := cmp.Diff(api.Page{Subscriptions: test.want}, page); err != nil || diff != "" || answer.Status != 200 {
				t.Errorf("%+v, %v\n%s", answer, err, diff)
			}
		})
	}
}

func TestAPageCanBeLongerThanOtherAnswers(t *testing.T) {
	body := "[" + strings.Repeat(oneSubscription+",", 9_999) + oneSubscription + "]"
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
	client := newClient(t, server.URL, api.Config{})
	page, _, err := client.SubscriptionsPage(within10s(t), api.SubscriptionQuery{}, "c-1")
	if err != nil || len(page.Subscriptions) != 10_000 {
		t.Errorf("%d of 10,000 in %d bytes: %v", len(page.Subscriptions), len(body), err)
	}
	list, _, err := client.SIMSubscriptions(within10s(t), iccid, "c-2")
	if err != nil || len(list) != 10_000 {
		t.Errorf("%d of one SIM: %v", len(list), err)
	}
}

func TestOnlyAListOfSubscriptionsIsASuccess(t *testing.T) {
	for name, test := range map[string]struct{ body, cause string }{
		"nothing":                {"", "200 OK (not from the API: no body)"},
		"null":                   {"null", "200 OK (not from the API: text): null"},
		"an object":              {`{"items":[]}`, "200 OK (not from the API: json)"},
		"a page":                 {"<html><title>Sign in</title>", "200 OK (not from the API: html): Sign in"},
		"a list of numbers":      {"[1]", "200 OK (not from the API: json): no list of subscriptions"},
		"an entry without names": {`[` + oneSubscription + `,{"status":"ACTIVE"}]`, "200 OK (not from the API: json): a subscription has neither id nor iccid"},
		"an entry that is null":  {`[null]`, "200 OK (not from the API: json): a subscription has neither id nor iccid"},
		"a list that is cut off": {`[` + oneSubscription + `,`, "200 OK (not from the API: json): the list is not complete"},
		"a list without end": {
			`[` + strings.Repeat(oneSubscription+",", 50_000),
			"200 OK (not from the API: json): the list is too long: ask for smaller pages",
		},
		"a failure in a success": {`{"message":"no","http_status_code":503}`, "503 Service Unavailable in an answer with 200 (not from the API: json): no"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, test.body) })
			client := newClient(t, server.URL, api.Config{})
			_, _, err := client.SubscriptionsPage(within10s(t), api.SubscriptionQuery{}, "c-1")
			if got := api.Cause(err); got != test.cause || !api.Temporary(err) {
				t.Errorf("temporary %v: %s", api.Temporary(err), got)
			}
			if _, _, err := client.SIMSubscriptions(within10s(t), iccid, "c-2"); api.Cause(err) != test.cause {
				t.Errorf("of one SIM: %v", err)
			}
			if client.Proven() {
				t.Error("it counts as an answer of the API")
			}
		})
	}
}

func TestAnAnswerAboutAnotherSIMIsNotTaken(t *testing.T) {
	for answered, taken := range map[string]bool{
		iccid:                        true,
		iccid + "F":                  true, // the filler
		iccid[:18]:                   true, // without check digit
		"8944478600004958824":        false,
		"8944474600000109259":        false,
		"89444746":                   false,
		`","nothing":"8944474600000`: false,
	} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			sim := fmt.Sprintf(`{"iccid":"%s","status":"Installed","eid":"89001012012341234012345678901224","last_modified":"2019-08-02T09:09:33Z"}`, answered)
			if strings.HasSuffix(r.URL.Path, "/subscriptions") {
				sim = `[{"id":"1","iccid":"` + answered + `"}]`
			}
			io.WriteString(w, sim)
		})
		client := newClient(t, server.URL, api.Config{})
		want := api.SIM{}
		if taken {
			want = api.SIM{
				ICCID: answered, Status: "Installed", EID: "89001012012341234012345678901224",
				LastModified: time.Date(2019, 8, 2, 9, 9, 33, 0, time.UTC),
			}
		}
		sim, _, err := client.SIM(within10s(t), iccid, "c-1")
		if diff := cmp.Diff(want, sim); (err == nil) != taken || diff != "" {
			t.Errorf("%q: %v\n%s", answered, err, diff)
		}
		if answered[0] == '"' {
			continue // an entry with an id needs no ICCID here
		}
		list, _, err := client.SIMSubscriptions(within10s(t), iccid, "c-2")
		if (err == nil) != taken || (len(list) == 1) != taken {
			t.Errorf("%q: subscriptions %+v, %v", answered, list, err)
		}
	}
}

func TestAPageIsAskedForWithWhatIsWanted(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for name, test := range map[string]struct {
		query api.SubscriptionQuery
		want  string
	}{
		"everything": {api.SubscriptionQuery{}, "/connect-api/v1/subscription"},
		"every filter": {
			api.SubscriptionQuery{
				ICCID: iccid, Email: "a+b@example.com", ProductID: "P&1",
				After: time.Date(2024, 1, 2, 3, 4, 5, 999, zone), Before: time.Date(2024, 2, 2, 3, 4, 5, 1, zone), Size: 50, Page: 2,
			},
			"/connect-api/v1/subscription?after=2024-01-02T02%3A04%3A05Z&before=2024-02-02T02%3A04%3A06Z&email=a%2Bb%40example.com" +
				"&iccid=8944474600000109251&page=2&product-id=P%261&size=50",
		},
		"a next page": {
			api.SubscriptionQuery{Next: "/v1/subscription?page=3&cursor=a%2Fb+c", Size: 50},
			"/connect-api/v1/subscription?page=3&cursor=a%2Fb+c",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got *http.Request
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = r
				io.WriteString(w, "[]")
			})
			client := newClient(t, server.URL+"/connect-api", api.Config{})
			ctx := within10s(t) // calls with one context share a request
			if _, _, err := client.SubscriptionsPage(ctx, test.query, "c-1"); err != nil {
				t.Fatal(err)
			}
			if got.RequestURI != test.want || got.Method != http.MethodGet || got.Header.Get("X-Correlation-ID") != "c-1" {
				t.Errorf("%s %s, want %s", got.Method, got.RequestURI, test.want)
			}
			if _, _, err := client.Preferences(ctx, iccid, "c-2"); err == nil || got.RequestURI != "/connect-api/v1/sim/"+iccid+"/preferences" {
				t.Errorf("the next call goes to %s", got.RequestURI)
			}
		})
	}
}

func TestANextPageIsAskedForAtTheBaseURLAlone(t *testing.T) {
	for link, want := range map[string]string{
		"": "",
		"https://services.truphone.com/connect-api/v1/subscription?size=2&page=2": "/v1/subscription?size=2&page=2",
		"http://10.0.0.7:8080/v1/subscription?page=2":                             "/v1/subscription?page=2",
		"//other.example/v1/subscriptions?page=2":                                 "/v1/subscriptions?page=2",
		"https://user:secret@other.example/fleet?page=2":                          "/v1/subscription?page=2",
		"/v1/subscription?page=2#top":                                             "/v1/subscription?page=2",
		"?page=2":                                                                 "/v1/subscription?page=2",
		" /v1/subscription?name=a b\u00e9 ":                                       "/v1/subscription?name=a%20b%C3%A9",
		"/v1/subscription/after/77?size=2":                                        "/v1/subscription/after/77?size=2",
		"/v1/subscription/../../admin?page=2":                                     "error",
		"/v1/subscription/%2e%2e/admin?page=2":                                    "error",
		"https://services.truphone.com/connect-api/v1/subscription":               "error", // the first page
		"mailto:x@example.com?page=2":                                             "error",
		"https://[::1?page=2":                                                     "error",
		"/v1/subscription?page=1":                                                 "error", // the same page
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if link != "" {
				w.Header().Set("X-Next-Page", link)
			}
			io.WriteString(w, "["+oneSubscription+"]")
		})
		client := newClient(t, server.URL+"/connect-api", api.Config{})
		page, _, err := client.SubscriptionsPage(within10s(t), api.SubscriptionQuery{Page: 1}, "c-1")
		if want == "error" {
			if !api.Temporary(err) || len(page.Subscriptions) != 0 || strings.Contains(err.Error(), "admin") {
				t.Errorf("%q: %+v, %v", link, page, err)
			}
			continue
		}
		if err != nil || page.Next != want || len(page.Subscriptions) != 1 {
			t.Errorf("%q: next is %q, want %q: %v", link, page.Next, want, err)
		}
	}
}

func TestWhatIsNoNextPageIsNotAskedFor(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.RequestURI) })
	client := newClient(t, server.URL, api.Config{})
	for _, next := range []string{
		"https://other.example/v1/subscription?page=2", "/v1/sim/89?x=1", "/v1/subscription", "//other.example/?page=2", "x", "/v1/subscription?a b",
	} {
		_, _, err := client.SubscriptionsPage(within10s(t), api.SubscriptionQuery{Next: next}, "c-1")
		if err == nil || api.Temporary(err) || api.Ambiguous(err) {
			t.Errorf("%q: %v", next, err)
		}
	}
}

func TestARegistrationCanNameItsMethod(t *testing.T) {
	var got []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method)
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			io.WriteString(w, `{"type":"METHOD_NOT_ALLOWED","messages":["no"]}`)
		}
	})
	client := newClient(t, server.URL, api.Config{RegisterMethod: "POST"})
	answer, err := client.RegisterBy(context.Background(), "POST", iccid, api.DownloadProgress, webhook, "c-1")
	if answer.Status != 405 || err == nil || api.Temporary(err) {
		t.Errorf("%+v, %v", answer, err)
	}
	if _, err := client.RegisterBy(context.Background(), "PUT", iccid, api.DownloadProgress, webhook, "c-2"); err != nil {
		t.Error(err)
	}
	if _, err := client.RegisterBy(context.Background(), "PATCH", iccid, api.DownloadProgress, webhook, "c-3"); err == nil {
		t.Error("a PATCH was sent")
	}
	if diff := cmp.Diff([]string{"POST", "PUT"}, got); diff != "" {
		t.Error(diff)
	}
}
