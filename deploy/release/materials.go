package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// materials writes what a binary is made of, as it says itself: a CycloneDX document with each module and its checksum.
func (r release) materials(t target, binary string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: r.time.Format("2006-01-02T15:04:05Z"),
		Component: &cyclonedx.Component{
			BOMRef: "simhook", Type: cyclonedx.ComponentTypeApplication, Name: "simhook", Version: r.version,
			Hashes: &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
		},
	}
	std := module("std", strings.TrimPrefix(info.GoVersion, "go"))
	components := []cyclonedx.Component{std}
	for _, dependency := range info.Deps {
		component, err := ofModule(dependency)
		if err != nil {
			return err
		}
		components = append(components, component)
	}
	bom.Components = &components
	var document bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&document, cyclonedx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.EncodeVersion(bom, cyclonedx.SpecVersion1_5); err != nil {
		return err
	}
	name := fmt.Sprintf("simhook_%s_%s_%s.cdx.json", r.version, t.os, t.arch)
	return os.WriteFile(filepath.Join(r.out, name), document.Bytes(), 0o644)
}

func module(path, version string) cyclonedx.Component {
	url := "pkg:golang/" + path + "@" + version
	return cyclonedx.Component{BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: url}
}

// ofModule is a dependency with its checksum of go.sum.
func ofModule(dependency *debug.Module) (cyclonedx.Component, error) {
	if dependency.Replace != nil {
		dependency = dependency.Replace
	}
	component := module(dependency.Path, dependency.Version)
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(dependency.Sum, "h1:"))
	if err != nil || len(sum) != sha256.Size {
		return component, fmt.Errorf("%s has the checksum %q", dependency.Path, dependency.Sum)
	}
	component.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}}
	return component, nil
}

// checksums lists all files for "sha256sum -c".
func (r release) checksums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(r.out, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(content), entry.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), list.Bytes(), 0o644)
}
