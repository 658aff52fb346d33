package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// TestShardsShareAQuota runs the Pods of an Indexed Job as processes against one account, and kills one in
// the middle, as a node that goes away does.
func TestShardsShareAQuota(t *testing.T) {
	t.Parallel()
	const sims, shards, workers = 2000, 8, 32
	api := serveGate(t, sandbox.Options{
		Quota: 1500, Window: 2 * time.Second, LatencyMin: 2 * time.Millisecond, LatencyMax: 8 * time.Millisecond,
	})
	fleet := newFleet(t, sims)
	env := api.environment()
	env["SIMHOOK_RATE"], env["SIMHOOK_SHARD_COUNT"] = "auto", fmt.Sprint(shards)
	env["SIMHOOK_WORKERS"] = fmt.Sprint(workers)
	start := func(index int) *exec.Cmd {
		env["JOB_COMPLETION_INDEX"] = fmt.Sprint(index)
		cmd := command(t, env, "register", fleet)
		cmd.Stderr = new(bytes.Buffer)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}

	calling := api.after(sims)
	running := make([]*exec.Cmd, shards)
	for index := range running {
		running[index] = start(index)
	}
	const killed = 3
	<-calling
	if err := running[killed].Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	exit, _ := errors.AsType[*exec.ExitError](running[killed].Wait())
	if exit.ExitCode() != -1 {
		t.Fatal("the shard had ended before it was killed", running[killed].Stderr)
	}
	running[killed] = start(killed)
	results := make([]string, shards)
	for index, cmd := range running {
		results[index] = fmt.Sprintf("%s.register.%d-of-%d.csv", strings.TrimSuffix(fleet, ".csv"), index, shards)
		if err := cmd.Wait(); err != nil {
			t.Errorf("shard %d: %v\n%s", index, err, cmd.Stderr)
		}
	}

	stats := api.Stats()
	if api.Registrations() != 2*sims || stats.RepeatedCalls > 2*workers {
		t.Errorf("%d webhooks, want %d; %d calls were repeated, want %d at the most", api.Registrations(), 2*sims, stats.RepeatedCalls, 2*workers)
	}
	if stats.RateLimited > 5 {
		t.Errorf("%d calls were beyond the quota", stats.RateLimited)
	}
	merged := fleet + ".merged"
	if output, err := command(t, nil, append([]string{"report", "--merge", merged}, results...)...).CombinedOutput(); err != nil {
		t.Fatalf("merging: %v\n%s", err, output)
	}
	rows := rowsBySIM(t, merged)
	if len(rows) != sims {
		t.Errorf("%d SIMs have a row, want %d", len(rows), sims)
	}
	for iccid, n := range rows {
		if n != 1 {
			t.Errorf("%s has %d rows", iccid, n)
		}
	}
}
