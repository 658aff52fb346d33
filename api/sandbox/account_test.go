package sandbox_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

// startAccount serves a sandbox on a loopback socket and returns a client of it.
func startAccount(t *testing.T, opts sandbox.Options) (*sandbox.Sandbox, *api.Client, string) {
	t.Helper()
	s := sandbox.New(opts)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client, err := api.NewClient(api.Config{BaseURL: server.URL + sandbox.BasePath, Tokens: api.StaticToken(s.IssueToken())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return s, client, server.URL
}

// readList reads all pages. between is called after each, with the number of pages so far; nil: nothing is.
func readList(t *testing.T, client *api.Client, query api.SubscriptionQuery, between func(pages int)) []api.Subscription {
	t.Helper()
	var all []api.Subscription
	for pages := 1; ; pages++ {
		page, _, err := client.SubscriptionsPage(t.Context(), query, "list-"+strconv.Itoa(pages))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Subscriptions...)
		if page.Next == "" {
			return all
		}
		if between != nil {
			between(pages)
		}
		query = api.SubscriptionQuery{Next: page.Next}
	}
}

func iccidsIn(list []api.Subscription) map[string]int {
	seen := map[string]int{}
	for _, s := range list {
		seen[s.ICCID]++
	}
	return seen
}

func TestAnAccountOf6000SIMsHas10000Subscriptions(t *testing.T) {
	sims := sandbox.ICCIDs(0, 6000)
	_, client, _ := startAccount(t, sandbox.Options{SIMs: sims})
	list := readList(t, client, api.SubscriptionQuery{Size: 1000}, nil)
	seen := iccidsIn(list)
	if len(list) != 10_000 || len(seen) != 6000 {
		t.Errorf("%d subscriptions of %d SIMs", len(list), len(seen))
	}
	statuses, ids := map[string]int{}, map[string]bool{}
	for i, s := range list {
		statuses[s.Status]++
		ids[s.ID] = true
		if i > 0 && !s.CreatedDate.After(list[i-1].CreatedDate) {
			t.Fatalf("entry %d was not created after the one before", i)
		}
		if expired := s.ExpirationDate.Before(time.Now()); expired != (s.Status == "EXPIRED") {
			t.Fatalf("it is %s and expires %s", s.Status, s.ExpirationDate)
		}
		if (*s.SpentBalance == *s.InitialBalance) != (s.Status == "DEPLETED") {
			t.Fatalf("it is %s and %d bytes are spent", s.Status, *s.SpentBalance)
		}
	}
	if len(statuses) != 4 || len(ids) != len(list) {
		t.Errorf("%v; %d different IDs", statuses, len(ids))
	}
	_, again, _ := startAccount(t, sandbox.Options{SIMs: sims, NewestFirst: true})
	reversed := readList(t, again, api.SubscriptionQuery{Size: 1000}, nil)
	slices.Reverse(reversed)
	if reversed[0].ID != list[0].ID || reversed[9_999].ID != list[9_999].ID {
		t.Error("another sandbox has another list")
	}
}

func TestGeneratedICCIDsHaveTheirCheckDigit(t *testing.T) {
	for _, iccid := range sandbox.ICCIDs(0, 500) {
		sum := 0
		for i := range len(iccid) {
			n := int(iccid[len(iccid)-1-i] - '0')
			if i%2 == 1 {
				n = []int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}[n]
			}
			sum += n
		}
		if sum%10 != 0 || !strings.HasPrefix(iccid, "89") || len(iccid) != 19 {
			t.Fatalf("%s is no ICCID", iccid)
		}
	}
}

func TestTheListIsFiltered(t *testing.T) {
	s, client, _ := startAccount(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 30)})
	all := readList(t, client, api.SubscriptionQuery{}, nil)
	first, last := all[10].CreatedDate, all[19].CreatedDate
	if got := readList(t, client, api.SubscriptionQuery{After: first, Before: last, Size: 3}, nil); !cmp.Equal(got, all[10:20]) {
		t.Errorf("between two dates stand %d", len(got))
	}
	sim := all[7].ICCID
	own, _, err := client.SIMSubscriptions(t.Context(), sim, "own")
	got := readList(t, client, api.SubscriptionQuery{ICCID: sim}, nil)
	if err != nil || len(got) != iccidsIn(all)[sim] || !cmp.Equal(own, got) {
		t.Errorf("%+v, %+v, %v", own, got, err)
	}
	for _, query := range []api.SubscriptionQuery{{Email: "customer-1@example.com"}, {ProductID: all[0].Product.ID}} {
		if n := len(readList(t, client, query, nil)); n == 0 || n == len(all) {
			t.Errorf("%+v chooses %d of %d", query, n, len(all))
		}
	}
	before := time.Now()
	added := s.AddNewSIMs(2)
	if news := iccidsIn(readList(t, client, api.SubscriptionQuery{After: before}, nil)); len(news) != 2 || news[added[0]] == 0 {
		t.Errorf("since then came %v, added were %v", news, added)
	}
}

