package account

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"simhook/api"
	"simhook/report/file"
)

// ending is that of the file with all subscriptions.
const ending = ".account"

// header is the first line of such a file.
type header struct {
	API   string    `json:"api"`
	Query string    `json:"query"`
	Began time.Time `json:"began"`
}

// record is one further line: a page.
type record struct {
	Pass    int     `json:"pass"`
	Next    string  `json:"next,omitempty"`
	Entries []entry `json:"entries"`
}

// entry is what is kept of a subscription. Times are seconds since the Unix epoch; 0: not known.
type entry struct {
	ID        string `json:"id,omitempty"`
	ICCID     string `json:"iccid,omitempty"`
	Status    string `json:"status,omitempty"`
	Product   string `json:"product,omitempty"`
	Created   int64  `json:"created,omitempty"`
	Activated int64  `json:"activated,omitempty"`
	Expires   int64  `json:"expires,omitempty"`

	pass int32 // in which it was shown last
}

// key tells subscriptions apart.
func (e *entry) key() string {
	if e.ID != "" {
		return e.ID
	}
	return fmt.Sprintf("%s %d %s", e.ICCID, e.Created, e.Product)
}

func newRecord(pass int, page api.Page) record {
	r := record{Pass: pass, Next: page.Next, Entries: make([]entry, len(page.Subscriptions))}
	for i, s := range page.Subscriptions {
		r.Entries[i] = entry{
			ID: s.ID, ICCID: s.ICCID, Status: s.Status, Product: s.Product.Name,
			Created: seconds(s.CreatedDate), Activated: seconds(s.ActivationDate), Expires: seconds(s.ExpirationDate),
		}
	}
	return r
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// journal is the file of pages.
type journal struct {
	path string
	file *os.File
	size int64
}

// append adds a line. It survives a kill; after a power cut pages are read again.
func (j *journal) append(line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("encoding a page: %w", err)
	}
	n, err := j.file.Write(append(text, '\n'))
	j.size += int64(n)
	return err
}

// choice is which subscriptions a query chooses, whenever they began.
func choice(q api.SubscriptionQuery) string {
	return fmt.Sprintf("iccid %q, email %q, product %q, before %s", q.ICCID, q.Email, q.ProductID, q.Before.UTC().Format(time.RFC3339))
}

// begin opens the file of pages, and takes over those of an earlier run that asked for the same.
func (r *reading) begin(query api.SubscriptionQuery) error {
	asked := choice(query) + " since last" // however far the list of an earlier run goes
	if !r.options.SinceLast {
		asked = choice(query) + " after " + query.After.UTC().Format(time.RFC3339) + " in pages of " + strconv.Itoa(query.Size)
	}
	wanted := header{API: r.options.API, Query: asked, Began: time.Now().UTC()}
	r.pass = 1
	f, err := os.OpenFile(r.path+".partial", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	r.journal = &journal{path: r.path + ".partial", file: f}
	first := true
	err = eachLine(f, func(line []byte, end int64) bool {
		if first {
			var earlier header
			if json.Unmarshal(line, &earlier) != nil || earlier.API != wanted.API || earlier.Query != wanted.Query || time.Since(earlier.Began) > oldestPages {
				return false
			}
			first, wanted = false, earlier
			r.journal.size = end
			return true
		}
		var page record
		if json.Unmarshal(line, &page) != nil || page.Pass != r.pass {
			return false
		}
		r.take(page)
		r.found.Continued = true
		r.journal.size = end
		return true
	})
	r.began = wanted.Began
	if err == nil { // what is behind is torn, or of another list
		err = f.Truncate(r.journal.size)
	}
	if err == nil {
		_, err = f.Seek(r.journal.size, io.SeekStart)
	}
	if err == nil && first {
		err = r.journal.append(wanted)
	}
	return err
}

// eachLine shows the whole lines of a file from its beginning, each with where it ends, until show returns false.
func eachLine(f *os.File, show func(line []byte, end int64) bool) error {
	in := bufio.NewReader(f)
	for end := int64(0); ; {
		line, err := in.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if end += int64(len(line)); !show(line, end) {
			return nil
		}
	}
}

// readLast reads the last complete list, and returns when it began to be read.
func (r *reading) readLast() (began time.Time, err error) {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, ErrNoLast
	}
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	first, whole := true, true
	err = eachLine(f, func(line []byte, _ int64) bool {
		if first {
			var h header
			first, whole = false, json.Unmarshal(line, &h) == nil && h.API == r.options.API && h.Query == choice(r.options.Query)
			began = h.Began
			return whole
		}
		var page record
		if whole = json.Unmarshal(line, &page) == nil; whole {
			for _, e := range page.Entries {
				r.put(e)
			}
		}
		return whole
	})
	if err == nil && (first || !whole) {
		return time.Time{}, ErrNoLast
	}
	return began, err
}

// keptEntries is how many subscriptions stand on a line of a complete list. It is chosen.
const keptEntries = 1000

// keep writes the complete list, and removes the pages.
func (r *reading) keep() error {
	err := file.ReplaceWith(r.path, 0o600, func(to io.Writer) error {
		lines := json.NewEncoder(to)
		err := lines.Encode(header{API: r.options.API, Query: choice(r.options.Query), Began: r.began})
		for some := range slices.Chunk(r.list, keptEntries) {
			err = errors.Join(err, lines.Encode(record{Entries: some}))
		}
		return err
	})
	return errors.Join(err, r.discard())
}

// discard removes the pages. Windows removes no file that is open.
func (r *reading) discard() error {
	return errors.Join(r.close(), os.Remove(r.journal.path))
}

// close closes the file of pages, if it is open.
func (r *reading) close() error {
	if r.journal == nil || r.journal.file == nil {
		return nil
	}
	f := r.journal.file
	r.journal.file = nil
	return f.Close()
}
