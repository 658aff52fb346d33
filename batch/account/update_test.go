package account_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch"
	"simhook/batch/account"
	"simhook/batch/pace"
)

// rig is an account in a sandbox, and a fleet file.
type rig struct {
	t       *testing.T
	sandbox *sandbox.Sandbox
	caller  *batch.Caller
	path    string
}

func newRig(t *testing.T, options sandbox.Options) *rig {
	t.Helper()
	g := &rig{t: t, sandbox: sandbox.New(options), path: filepath.Join(t.TempDir(), "account.csv")}
	transport, stop := sandbox.ServePipe(g.sandbox)
	t.Cleanup(stop)
	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: "http://sandbox" + sandbox.TokenPath, ClientID: "fleet", ClientSecret: "secret", Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewClient(api.Config{BaseURL: "http://sandbox" + sandbox.BasePath, Tokens: tokens, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	unlimited, err := pace.ParseRate("unlimited")
	if err != nil {
		t.Fatal(err)
	}
	if g.caller, err = batch.NewCaller(batch.CallOptions{Client: client, Pace: pace.Options{Rate: unlimited}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.caller.Close)
	return g
}

func (g *rig) update(change func(*account.Options)) (account.Found, error) {
	options := account.Options{API: "sandbox", Query: api.SubscriptionQuery{Size: 100}}
	if change != nil {
		change(&options)
	}
	return account.Update(g.t.Context(), g.path, g.caller.Subscriptions, options)
}

func (g *rig) mustUpdate(change func(*account.Options)) account.Found {
	g.t.Helper()
	found, err := g.update(change)
	if err != nil {
		g.t.Fatal(err)
	}
	return found
}

// iccids are the SIMs of the fleet file. It checks that they are sorted.
func (g *rig) iccids() []string {
	g.t.Helper()
	records, err := csv.NewReader(strings.NewReader(g.content())).ReadAll()
	if err != nil || !slices.Equal(records[0], account.Columns()) {
		g.t.Fatal(err, records[:1])
	}
	var iccids []string
	for _, record := range records[1:] {
		iccids = append(iccids, record[0])
	}
	if !slices.IsSorted(iccids) || len(slices.Compact(slices.Clone(iccids))) != len(iccids) {
		g.t.Error("not sorted, or not each once")
	}
	return iccids
}

func (g *rig) content() string {
	g.t.Helper()
	text, err := os.ReadFile(g.path)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(text)
}

func sorted(iccids []string) []string { return slices.Sorted(slices.Values(iccids)) }

func TestTheAccountsSIMsAreWrittenOnceEach(t *testing.T) {
	sims := sandbox.ICCIDs(0, 6000)
	g := newRig(t, sandbox.Options{SIMs: sims, NextPageBase: "http://10.0.0.7:8080"})
	found := g.mustUpdate(nil)
	if found.SIMs != 6000 || found.Subscriptions != 10000 || found.Twice != 0 || found.Passes != 2 || found.Invalid != 0 {
		t.Errorf("%+v", found)
	}
	if !slices.Equal(g.iccids(), sorted(sims)) {
		t.Error("other SIMs than the account's")
	}
	if _, err := os.Stat(g.path + ".account.partial"); err == nil {
		t.Error("the pages are still there")
	}
	row, _, _ := strings.Cut(g.content()[len(strings.Join(account.Columns(), ","))+1:], "\n")
	if cells := strings.Split(row, ","); len(cells) != 6 || cells[1] == "" || !strings.HasSuffix(cells[3], "Z") || cells[5] != "1" && cells[5] != "2" {
		t.Errorf("%q", row)
	}
	statuses := g.mustUpdate(func(o *account.Options) { o.Statuses, o.Force = []string{"ACTIVE"}, true })
	if statuses.SIMs == 0 || statuses.SIMs >= 6000 || strings.Contains(g.content(), "EXPIRED") {
		t.Errorf("%+v", statuses)
	}
}

// A run that was killed is continued behind its last whole page, wherever its file is cut.
func TestAListIsContinuedAfterEachOfTwentyKills(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	g := newRig(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 6000)})
	whole := newRig(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 6000)})
	whole.mustUpdate(nil)
	for kill := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		left := 1 + random.IntN(9)
		_, err := account.Update(ctx, g.path, func(ctx context.Context, q api.SubscriptionQuery) (api.Page, error) {
			if left--; left < 0 {
				cancel()
				return api.Page{}, context.Canceled
			}
			return g.caller.Subscriptions(ctx, q)
		}, account.Options{API: "sandbox", Query: api.SubscriptionQuery{Size: 100}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("kill %d: %v", kill, err)
		}
		cutTail(t, g.path+".account.partial", random.IntN(300))
	}
	found := g.mustUpdate(nil)
	if !found.Continued || g.content() != whole.content() {
		t.Errorf("%+v: not the same file", found)
	}
	if calls := g.sandbox.Stats().Calls["GET"]; calls > 2*100+20*2 {
		t.Errorf("%d pages were read: it did not continue", calls)
	}
}

