package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
)

// file is one of an archive.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
}

// archive writes what somebody unpacks who installs no package: a zip file for Windows, else a tar file.
func (r release) archive(t target, binary string, d documents) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("simhook_%s_%s_%s", r.version, t.os, t.arch)
	if t.os == "windows" {
		return r.zip(filepath.Join(r.out, name+".zip"), name, []file{{"simhook.exe", program, 0o755}, {"README.md", d.readme, 0o644}})
	}
	return r.tar(filepath.Join(r.out, name+".tar.gz"), name, []file{
		{"simhook", program, 0o755}, {"README.md", d.readme, 0o644}, {"simhook.1", d.manual, 0o644},
		{"completions/simhook.bash", d.bash, 0o644}, {"completions/_simhook", d.zsh, 0o644}, {"completions/simhook.fish", d.fish, 0o644},
	})
}

func (r release) tar(path, folder string, files []file) error {
	var whole bytes.Buffer
	compressed := gzip.NewWriter(&whole)
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		header := &tar.Header{
			Name: folder + "/" + f.name, Size: int64(len(f.content)), Mode: int64(f.mode), ModTime: r.time,
			Format: tar.FormatUSTAR, Uname: "root", Gname: "root",
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := compressed.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, whole.Bytes(), 0o644)
}

func (r release) zip(path, folder string, files []file) error {
	var whole bytes.Buffer
	archive := zip.NewWriter(&whole)
	for _, f := range files {
		header := &zip.FileHeader{Name: folder + "/" + f.name, Method: zip.Deflate, Modified: r.time}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, whole.Bytes(), 0o644)
}
