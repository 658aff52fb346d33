package batch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// service is a program of another module that registers one SIM.
const service = `package main

import (
	"context"
	"fmt"
	"net/http/httptest"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch"
)

func main() {
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: server.URL + sandbox.TokenPath, ClientID: "fleet", ClientSecret: "secret",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(register(server.URL+sandbox.BasePath, tokens, "8944474600000109251"))
}

func register(baseURL string, tokens api.TokenSource, iccid string) (string, error) {
	client, err := api.NewClient(api.Config{BaseURL: baseURL, Tokens: tokens})
	if err != nil {
		return "", err
	}
	caller, err := batch.NewCaller(batch.CallOptions{Client: client})
	if err != nil {
		return "", err
	}
	defer caller.Close()
	call, err := caller.Register(context.Background(), iccid, api.UsageThreshold, "https://example.com/hook")
	return string(call.Outcome), err
}
`

func TestAnotherModuleRegistersASIMInUnder15Lines(t *testing.T) {
	_, body, _ := strings.Cut(service, "func register")
	if lines := strings.Count(body, "\n"); lines >= 15 {
		t.Errorf("it takes %d lines", lines)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": service,
		"go.mod":  "module service\n\ngo 1.26.0\n\nrequire simhook v0.0.0\n\nreplace simhook => " + root + "\n" + requirements(t, root),
		"go.sum":  content(t, filepath.Join(root, "go.sum")),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := exec.Command("go", "run", "-mod=mod", ".")
	program.Dir = dir
	program.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	out, err := program.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "registered <nil>" {
		t.Errorf("%v: %s", err, out)
	}
}

// requirements are those of simhook itself: what a module would find with go mod tidy.
func requirements(t *testing.T, root string) string {
	t.Helper()
	_, after, found := strings.Cut(content(t, filepath.Join(root, "go.mod")), "require (")
	if !found {
		t.Fatal("go.mod has no requirements")
	}
	return "\nrequire (" + after
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