func TestPagesAreNumberedAndLinked(t *testing.T) {
	for _, first := range []int{0, 1} {
		s := sandbox.New(sandbox.Options{SIMs: sandbox.ICCIDs(0, 3), FirstPage: first})
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		c := &caller{t: t, base: server.URL, transport: &http.Transport{}, token: s.IssueToken()}
		t.Cleanup(c.transport.CloseIdleConnections)
		const path = sandbox.BasePath + "/v1/subscription"
		r := c.do("GET", path+"?size=2", "")
		next := server.URL + path + "?page=" + strconv.Itoa(first+1) + "&size=2"
		if got := r.header.Get("X-Next-Page"); got != next || r.header.Get("X-Previous-Page") != "" {
			t.Errorf("the first page's next is %q, want %q", got, next)
		}
		r = c.do("GET", strings.TrimPrefix(next, server.URL)+"&email=", "")
		if r.header.Get("X-Previous-Page") == "" || r.header.Get("X-Next-Page") == "" {
			t.Errorf("the middle page has %v", r.header)
		}
		r = c.do("GET", path+"?size=2&page="+strconv.Itoa(first+2), "")
		var list []map[string]any
		if err := json.Unmarshal([]byte(r.body), &list); err != nil || len(list) != 1 || r.header.Get("X-Next-Page") != "" {
			t.Errorf("the last page: %v, %v, %s", err, r.header, r.body)
		}
		if r = c.do("GET", path+"?size=2&page=99", ""); r.status != 200 || r.body != "[]" {
			t.Errorf("beyond the last page: %d %s", r.status, r.body)
		}
		for _, bad := range []string{"size=0", "size=x", "page=-1", "page=x", "after=yesterday", "before=1"} {
			if r := c.do("GET", path+"?"+bad, ""); r.status != 400 {
				t.Errorf("%s is answered %d", bad, r.status)
			}
		}
		if r := c.do("POST", path, ""); r.status != 405 {
			t.Errorf("a POST is answered %d", r.status)
		}
	}
}

func TestLinksCanNameAnotherHost(t *testing.T) {
	opts := sandbox.Options{SIMs: sandbox.ICCIDs(0, 30), NextPageBase: "http://connect.internal:8080"}
	_, c := onLoopback(t, opts)
	r := c.do("GET", sandbox.BasePath+"/v1/subscription?size=7", "")
	if got := r.header.Get("X-Next-Page"); got != "http://connect.internal:8080/v1/subscription?page=1&size=7" {
		t.Errorf("the next page is %q", got)
	}
	_, client, _ := startAccount(t, opts)
	if n := len(readList(t, client, api.SubscriptionQuery{Size: 7}, nil)); n != 50 {
		t.Errorf("%d subscriptions were read", n)
	}
}

func TestPagesShiftWhileTheyAreRead(t *testing.T) {
	sims := sandbox.ICCIDs(0, 60)
	for name, test := range map[string]struct {
		opts                    sandbox.Options
		between                 func(*sandbox.Sandbox)
		repeated, missing, more bool
	}{
		"not by themselves":         {},
		"by entries put in front":   {opts: sandbox.Options{ShiftPages: 2}, repeated: true},
		"not by SIMs added behind":  {between: func(s *sandbox.Sandbox) { s.AddNewSIMs(1) }, more: true},
		"by SIMs added in front":    {opts: sandbox.Options{NewestFirst: true}, between: func(s *sandbox.Sandbox) { s.AddNewSIMs(1) }, repeated: true},
		"by SIMs that were removed": {between: func(s *sandbox.Sandbox) { s.RemoveSIMs(s.SIMs()[0]) }, missing: true},
	} {
		t.Run(name, func(t *testing.T) {
			test.opts.SIMs = sims
			s, client, _ := startAccount(t, test.opts)
			left := map[string]bool{}
			list := readList(t, client, api.SubscriptionQuery{Size: 10}, func(int) {
				if test.between != nil {
					was := s.SIMs()
					test.between(s)
					for _, iccid := range was {
						left[iccid] = left[iccid] || !slices.Contains(s.SIMs(), iccid)
					}
				}
			})
			ids := map[string]int{}
			for _, entry := range list {
				ids[entry.ID]++
			}
			repeated := slices.Max(slices.Collect(maps.Values(ids))) > 1
			seen := iccidsIn(list)
			missing := false
			for _, iccid := range sims {
				missing = missing || seen[iccid] == 0 && !left[iccid]
			}
			more := len(seen) > len(sims)
			if repeated != test.repeated || missing != test.missing || more != test.more {
				t.Errorf("%d entries of %d SIMs: repeated %v, missing %v, more %v", len(list), len(seen), repeated, missing, more)
			}
		})
	}
}

