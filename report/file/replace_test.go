package file_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"simhook/report/file"
)

func TestReplace(t *testing.T) {
	t.Run("replaces what is there and leaves nothing else behind", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "summary.json")
		for _, content := range []string{"a longer first content", "short"} {
			if err := file.Replace(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("it holds %q, %v", got, err)
			}
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("%d files are left", len(entries))
		}
	})
	t.Run("follows a link instead of replacing it", func(t *testing.T) {
		dir := t.TempDir()
		target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
		if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, link)); err != nil {
			t.Fatal(err)
		}
		if err := file.Replace(link, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(target); string(got) != "x" {
			t.Errorf("the target holds %q", got)
		}
	})
	t.Run("leaves what is there when the new content cannot be written", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "fleet.csv")
		full := errors.New("no space left on device")
		err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), file.ReplaceWith(path, 0o600, func(w io.Writer) error {
			_, _ = w.Write(make([]byte, 1<<20))
			return full
		}))
		if got, _ := os.ReadFile(path); string(got) != "old" || !errors.Is(err, full) {
			t.Errorf("it holds %d bytes, %v", len(got), err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("%d files are left", len(entries))
		}
	})
	t.Run("says so where there is no such folder", func(t *testing.T) {
		if err := file.Replace(filepath.Join(t.TempDir(), "none", "x"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}
