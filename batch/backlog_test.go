package batch

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/batch/pace"
)

func TestWhatIsLeftIsDoneWhetherItIsFewSIMsOrMany(t *testing.T) {
	for _, sims := range []int{10, maxBacklog - 1, maxBacklog, maxBacklog + 1} {
		t.Run(fmt.Sprint(sims, " SIMs"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 0)
				fleet := func(from int) string {
					var b strings.Builder
					b.WriteString("iccid\n")
					for n := range sims {
						b.WriteString(testICCID(from+n) + "\n")
					}
					b.WriteString(testICCID(from) + "\nnonsense\n")
					return b.String()
				}
				for _, more := range []int{0, 1} { // a fresh run; then one SIM has left and one has come
					g.setFleetText(fleet(more))
					summary, err := g.run(func(cfg *Config) { cfg.Pace.Rate = pace.Unlimited() })
					if err != nil {
						t.Fatal(err)
					}
					if summary.OK != sims || summary.Invalid != 1 || summary.Duplicate != 1 || !summary.Complete {
						t.Errorf("%+v", summary)
					}
					if n := g.sandbox.Registrations(); n != 2*(sims+more) {
						t.Errorf("%d webhooks are registered, want %d", n, 2*(sims+more))
					}
					if n := len(g.rows(g.results)); n != sims+2+more {
						t.Errorf("%d rows, want %d", n, sims+2+more)
					}
				}
			})
		})
	}
}
