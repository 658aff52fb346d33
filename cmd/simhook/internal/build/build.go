// Package build says which simhook this is.
//
// # What differs between systems
//
// simhook is for Linux, macOS and other Unix systems, and builds for Windows too. All tests run on Linux; for macOS and
// Windows the compiler and go vet have looked at all code.
//
//	              Linux                       macOS                        Windows
//	locks         flock(2)                    flock(2)                     LockFileEx, which keeps others from reading too:
//	                                                                       who holds a lock is not said, and a history
//	                                                                       has a .lock file beside it
//	compressed    copied to a file without    as on Linux                  there are no such files: uncompress the fleet,
//	fleets, -     a name                                                   and name it
//	power cuts    fsync of files and folders  F_FULLFSYNC of files and     FlushFileBuffers of files; folders cannot be
//	                                          folders, which is slower     synced, so that a rename may come back
//	signals       INT, TERM, HUP; USR1 asks   as on Linux                  Ctrl-C, and a closed console; nothing asks how
//	              how far a run is                                         far a run is
//	files' modes  results are for the owner   as on Linux                  those of the folder
//	open files    counted, and workers fewer  as on Linux                  not counted
//	              where there are too many
package build

import (
	"cmp"
	"runtime/debug"
	"strings"
)

// Version is the version and the commit of this program. version and commit are what the linker was told; "" leaves it to what
// the Go tool recorded.
func Version(version, commit string) (string, string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return of(info, version, commit)
}

func of(info *debug.BuildInfo, version, commit string) (string, string) {
	revision, modified := "", false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value[:min(12, len(setting.Value))]
		case "vcs.modified":
			modified = setting.Value == "true"
		}
	}
	if modified {
		revision += ", modified"
	}
	if main := info.Main.Version; main != "(devel)" {
		version = cmp.Or(version, main)
	}
	return cmp.Or(version, "devel"), cmp.Or(commit, revision)
}

// Text is both in words.
func Text(version, commit string) string {
	short, _, _ := strings.Cut(commit, ",")
	if commit == "" || strings.Contains(version, short) { // as in the version that the Go tool makes up
		return version
	}
	return version + " (commit " + commit + ")"
}