func TestOneSIMIsAnsweredAsTheAccountHasIt(t *testing.T) {
	sims := sandbox.ICCIDs(0, 4)
	s, client, _ := startAccount(t, sandbox.Options{SIMs: sims})
	for i, iccid := range sims {
		sim, _, err := client.SIM(t.Context(), iccid, "sim-"+strconv.Itoa(i))
		if err != nil || sim.ICCID != iccid || sim.LastModified.IsZero() || (sim.EID == "") != (i == 3) || (sim.Status == "") != (i == 3) {
			t.Errorf("%+v, %v", sim, err)
		}
	}
	s.RemoveSIMs(sims[1])
	for i, iccid := range []string{sims[1], simOne} {
		_, one, _ := client.SIM(t.Context(), iccid, "a-"+strconv.Itoa(i))
		_, list, _ := client.SIMSubscriptions(t.Context(), iccid, "b-"+strconv.Itoa(i))
		_, prefs, _ := client.Preferences(t.Context(), iccid, "c-"+strconv.Itoa(i))
		wantPrefs := []int{404, 200}[i] // preferences are those of any SIM that has not left the account
		if one.Status != 404 || list.Status != 404 || prefs.Status != wantPrefs {
			t.Errorf("%s: %d, %d, %d", iccid, one.Status, list.Status, prefs.Status)
		}
	}
	s.AddSIMs(sims[1], sims[1])
	if list, _, err := client.SIMSubscriptions(t.Context(), sims[1], "back"); err != nil || len(list) != 2 {
		t.Errorf("back again it has %+v, %v", list, err)
	}
	_, anyone, _ := startAccount(t, sandbox.Options{})
	if sim, _, err := anyone.SIM(t.Context(), simOne, "sim"); err != nil || sim.ICCID != simOne {
		t.Errorf("an account without a list: %+v, %v", sim, err)
	}
	if list, _, err := anyone.SIMSubscriptions(t.Context(), simOne, "list"); err != nil || len(list) != 0 {
		t.Errorf("an account without a list: %+v, %v", list, err)
	}
}

func TestSIMsAreAddedWhileTheSandboxRuns(t *testing.T) {
	s, _, url := startAccount(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 2)})
	resp, err := http.Post(url+"/sandbox/sims?add=3", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var added []string
	if err := json.NewDecoder(resp.Body).Decode(&added); err != nil || !slices.Equal(added, s.SIMs()[2:]) || len(added) != 3 {
		t.Errorf("%v: added %v, has %v", err, added, s.SIMs())
	}
	for _, bad := range []string{"", "?add=0", "?add=x", "?add=1000001"} {
		resp, err := http.Post(url+"/sandbox/sims"+bad, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%q is answered %d", bad, resp.StatusCode)
		}
	}
}

func TestEveryTypeIsRegisteredReadNotifiedAndRemoved(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		s, client, _ := startAccount(t, sandbox.Options{RegisterMethod: method, ConflictOnRegister: true})
		want := api.Preferences{}
		for _, typ := range api.AllNotificationTypes() {
			url := "https://example.com/" + typ.Column()
			want[typ] = url
			if _, err := client.RegisterBy(t.Context(), method, simOne, typ, url, "r-"+typ.Code()); err != nil {
				t.Error(err)
			}
			t.Logf("%s was registered by %s", typ, method)
			other := map[string]string{http.MethodPost: http.MethodPut, http.MethodPut: http.MethodPost}[method]
			if answer, _ := client.RegisterBy(t.Context(), other, simOne, typ, url, "o-"+typ.Code()); answer.Status != 405 {
				t.Errorf("%s is answered %d", other, answer.Status)
			}
			again := map[string]int{http.MethodPost: 409, http.MethodPut: 200}[method]
			if answer, _ := client.RegisterBy(t.Context(), method, simOne, typ, url, "a-"+typ.Code()); answer.Status != again {
				t.Errorf("a second %s is answered %d", method, answer.Status)
			}
			if id, err := s.Notify(simOne, typ); err != nil || id == "" {
				t.Error(err)
			}
		}
		if prefs, _, err := client.Preferences(t.Context(), simOne, "read"); err != nil || !cmp.Equal(prefs, want) {
			t.Errorf("%v, want %v: %v", prefs, want, err)
		}
		for _, d := range s.Deliveries() {
			n, progress := d.Notification, d.Notification.Type == api.DownloadProgress
			if (n.EID != "") != progress || (n.SubscriptionID == "") != progress {
				t.Errorf("%+v", n)
			}
		}
		for _, typ := range api.AllNotificationTypes() {
			if _, err := client.Unregister(t.Context(), simOne, typ, "u-"+typ.Code()); err != nil {
				t.Error(err)
			}
		}
		if n := s.Registrations(); n != 0 {
			t.Errorf("%d are left", n)
		}
	}
}
