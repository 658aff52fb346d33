package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoPackageIsTooLarge keeps every package small enough to be read as one thing: 25 files without tests. The API's client and
// the commands may have more, the latter up to 35.
func TestNoPackageIsTooLarge(t *testing.T) {
	const usual, ofCommands = 25, 35
	root := filepath.Join("..", "..")
	files := map[string]int{}
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			folder, _ := filepath.Rel(root, filepath.Dir(path))
			files[filepath.ToSlash(folder)]++
		}
		return err
	})
	if err != nil || len(files) < 30 {
		t.Fatalf("%d packages, %v", len(files), err)
	}
	for folder, n := range files {
		if n > usual && folder != "api" && (folder != "cmd/simhook" || n > ofCommands) {
			t.Errorf("%s has %d files", folder, n)
		}
	}
}