// cutTail takes some bytes off the end of a file, but not its first line.
func cutTail(t *testing.T, path string, bytes int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.IndexByte(string(text), '\n') + 1
	if err := os.Truncate(path, int64(max(first, len(text)-bytes))); err != nil {
		t.Fatal(err)
	}
}

func TestNoSIMIsMissingWhereTheListChangesWhileItIsRead(t *testing.T) {
	sims := sandbox.ICCIDs(0, 3000)
	g := newRig(t, sandbox.Options{SIMs: sims, NewestFirst: true, ShiftPages: 3})
	found := g.mustUpdate(nil)
	if found.Twice == 0 {
		t.Error("no page was shifted: nothing was tested")
	}
	have := g.iccids()
	for _, iccid := range sims {
		if _, ok := slices.BinarySearch(have, iccid); !ok {
			t.Fatalf("%s is missing: %+v", iccid, found)
		}
	}
}

// list is an account whose entries can go while it is read.
type list struct {
	entries []api.Subscription
	removed int // from the front, after each of the first pages
	pages   int
}

func (l *list) page(_ context.Context, q api.SubscriptionQuery) (api.Page, error) {
	const size = 10
	number := 0
	if q.Next != "" {
		if _, err := fmt.Sscanf(q.Next, "/v1/subscription?page=%d", &number); err != nil {
			return api.Page{}, err
		}
	}
	first := min(number*size, len(l.entries))
	last := min(first+size, len(l.entries))
	page := api.Page{Subscriptions: slices.Clone(l.entries[first:last])}
	if last < len(l.entries) {
		page.Next = fmt.Sprintf("/v1/subscription?page=%d", number+1)
	}
	if l.pages++; l.pages <= 3 {
		l.entries = l.entries[l.removed:]
	}
	return page, nil
}

func TestEntriesThatAPassSkippedAreFoundByTheNext(t *testing.T) {
	l := &list{removed: 2}
	for _, iccid := range sandbox.ICCIDs(0, 100) {
		l.entries = append(l.entries, api.Subscription{ID: "of-" + iccid, ICCID: iccid, CreatedDate: time.Now().Add(-time.Hour)})
	}
	path := filepath.Join(t.TempDir(), "account.csv")
	found, err := account.Update(t.Context(), path, l.page, account.Options{})
	if err != nil || found.SIMs != 100 || found.Passes != 3 {
		t.Errorf("%v, %+v: with two passes 6 SIMs would be missing if the second were not one more", err, found)
	}
}

