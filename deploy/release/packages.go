package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // registers the format
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm" // registers the format
)

// packages writes a deb and an rpm: the program, its manual and completions, and the services and the timer, of which none
// starts before somebody enables it.
func (r release) packages(t target, binary string, d documents) error {
	scratch, err := os.MkdirTemp("", "simhook-package-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) // in the folder for temporary files
	contents, err := r.contents(scratch, binary, d)
	if err != nil {
		return err
	}
	for _, format := range []string{"deb", "rpm"} {
		packager, err := nfpm.Get(format)
		if err != nil {
			return err
		}
		info := nfpm.WithDefaults(r.info(t, contents))
		if err := nfpm.PrepareForPackager(info, format); err != nil {
			return err
		}
		var whole bytes.Buffer
		if err := packager.Package(info, &whole); err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
		if err := os.WriteFile(filepath.Join(r.out, packager.ConventionalFileName(info)), whole.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (r release) info(t target, contents files.Contents) *nfpm.Info {
	scripts := filepath.Join(r.source, "deploy", "release", "scripts")
	info := &nfpm.Info{
		Name: "simhook", Arch: t.arch, Platform: "linux", Version: r.version, VersionSchema: "semver",
		Section: "net", Priority: "optional", Maintainer: "simhook <simhook@example.com>", Vendor: "simhook",
		Description: "registers notification webhooks for fleets of SIMs\n" +
			"simhook registers, removes and reconciles the notification webhooks of whole\nfleets of SIM cards on the Connect API, within the account's quota, and writes\none result row per SIM. It also receives the notifications.",
		MTime: r.time,
		Overridables: nfpm.Overridables{
			Recommends: []string{"ca-certificates"},
			Contents:   contents,
			Scripts: nfpm.Scripts{
				PostInstall: filepath.Join(scripts, "installed"), PreRemove: filepath.Join(scripts, "remove"), PostRemove: filepath.Join(scripts, "removed"),
			},
		},
	}
	info.RPM.Summary, info.RPM.Group = "Registers notification webhooks for fleets of SIMs", "Applications/Internet"
	info.RPM.BuildHost = "localhost"
	info.Deb.Compression = "gzip"
	info.RPM.Compression = "gzip"
	return info
}

// contents are the files of a package, by their places on a system.
func (r release) contents(scratch, binary string, d documents) (files.Contents, error) {
	deploy := filepath.Join(r.source, "deploy")
	units := filepath.Join(deploy, "systemd")
	reconcile, err := os.ReadFile(filepath.Join(units, "simhook-reconcile.service"))
	if err != nil {
		return nil, err
	}
	listen, err := os.ReadFile(filepath.Join(units, "simhook-listen.service"))
	if err != nil {
		return nil, err
	}
	crontab, err := os.ReadFile(filepath.Join(deploy, "cron", "simhook"))
	if err != nil {
		return nil, err
	}
	manual, err := gzipped(d.manual)
	if err != nil {
		return nil, err
	}
	var contents files.Contents
	add := func(source, destination string, mode os.FileMode, kind string) {
		contents = append(contents, &files.Content{Source: source, Destination: destination, Type: kind,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: r.time}})
	}
	add(binary, "/usr/bin/simhook", 0o755, files.TypeFile)
	add(filepath.Join(units, "simhook-reconcile.timer"), "/usr/lib/systemd/system/simhook-reconcile.timer", 0o644, files.TypeFile)
	add(filepath.Join(deploy, "simhook.env"), "/etc/simhook/simhook.env", 0o644, files.TypeConfigNoReplace)
	add(filepath.Join(deploy, "listen.env"), "/etc/simhook/listen.env", 0o644, files.TypeConfigNoReplace)
	for _, made := range []struct {
		name, destination string
		content           []byte
	}{
		{"reconcile", "/usr/lib/systemd/system/simhook-reconcile.service", atUsrBin(reconcile)},
		{"listen", "/usr/lib/systemd/system/simhook-listen.service", atUsrBin(listen)},
		{"crontab", "/usr/share/doc/simhook/examples/crontab", atUsrBin(crontab)},
		{"readme", "/usr/share/doc/simhook/README.md", d.readme},
		{"manual", "/usr/share/man/man1/simhook.1.gz", manual},
		{"bash", "/usr/share/bash-completion/completions/simhook", d.bash},
		{"zsh", "/usr/share/zsh/vendor-completions/_simhook", d.zsh},
		{"fish", "/usr/share/fish/vendor_completions.d/simhook.fish", d.fish},
	} {
		path := filepath.Join(scratch, made.name)
		if err := os.WriteFile(path, made.content, 0o644); err != nil {
			return nil, err
		}
		add(path, made.destination, 0o644, files.TypeFile)
	}
	return contents, nil
}

// atUsrBin is a file for a program that a package has installed.
func atUsrBin(content []byte) []byte {
	return []byte(strings.ReplaceAll(string(content), "/usr/local/bin/simhook", "/usr/bin/simhook"))
}

func gzipped(content []byte) ([]byte, error) {
	var whole bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&whole, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := compressed.Write(content); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return whole.Bytes(), nil
}
