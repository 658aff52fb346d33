//go:build unix

package fleet_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"simhook/batch/fleet"
)

func TestNamedPipeCanBeReadTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	written := make(chan error)
	go func() { written <- os.WriteFile(path, []byte("iccid\n"+documented+"\n"), 0) }()
	f := openFleet(t, path, fleet.Options{})
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if rows := rowsOf(t, f); len(rows) != 1 {
			t.Errorf("rows: %+v", rows)
		}
	}
}