func TestAListThatIsSuddenlyMuchShorterIsNotWritten(t *testing.T) {
	sims := sandbox.ICCIDs(0, 100)
	g := newRig(t, sandbox.Options{SIMs: sims})
	g.mustUpdate(nil)
	g.sandbox.RemoveSIMs(sims[:10]...)
	if found := g.mustUpdate(nil); found.SIMs != 90 || found.Last != 100 {
		t.Errorf("a tenth may leave: %+v", found)
	}
	before := g.content()
	g.sandbox.RemoveSIMs(sims[10:20]...)
	_, err := g.update(nil)
	if shrunk, ok := errors.AsType[*account.ShrunkError](err); !ok || shrunk.SIMs != 80 || shrunk.Last != 90 {
		t.Errorf("%v", err)
	}
	if g.content() != before {
		t.Error("it was written")
	}
	if found := g.mustUpdate(func(o *account.Options) { o.Force = true }); found.SIMs != 80 {
		t.Errorf("%+v", found)
	}
}

func TestWhatIsNewSinceTheLastListIsAdded(t *testing.T) {
	g := newRig(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 3000)})
	sinceLast := func(o *account.Options) { o.SinceLast = true }
	if _, err := g.update(sinceLast); !errors.Is(err, account.ErrNoLast) {
		t.Errorf("without a last one: %v", err)
	}
	g.mustUpdate(nil)
	added := g.sandbox.AddNewSIMs(50)
	before := g.sandbox.Stats().Calls["GET"]
	found := g.mustUpdate(sinceLast)
	if found.SIMs != 3050 {
		t.Errorf("%+v", found)
	}
	if calls := g.sandbox.Stats().Calls["GET"] - before; calls > 4 {
		t.Errorf("%d pages were read for 50 new SIMs", calls)
	}
	if have := g.iccids(); !slices.Contains(have, added[49]) {
		t.Error("a new SIM is missing")
	}
	partly := g.content()
	if g.mustUpdate(nil); g.content() != partly {
		t.Error("a whole list gives another file")
	}
}

// A list of some subscriptions, to which the new ones of all are added, would be neither.
func TestWhatIsNewIsAddedOnlyToAListOfTheSameChoice(t *testing.T) {
	g := newRig(t, sandbox.Options{SIMs: sandbox.ICCIDs(0, 30)})
	customers := func(o *account.Options) { o.Query.Email = "nobody@example.com" }
	g.mustUpdate(customers)
	if _, err := g.update(func(o *account.Options) { o.SinceLast = true }); !errors.Is(err, account.ErrNoLast) {
		t.Errorf("to a list of one customer's: %v", err)
	}
	if _, err := g.update(func(o *account.Options) { customers(o); o.SinceLast = true }); err != nil {
		t.Errorf("to a list of the same customer's: %v", err)
	}
}

func TestOnlyAListOfAnAccountIsWrittenOver(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"fleet.csv": "iccid\n8944474600000109251\n", "empty.csv": "", "own.csv": strings.Join(account.Columns(), ",") + "\n"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := account.Check(path); (err != nil) != (name == "fleet.csv") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := account.Check(filepath.Join(folder, "new.csv")); err != nil {
		t.Error(err)
	}
}

func TestLinksThatLeadInACircleEnd(t *testing.T) {
	pages := 0
	_, err := account.Update(t.Context(), filepath.Join(t.TempDir(), "account.csv"),
		func(context.Context, api.SubscriptionQuery) (api.Page, error) {
			pages++
			return api.Page{Next: fmt.Sprintf("/v1/subscription?page=%d", pages%3)}, nil
		}, account.Options{})
	if err == nil || !strings.Contains(err.Error(), "in a circle") || pages > 10 {
		t.Errorf("%v after %d pages", err, pages)
	}
}

func TestAListThatNeverKeepsStillIsNotWritten(t *testing.T) {
	n := 0
	path := filepath.Join(t.TempDir(), "account.csv")
	pages := func(context.Context, api.SubscriptionQuery) (api.Page, error) {
		n++ // another SIM each time, which was there before
		return api.Page{Subscriptions: []api.Subscription{{ID: fmt.Sprint(n), ICCID: sandbox.ICCIDs(n, 1)[0]}}}, nil
	}
	_, err := account.Update(t.Context(), path, pages, account.Options{})
	if _, ok := errors.AsType[*account.UnsettledError](err); !ok || n != 5 {
		t.Errorf("%v after %d passes", err, n)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was written")
	}
}
