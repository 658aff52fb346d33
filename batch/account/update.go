package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report/cell"
	"simhook/report/file"
)

// Pages reads one page of the account's subscriptions, with retries.
type Pages func(context.Context, api.SubscriptionQuery) (api.Page, error)

// Options say what a fleet file is made of.
type Options struct {
	// Query chooses the subscriptions. Its Page and Next are not used.
	Query api.SubscriptionQuery
	// Statuses of subscriptions that count, such as ACTIVE; nil: all.
	Statuses []string
	// SinceLast asks only for what is new since the last list, and adds it. That the status of an older subscription has changed
	// is not noticed then.
	SinceLast bool
	// Force writes a list also where it holds much fewer SIMs than the last one, or has changed during every pass.
	Force bool
	// API names the API. A list of another one is not continued.
	API string
	Log *slog.Logger // nil: nothing is logged
}

// Found says what was read and written.
type Found struct {
	SIMs          int    `json:"sims"`
	Last          int    `json:"last"` // SIMs of the file before
	Subscriptions int    `json:"subscriptions"`
	Twice         int    `json:"seen_twice"` // entries that one pass showed twice
	Passes        int    `json:"passes"`     // over the whole list
	WithoutSIM    int    `json:"without_sim"`
	Invalid       int    `json:"invalid"` // SIMs whose ICCID a fleet file must not hold
	Example       string `json:"invalid_example,omitempty"`
	Continued     bool   `json:"continued"` // an earlier run had read a part
}

// ShrunkError says that the list holds much fewer SIMs than the last one, as it would where a part of it was not there. The file
// was not changed.
type ShrunkError struct {
	Path       string
	SIMs, Last int
}

func (e *ShrunkError) Error() string {
	return fmt.Sprintf("%d SIMs of the account are chosen, and %s holds %d: is the list whole, and are the options those of last time? "+
		"If so, simhook fleet --force writes it; the file was not changed", e.SIMs, e.Path, e.Last)
}

// UnsettledError says that each pass over the list found SIMs that those before had missed. The file was not changed.
type UnsettledError struct{ Passes int }

func (e *UnsettledError) Error() string {
	return fmt.Sprintf("the account's list changed during each of %d passes over it, so SIMs may be missing: run again later, or write what was seen with --force; the file was not changed", e.Passes)
}

// ReadError says that the list could not be read.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return "reading the account's subscriptions: " + e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// leastShare is the part of the last list that a list must hold to be written over it. It is given by what the command promises.
const leastShare = 0.9

// Limits of a reading. They are chosen.
const (
	leastPasses = 2
	mostPasses  = 5
	oldestPages = 12 * time.Hour // that are continued
	overlap     = time.Hour      // of SinceLast with the list before: clocks differ
)

// ErrNoLast says that there is no earlier list of the same choice of subscriptions to continue from.
var ErrNoLast = errors.New("there is no list of an earlier run beside it, or it was asked for other subscriptions: leave out --since-last once")

