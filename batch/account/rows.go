package account

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"simhook/batch/fleet"
	"simhook/report/cell"
)

// Columns are those of the fleet file. A run reads the first, and carries the others along.
func Columns() []string {
	return []string{"iccid", "status", "product", "activation_date", "expiration_date", "subscriptions"}
}

// Check refuses to write over a file that Update has not written. The error says why.
func Check(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case line != "" && strings.TrimRight(line, "\r\n") != strings.Join(Columns(), ","):
		return fmt.Errorf("%s is there, and no list of an account: name another file", path)
	}
	return nil
}

// row is a SIM: what its newest subscription says.
type row struct {
	newest *entry
	plans  int
}

// rows yields the SIMs of the list, sorted by ICCID.
func (r *reading) rows() iter.Seq[row] {
	return func(yield func(row) bool) {
		var one row
		for _, at := range r.sorted() {
			e := &r.list[at]
			if one.plans > 0 && one.newest.ICCID != e.ICCID {
				if !yield(one) {
					return
				}
				one.plans = 0
			}
			one.newest, one.plans = e, one.plans+1 // the last is the newest
		}
		if one.plans > 0 {
			yield(one)
		}
	}
}

// sorted are the places of the subscriptions that count, by SIM, and of one SIM by when they were ordered, then by when they
// begin: nothing depends on the order of the list.
func (r *reading) sorted() []int32 {
	if r.order != nil {
		return r.order
	}
	r.order = make([]int32, 0, len(r.list))
	for i := range r.list {
		e := &r.list[i]
		if e.ICCID != "" && (r.options.Statuses == nil || slices.Contains(r.options.Statuses, e.Status)) {
			r.order = append(r.order, int32(i))
		}
	}
	slices.SortFunc(r.order, func(i, j int32) int {
		a, b := &r.list[i], &r.list[j]
		return cmp.Or(cmp.Compare(a.ICCID, b.ICCID), cmp.Compare(a.Created, b.Created), cmp.Compare(a.Activated, b.Activated), cmp.Compare(a.ID, b.ID))
	})
	return r.order
}

// count counts what is found.
func (r *reading) count() {
	for one := range r.rows() {
		r.found.SIMs++
		if _, _, err := fleet.NormaliseICCID(one.newest.ICCID, false); err != nil {
			r.found.Invalid++
			r.found.Example = one.newest.ICCID
		}
	}
	r.found.Subscriptions = len(r.list)
	for i := range r.list {
		if r.list[i].ICCID == "" {
			r.found.WithoutSIM++
		}
	}
}

// write writes the fleet file.
func (r *reading) write(to io.Writer) error {
	w := csv.NewWriter(to)
	_ = w.Write(Columns()) // Flush keeps the first error
	for one := range r.rows() {
		e := one.newest
		_ = w.Write([]string{e.ICCID, cell.Text(e.Status), cell.Text(e.Product), date(e.Activated), date(e.Expires), strconv.Itoa(one.plans)})
	}
	w.Flush()
	return w.Error()
}

func date(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// countRows is how many SIMs a file of Update holds; 0: there is none.
func countRows(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := -1 // without the header
	if eachLine(f, func([]byte, int64) bool { lines++; return true }) != nil {
		return 0
	}
	return max(lines, 0)
}
