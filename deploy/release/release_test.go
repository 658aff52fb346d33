package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

const (
	version = "1.2.3"
	commit  = "0123456789ab"
	says    = "simhook version 1.2.3 (commit 0123456789ab)\n"
)

// all reports whether a release is made as it is published. The first build for another system takes a minute or two.
func all() bool { return os.Getenv("SIMHOOK_RELEASE_ALL") == "1" }

func targets() []target {
	if all() {
		return allTargets()
	}
	return []target{{"linux", "amd64"}}
}

// made is a release, made once for all tests.
var made = sync.OnceValues(func() (folder string, err error) {
	if madeIn, err = os.MkdirTemp("", "simhook-release-test-"); err != nil {
		return "", err
	}
	folder = filepath.Join(madeIn, "dist")
	return folder, makeIn(folder, "../..", targets())
})

var madeIn string

func makeIn(folder, source string, targets []target) error {
	r := release{source: source, out: folder, version: version, commit: commit, time: time.Unix(1_700_000_000, 0).UTC(), targets: targets}
	return r.make(context.Background())
}

func TestMain(m *testing.M) {
	code := m.Run()
	if madeIn != "" {
		_ = os.RemoveAll(madeIn) // in the folder for temporary files
	}
	os.Exit(code)
}

func dist(t *testing.T) string {
	t.Helper()
	folder, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func tool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: Debian's package %s", name, pkg)
	}
	return path
}

// output runs a command that has to succeed.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, said)
	}
	return string(said)
}

func TestAReleaseHasAFileForEverySystem(t *testing.T) {
	want := []string{"SHA256SUMS", "simhook-1.2.3-1.x86_64.rpm", "simhook_1.2.3_amd64.deb"}
	if all() {
		want = append(want, "simhook-1.2.3-1.aarch64.rpm", "simhook_1.2.3_arm64.deb")
	}
	for _, target := range targets() {
		name := "simhook_1.2.3_" + target.os + "_" + target.arch
		archive := name + ".tar.gz"
		if target.os == "windows" {
			archive = name + ".zip"
		}
		want = append(want, archive, name+".cdx.json")
	}
	slices.Sort(want)
	entries, err := os.ReadDir(dist(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("there is %v, want %v", got, want)
	}
}

func TestTheChecksumsAreThoseOfAllFiles(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), tool(t, "sha256sum", "coreutils"), "--check", "--strict", "SHA256SUMS")
	cmd.Dir = dist(t)
	said, err := cmd.CombinedOutput()
	if entries, _ := os.ReadDir(dist(t)); err != nil || bytes.Count(said, []byte(": OK\n")) != len(entries)-1 {
		t.Errorf("%v\n%s", err, said)
	}
}

// Sources in another folder, with other times, give the same files.
func TestTheSameSourcesGiveTheSameFiles(t *testing.T) {
	source, again := t.TempDir(), filepath.Join(t.TempDir(), "again")
	copyTree(t, "../..", source)
	if err := makeIn(again, source, []target{{"linux", "amd64"}}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(again)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		one, _ := os.ReadFile(filepath.Join(dist(t), entry.Name()))
		two, err := os.ReadFile(filepath.Join(again, entry.Name()))
		if entry.Name() != "SHA256SUMS" && (err != nil || !bytes.Equal(one, two)) {
			t.Errorf("%s differs: %d and %d bytes, %v", entry.Name(), len(one), len(two), err)
		}
	}
	if len(entries) != 5 {
		t.Errorf("%d files, want 5", len(entries))
	}
}

// copyTree copies what a release is made of, with the time of now.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" || entry.Name() == "testdata" {
			return fs.SkipDir
		}
		relative, err := filepath.Rel(from, path)
		if err != nil || !entry.Type().IsRegular() && !entry.IsDir() {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, relative), 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheArchivesHoldTheProgram(t *testing.T) {
	folder := t.TempDir()
	output(t, tool(t, "tar", "tar"), "-xzf", filepath.Join(dist(t), "simhook_1.2.3_linux_amd64.tar.gz"), "-C", folder)
	if said := output(t, filepath.Join(folder, "simhook_1.2.3_linux_amd64", "simhook"), "--version"); said != says {
		t.Errorf("it says %q", said)
	}
}

