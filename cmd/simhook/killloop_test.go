package main

// The flags of these tests: -kills N processes are ended one after the other, on the way through a fleet
// of -killsims N SIMs, at moments drawn from -killseed N. Long forms:
//
//	go test ./cmd/simhook -run TestARunEndedAgainAndAgain -v -kills 150 -killsims 20000
//	go test ./cmd/simhook -run TestARunKilledWhileItFinishes -v -kills 40 -killsims 20000

import (
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

var (
	kills    = flag.Int("kills", 10, "processes that a test of kills ends")
	killSIMs = flag.Int("killsims", 2000, "SIMs in the fleet of a test of kills")
	killSeed = flag.Uint64("killseed", 0, "seed of the moments at which processes are ended; 0: another one each time")
)

func TestARunEndedAgainAndAgainLosesNothing(t *testing.T) {
	t.Parallel()
	const workers = 16
	for name, c := range map[string]struct {
		signal   syscall.Signal
		exitCode int
		repeated int // calls for each process that was ended, at the most
	}{
		"SIGKILL: calls in flight alone are repeated": {syscall.SIGKILL, bySignal, 2 * workers},
		"SIGTERM: no call is repeated":                {syscall.SIGTERM, exitAgain, 0},
	} {
		t.Run(name, func(t *testing.T) {
			random := newRandom(t)
			r := newRig(t, workers, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond})
			sims := *killSIMs
			fleet := newFleet(t, sims)
			begun, landed, uncalled, torn := time.Now(), 0, 0, 0
			for round := 0; landed < *kills; round++ {
				if round > 2**kills {
					t.Fatalf("only %d of %d processes were ended in time", landed, round)
				}
				before := r.Registrations()
				share := (2*sims - before) / (*kills - landed + 1)
				calling := r.after(1 + random.IntN(max(1, share)))
				p := r.start(fleet)
				if c.signal == syscall.SIGKILL && random.IntN(5) == 0 {
					pause(t, time.Duration(random.Int64N(int64(20*time.Millisecond)))) // while it is starting
				} else {
					p.await(calling)
					pause(t, time.Duration(random.Int64N(int64(3*time.Millisecond))))
				}
				switch code := p.end(c.signal); code {
				case c.exitCode:
					landed++
				case exitOK: // it was faster: give the next one something to do
					sims += *killSIMs
					fleet = newFleet(t, sims)
				default:
					t.Fatalf("want exit code %d of %s", c.exitCode, p)
				}
				if r.Registrations() == before {
					uncalled++
				}
				if strings.Contains(p.said.String(), "cut off or damaged") {
					torn++
				}
			}
			r.finish(fleet)
			repeated := r.repeated(fleet)
			t.Logf("%d SIMs, %d ended by %s (%d of them before any effect): %d calls repeated, %d times rows were torn, %s",
				sims, landed, c.signal, uncalled, repeated, torn, time.Since(begun).Round(time.Millisecond))
			if most := c.repeated * landed; repeated > most {
				t.Errorf("%d calls were repeated, want %d at the most", repeated, most)
			}
			if uncalled == landed {
				t.Error("none was ended in the middle")
			}
		})
	}
}

// TestARunKilledWhileItFinishes resumes complete results with new SIMs time and again, and kills the
// program when it joins the two.
func TestARunKilledWhileItFinishesLosesNothing(t *testing.T) {
	t.Parallel()
	const added = 20
	random := newRandom(t)
	r := newRig(t, 16, sandbox.Options{})
	r.finish(newFleet(t, *killSIMs))

	begun, merging, published := time.Now(), 0, 0
	fleet := ""
	for round := 1; merging < *kills; round++ {
		if round > 20**kills {
			t.Fatalf("only %d of %d kills landed while the results were being merged", merging, round-1)
		}
		sims := *killSIMs + round*added
		fleet = newFleet(t, sims)
		before := r.mergingSince() // a file that an earlier kill has left
		p := r.start(fleet)
		r.waitForMerging(p, before)
		pause(t, time.Duration(random.Int64N(int64(2*time.Millisecond)+int64(*killSIMs)*int64(5*time.Microsecond))))
		switch code := p.end(syscall.SIGKILL); {
		case code == exitOK: // it was faster
		case code != bySignal:
			t.Fatal(p)
		case r.mergingSince().After(before):
			merging++
		case exists(r.results + ".partial"):
			published++
		}
		if rows := len(statusesBySIM(t, r.results)); rows < *killSIMs || rows > sims {
			t.Errorf("after round %d the results have %d rows", round, rows)
		}
	}
	r.finish(fleet)
	repeated := r.repeated(fleet)
	t.Logf("%d SIMs, %d killed while merging, %d between that and its end: %d calls repeated, %s",
		*killSIMs, merging, published, repeated, time.Since(begun).Round(time.Millisecond))
	if repeated > 0 {
		t.Errorf("%d calls were repeated, although all rows had been written", repeated)
	}
}

// mergingSince is when the file that is to become the results was last written to; zero: there is none.
func (r *rig) mergingSince() time.Time {
	info, err := os.Stat(r.results + ".merging")
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// waitForMerging returns when the process has begun to merge, or has ended.
func (r *rig) waitForMerging(p *process, before time.Time) {
	ticker := time.NewTicker(100 * time.Microsecond)
	defer ticker.Stop()
	for !r.mergingSince().After(before) {
		select {
		case <-ticker.C:
		case <-p.ended:
			return
		}
	}
}

func TestARunKilledAtItsLastCallsLosesNothing(t *testing.T) {
	const sims, workers, wanted = 40, 16, 5
	random := newRandom(t)
	for landed, round := 0, 0; landed < wanted; round++ {
		if round == 20*wanted {
			t.Fatalf("only %d of %d kills landed", landed, round)
		}
		r := newRig(t, workers, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond})
		fleet := newFleet(t, sims)
		calling := r.after(2 * sims)
		p := r.start(fleet)
		p.await(calling)
		pause(t, time.Duration(random.Int64N(int64(5*time.Millisecond))))
		if p.end(syscall.SIGKILL) == bySignal {
			landed++
		}
		r.finish(fleet)
		if repeated := r.repeated(fleet); repeated > 2*workers {
			t.Errorf("%d calls were repeated, want %d at the most", repeated, 2*workers)
		}
	}
}

// newRandom is where the moments of a test come from.
func newRandom(t *testing.T) *rand.Rand {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-killseed %d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}
