package output_test

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"simhook/cmd/simhook/internal/output"
	"simhook/report/file"
)

func TestAdviceFitsTheFault(t *testing.T) {
	for fault, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room", syscall.EDQUOT: "make room", syscall.EIO: "make room",
		syscall.EACCES: "the right to write", syscall.EPERM: "the right to write", syscall.EROFS: "the right to write",
		syscall.ENOENT: "make the folder", syscall.EMFILE: "open files", syscall.ENFILE: "open files",
	} {
		err := &file.WriteError{Path: "results.csv", Err: &fs.PathError{Op: "open", Path: "results.csv", Err: fault}}
		if got := output.WriteAdvice(err); !strings.Contains(got, want) {
			t.Errorf("%v: %s", fault, got)
		}
	}
}