// Update writes the fleet file at path. Errors: *file.LockedError, *ShrunkError, *UnsettledError, ErrNoLast, *ReadError, and for a file
// that cannot be written *file.WriteError.
func Update(ctx context.Context, path string, pages Pages, options Options) (_ Found, err error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	lock, err := file.Lock(path + ".lock")
	if err != nil {
		return Found{}, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	r := reading{options: options, pages: pages, path: path + ending, places: map[string]int32{}, texts: map[string]string{}}
	query := options.Query
	query.Next, query.Page = "", 0
	if options.SinceLast {
		last, err := r.readLast()
		if err != nil {
			return Found{}, err
		}
		query.After = last.Add(-overlap)
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.begin(query); err != nil {
		return Found{}, writeError(path, err)
	}
	if err := r.all(ctx, query); err != nil {
		return Found{}, err
	}
	r.count()
	r.found.Last = countRows(path)
	found := r.found
	if r.fresh > 0 && !options.Force {
		return found, errors.Join(&UnsettledError{Passes: found.Passes}, r.discard())
	}
	if float64(found.SIMs) < leastShare*float64(found.Last) && !options.Force {
		return found, errors.Join(&ShrunkError{Path: path, SIMs: found.SIMs, Last: found.Last}, r.discard())
	}
	if err := file.ReplaceWith(path, 0o644, r.write); err != nil {
		return found, writeError(path, err)
	}
	return found, writeError(path, r.keep())
}

func writeError(path string, err error) error {
	if err == nil {
		return nil
	}
	return &file.WriteError{Path: path, Err: err}
}

// reading is a list that is being read.
type reading struct {
	options Options
	pages   Pages
	path    string // of the list
	journal *journal

	began  time.Time
	list   []entry
	order  []int32           // of those that count, once the list is whole
	places map[string]int32  // in the list, by key
	texts  map[string]string // statuses and names of products, each once in memory
	pass   int               // from 1
	next   string            // the next page; "": the first one of the pass
	fresh  int               // entries that this pass was the first to show, and that were there before
	found  Found
}

// all reads passes until one has found nothing new.
func (r *reading) all(ctx context.Context, query api.SubscriptionQuery) error {
	links := map[string]bool{}
	resumed := r.next != ""
	for !r.settled() {
		query.Next = r.next
		page, err := r.pages(ctx, query)
		if resumed && gone(err) {
			r.options.Log.Info("the page to continue with is no longer there: the pass begins again", "error", err)
			r.next, resumed = "", false
			for i := range r.list {
				r.list[i].pass = min(r.list[i].pass, int32(r.pass-1))
			}
			continue
		}
		resumed = false
		switch {
		case err != nil:
			return &ReadError{err}
		case page.Next != "" && links[page.Next]:
			return &ReadError{fmt.Errorf("the links between the pages lead in a circle: %s", page.Next)}
		}
		links[page.Next] = true
		record := newRecord(r.pass, page)
		if err := r.journal.append(record); err != nil {
			return writeError(r.path, err)
		}
		r.take(record)
		if page.Next == "" {
			clear(links)
		}
	}
	return nil
}

// gone reports whether a page that was asked for by its link is refused for good.
func gone(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusGone}, e.Status)
}

// settled reports whether the list is read.
func (r *reading) settled() bool {
	passes := r.pass - 1
	return r.next == "" && passes >= leastPasses && (r.fresh == 0 || passes == mostPasses)
}

// take adds a page to the list.
func (r *reading) take(p record) {
	if r.next == "" {
		r.fresh, r.found.Twice = 0, 0 // the pass begins
	}
	for _, e := range p.Entries {
		e.pass = int32(r.pass)
		pass, before := r.put(e)
		switch {
		case before && pass == e.pass:
			r.found.Twice++
		case !before && r.pass > 1 && e.Created < r.began.Unix():
			r.fresh++
		}
	}
	if r.next = p.Next; r.next == "" {
		r.found.Passes = r.pass
		r.pass++
	}
}

// put puts a subscription into the list, or in the place of what was known of it, and returns in which pass that was shown.
func (r *reading) put(e entry) (pass int32, before bool) {
	e.Status, e.Product, e.ICCID = r.once(e.Status), r.once(e.Product), asInFleet(e.ICCID)
	at, before := r.places[e.key()]
	if before {
		pass = r.list[at].pass
		r.list[at] = e
		return pass, true
	}
	r.places[e.key()] = int32(len(r.list))
	r.list = append(r.list, e)
	return 0, false
}

// asInFleet is an ICCID as a fleet file has it; one that is not valid stays as the account has it.
func asInFleet(iccid string) string {
	if valid, _, err := fleet.NormaliseICCID(iccid, false); err == nil {
		return valid
	}
	return cell.Text(iccid)
}

// once returns the same text for the same content.
func (r *reading) once(text string) string {
	if known, ok := r.texts[text]; ok {
		return known
	}
	r.texts[text] = strings.Clone(text)
	return text
}
