package batch

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api/sandbox"
	"simhook/report"
	"simhook/report/file"
)

// slowDisk lets all others go on while it writes, and syncs a number of times
// only, if that is given.
type slowDisk struct {
	file.OS
	sound  int64 // syncs
	synced atomic.Int64
}

func (d *slowDisk) Write(f *os.File, b []byte) (int, error) {
	for range 1000 {
		runtime.Gosched()
	}
	return d.OS.Write(f, b)
}

func (d *slowDisk) Sync(f *os.File) error {
	if n := d.synced.Add(1); d.sound > 0 && n > d.sound {
		return errors.New("the disk is broken")
	}
	return d.OS.Sync(f)
}

func TestAWorkerGoesOnOnlyWhenTheRowOfItsSIMIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, sims = 4, 40
		g := newRig(t, sandbox.Options{}, sims)
		g.disk = &slowDisk{}
		var mu sync.Mutex
		called := map[string]bool{}
		note := func(iccid string) {
			mu.Lock()
			defer mu.Unlock()
			called[iccid] = true
			text, err := os.ReadFile(g.results + ".partial")
			written := bytes.Count(text, []byte("\n")) - 1 // the header
			if ahead := len(called) - written; err != nil || ahead > workers {
				t.Errorf("%d SIMs were called for when %d rows were written: a kill would lose %d; %v", len(called), written, ahead, err)
			}
		}
		g.behind(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != sandbox.TokenPath {
				note(simOf(r.URL.Path))
			}
			g.sandbox.ServeHTTP(w, r)
		}))
		summary, err := g.run(func(c *Config) { c.Workers = workers; unlimited(c) })
		if err != nil || summary.OK != sims || len(called) != sims {
			t.Errorf("%v, %+v", err, summary)
		}
	})
}

func TestASIMCountsOnceItsRowWouldSurviveAPowerCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 400
		disk := &slowDisk{sound: 20}
		g := newRig(t, sandbox.Options{LatencyMin: 10 * time.Millisecond, LatencyMax: 20 * time.Millisecond}, sims)
		g.disk = disk
		summary, err := g.run(func(c *Config) { c.Workers = 4; unlimited(c) })
		var failure *file.WriteError
		if !errors.As(err, &failure) || len(failure.Unrecorded) == 0 || disk.synced.Load() <= disk.sound {
			t.Fatalf("%v after %d syncs, %+v", err, disk.synced.Load(), summary)
		}
		if summary.Attempts >= 2*sims {
			t.Errorf("it went on calling: %d calls", summary.Attempts)
		}
		if rows := len(g.rows(g.results + ".partial")); summary.OK != rows || rows == 0 {
			t.Errorf("%d SIMs are counted, and the rows of %d are safe", summary.OK, rows)
		}
	})
}

// A transport that panics stands for any bug that a SIM may meet.
type panicking struct {
	http.RoundTripper
	iccid string
	fired atomic.Int64
}

func (p *panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, p.iccid) {
		p.fired.Add(1)
		panic("a bug\nof this SIM")
	}
	return p.RoundTripper.RoundTrip(r)
}

func TestABugMetByOneSIMDoesNotEndTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 50)
		sound := g.http
		buggy := &panicking{RoundTripper: sound, iccid: testICCID(7)}
		g.http = buggy
		summary, err := g.run(unlimited)
		var bug *PanicError
		if !errors.As(err, &bug) || bug.ICCID != testICCID(7) || bug.Reason != "a bug of this SIM" || buggy.fired.Load() != 1 {
			t.Errorf("%v after %d panics", err, buggy.fired.Load())
		}
		if summary.OK != 49 || summary.Failed != 1 || !summary.Complete {
			t.Errorf("%+v", summary)
		}
		for _, row := range g.rows(g.results) {
			if broken := row.ICCID == testICCID(7); broken != (row.Error == "internal error") || broken != (row.Status == report.StatusFailed) {
				t.Errorf("%+v", row)
			}
		}
		g.http = sound
		if summary, err = g.run(unlimited); err != nil || summary.OK != 50 {
			t.Errorf("run again: %v, %+v", err, summary)
		}
		g.complete(50)
	})
}