// For Windows there is no tar file. What is in this one needs no Windows.
func TestTheArchiveForWindowsIsAZipFile(t *testing.T) {
	r := release{out: t.TempDir(), version: version, time: time.Unix(1_700_000_000, 0).UTC()}
	binary := filepath.Join(t.TempDir(), "simhook")
	writeFile(t, binary, "a program")
	if err := r.archive(target{"windows", "amd64"}, binary, documents{readme: []byte("# simhook")}); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(r.out, "simhook_1.2.3_windows_amd64.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	content, err := fs.ReadFile(archive, "simhook_1.2.3_windows_amd64/simhook.exe")
	if err != nil || string(content) != "a program" {
		t.Errorf("simhook.exe holds %q: %v", content, err)
	}
	if at := archive.File[0].Modified; !at.Equal(r.time) {
		t.Errorf("its time is %v, want %v", at, r.time)
	}
}

func TestTheMaterialsAreTheModulesOfTheProgram(t *testing.T) {
	file, err := os.Open(filepath.Join(dist(t), "simhook_1.2.3_linux_amd64.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	required, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, component := range *bom.Components {
		if listed[component.Name] = true; component.Name != "std" && (component.Hashes == nil || !strings.Contains(string(required), component.Name+" "+component.Version)) {
			t.Errorf("%s %s is no module of go.mod, or has no checksum", component.Name, component.Version)
		}
	}
	for _, name := range []string{"std", "github.com/urfave/cli/v2", "golang.org/x/time"} {
		if !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

// The package goes into a root that holds a shell and nothing else; the program runs there, and the service is one that
// systemd takes.
func TestTheDebInstallsInACleanRoot(t *testing.T) {
	root := cleanRoot(t)
	dpkg := tool(t, "dpkg", "dpkg")
	deb := filepath.Join(dist(t), "simhook_1.2.3_amd64.deb")
	output(t, dpkg, "--root="+root, "--install", deb)
	checkInstalled(t, root)

	// An upgrade keeps settings, and a removal keeps results.
	settings := filepath.Join(root, "etc/simhook/simhook.env")
	writeFile(t, settings, "SIMHOOK_CLIENT_ID=mine\n")
	writeFile(t, filepath.Join(root, "var/lib/simhook/fleet.reconcile.csv"), "results")
	output(t, dpkg, "--root="+root, "--force-confold", "--install", deb)
	if content, _ := os.ReadFile(settings); string(content) != "SIMHOOK_CLIENT_ID=mine\n" {
		t.Errorf("an upgrade has made the settings %q", content)
	}
	output(t, dpkg, "--root="+root, "--remove", "simhook")
	for path, want := range map[string]bool{"usr/bin/simhook": false, "etc/simhook/simhook.env": true, "var/lib/simhook/fleet.reconcile.csv": true} {
		if _, err := os.Stat(filepath.Join(root, path)); (err == nil) != want {
			t.Errorf("after the removal there is %s: %v, want %v", path, err == nil, want)
		}
	}
}

func TestTheRPMInstallsInACleanRoot(t *testing.T) {
	rpm := tool(t, "rpm", "rpm")
	root := cleanRoot(t)
	output(t, rpm, "--root="+root, "--install", "--nodeps", "--ignorearch", filepath.Join(dist(t), "simhook-1.2.3-1.x86_64.rpm"))
	checkInstalled(t, root)
	output(t, rpm, "--root="+root, "--erase", "simhook")
	if _, err := os.Stat(filepath.Join(root, "usr/bin/simhook")); err == nil {
		t.Error("the program is still there when it has been removed")
	}
}

// cleanRoot has a shell, and what dpkg and rpm want to find.
func cleanRoot(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("it is root who installs packages")
	}
	busybox := tool(t, "busybox", "busybox-static")
	root := t.TempDir()
	shell, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "bin/busybox"), string(shell))
	for _, name := range []string{"sh", "rm"} {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.CommandContext(t.Context(), "chroot", root, "/bin/sh", "-c", "true").CombinedOutput(); err != nil {
		t.Skipf("busybox is not static: Debian's package busybox-static: %v %s", err, said)
	}
	for _, name := range []string{"var/lib/dpkg/status", "var/lib/dpkg/available", "var/lib/dpkg/info/format-new"} {
		writeFile(t, filepath.Join(root, name), "")
	}
	for _, name := range []string{"tmp", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// checkInstalled runs the program of a root, and looks at what came with it.
func checkInstalled(t *testing.T, root string) {
	t.Helper()
	if said := output(t, "chroot", root, "/usr/bin/simhook", "--version"); said != says {
		t.Errorf("it says %q", said)
	}
	fleet, err := os.ReadFile("../../testdata/fleet.csv")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "tmp/fleet.csv"), string(fleet))
	output(t, "chroot", root, "/usr/bin/simhook", "register", "--sandbox", "--webhook-url", "https://example.com/x", "/tmp/fleet.csv")
	for path, mode := range map[string]fs.FileMode{
		"usr/bin/simhook": 0o755, "etc/simhook/simhook.env": 0o644, "usr/lib/systemd/system/simhook-reconcile.service": 0o644,
		"usr/lib/systemd/system/simhook-reconcile.timer": 0o644, "usr/lib/systemd/system/simhook-listen.service": 0o644, "etc/simhook/listen.env": 0o644,
		"usr/share/man/man1/simhook.1.gz":               0o644,
		"usr/share/bash-completion/completions/simhook": 0o644, "usr/share/doc/simhook/examples/crontab": 0o644,
	} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, want the mode %v", path, err, mode)
		}
	}
	for _, name := range []string{"simhook-reconcile.service", "simhook-listen.service"} {
		t.Run(name, func(t *testing.T) {
			analyze := tool(t, "systemd-analyze", "systemd")
			service := filepath.Join(t.TempDir(), name)
			content, err := os.ReadFile(filepath.Join(root, "usr/lib/systemd/system", name))
			if err != nil {
				t.Fatal(err)
			}
			if !regexp.MustCompile(`(?m)^ExecStart=/usr/bin/simhook `).Match(content) {
				t.Error("the service is not for the program of the package")
			}
			writeFile(t, service, strings.ReplaceAll(string(content), "/usr/bin/simhook", filepath.Join(root, "usr/bin/simhook"))) // systemd looks whether it is there
			if err := os.Chmod(service, 0o644); err != nil {
				t.Fatal(err)
			}
			if said := output(t, analyze, "verify", service); said != "" {
				t.Errorf("systemd says %s", said)
			}
			output(t, analyze, "security", "--offline=true", "--threshold=15", service)
		})
	}
}

