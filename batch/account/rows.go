package account

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	iccid  string
	valid  bool
	newest entry
	plans  int
}

// rows are the SIMs of the list, sorted by ICCID.
func (r *reading) rows() []row {
	sims := map[string]*row{}
	for _, e := range r.list {
		if e.ICCID == "" {
			r.found.WithoutSIM++
			continue
		}
		if r.options.Statuses != nil && !slices.Contains(r.options.Statuses, e.Status) {
			continue
		}
		iccid, _, err := fleet.NormaliseICCID(e.ICCID, false)
		if err != nil {
			iccid = cell.Text(e.ICCID)
		}
		one := sims[iccid]
		if one == nil {
			one = &row{iccid: iccid, valid: err == nil, newest: e}
			sims[iccid] = one
		}
		one.plans++
		if e.newer(&one.newest) {
			one.newest = e
		}
	}
	rows := make([]row, 0, len(sims))
	for _, one := range sims {
		rows = append(rows, *one)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.iccid, b.iccid) })
	return rows
}

// newer orders the subscriptions of a SIM: by when they were ordered, then by when they begin. Nothing depends on the order of
// the list.
func (e *entry) newer(than *entry) bool {
	return cmp.Or(cmp.Compare(e.Created, than.Created), cmp.Compare(e.Activated, than.Activated), cmp.Compare(e.ID, than.ID)) > 0
}

// text is the fleet file.
func text(rows []row) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(Columns()) // a buffer takes everything
	for i := range rows {
		one := &rows[i].newest
		_ = w.Write([]string{
			rows[i].iccid, cell.Text(one.Status), cell.Text(one.Product), date(one.Activated), date(one.Expires), strconv.Itoa(rows[i].plans),
		})
	}
	w.Flush()
	return out.Bytes()
}

func date(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// count is how many SIMs a file of Update holds; 0: there is none.
func count(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	return max(bytes.Count(text, []byte{'\n'})-1, 0)
}