// On other systems no test runs here; what vet sees in the program there is looked at. Tests use calls that only Unix has.
func TestVetFindsNothingInTheProgramForOtherSystems(t *testing.T) {
	if !all() {
		t.Skip("vet of the program for macOS and Windows takes minutes the first time: SIMHOOK_RELEASE_ALL=1 asks for it")
	}
	source := t.TempDir()
	copyTree(t, "../..", source)
	err := filepath.WalkDir(source, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	inSource := func(target target, args ...string) string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = source
		cmd.Env = append(cmd.Environ(), "GOOS="+target.os, "GOARCH="+target.arch, "CGO_ENABLED=0", "GOFLAGS=-trimpath") // as the release is built
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: go %s: %v\n%s", target, args[0], err, said)
		}
		return string(said)
	}
	for _, target := range targets() {
		var ours []string
		for path := range strings.FieldsSeq(inSource(target, "list", "-deps", "./cmd/simhook")) {
			if strings.HasPrefix(path, "simhook/") {
				ours = append(ours, path)
			}
		}
		if len(ours) < 10 {
			t.Fatalf("the program has the packages %v", ours)
		}
		inSource(target, append([]string{"vet"}, ours...)...)
	}
}

// A release says which commit it is of: that of the sources, or, where they are no checkout, what is given.
func TestAReleaseSaysWhichCommitItIsOf(t *testing.T) {
	git := tool(t, "git", "git")
	source, other := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(source, "file"), "")
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "x"},
	} {
		output(t, git, append([]string{"-C", source}, args...)...)
	}
	head := strings.TrimSpace(output(t, git, "-C", source, "rev-parse", "HEAD"))[:12]
	writeFile(t, filepath.Join(source, "results.csv"), "") // files beside the sources change nothing
	if got, err := commitOf(t.Context(), source); got != head || err != nil {
		t.Errorf("it is of %q, want %q: %v", got, head, err)
	}
	writeFile(t, filepath.Join(source, "file"), "changed")
	if got, err := commitOf(t.Context(), source); err == nil {
		t.Errorf("sources that are in no commit are of %q", got)
	}
	if got, err := commitOf(t.Context(), other); err == nil {
		t.Errorf("a folder without a history is of %q", got)
	}
}

func TestAReleaseGoesIntoAnEmptyFolderOnly(t *testing.T) {
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "old"), "")
	for _, args := range [][]string{
		{"-version", "1.2.3", "-commit", commit, "-out", folder},
		{"-commit", commit, "-out", filepath.Join(folder, "new")},
		{"-version", "v1.2.3", "-commit", commit, "-out", filepath.Join(folder, "new")},
		{"-version", "1.2.3", "-commit", "not a commit", "-out", filepath.Join(folder, "new")},
	} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
