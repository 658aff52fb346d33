package api_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simhook/api"
)

func TestAStaticTokenServesUntilItIsRefused(t *testing.T) {
	source := api.StaticToken(" abc\n")
	source.Invalidate("another")
	if token, err := source.Token(t.Context()); token != "abc" || err != nil {
		t.Fatalf("%q, %v", token, err)
	}
	source.Invalidate("abc")
	_, err := source.Token(t.Context())
	var refused *api.CredentialsError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "expired or revoked") || strings.Contains(err.Error(), "abc") {
		t.Errorf("error is %v", err)
	}
	if api.Temporary(err) || api.Ambiguous(err) {
		t.Error("refused credentials are reported as temporary or ambiguous")
	}
}

func TestATokenNoHeaderCanCarryIsRefusedWithoutRepeatingIt(t *testing.T) {
	for name, token := range map[string]string{
		"empty":             " ",
		"with its scheme":   "Bearer hunter2",
		"with a line break": "hunter2\r\nX-Evil: 1",
		"not ASCII":         "hünter2 hunter2",
		"endless":           strings.Repeat("hunter2", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := api.StaticToken(token).Token(t.Context())
			var refused *api.CredentialsError
			if !errors.As(err, &refused) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("static: %.200v", err)
			}
			path := filepath.Join(t.TempDir(), "token")
			write(t, path, token)
			_, err = api.TokenFile(path)
			if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), path) {
				t.Errorf("file: %.200v", err)
			}
		})
	}
}

func TestATokenFileIsReadAgainWhenItsTokenIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if _, err := api.TokenFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("without a file: %v", err)
	}
	write(t, path, "first\n")
	source, err := api.TokenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	token := func() (string, error) { return source.Token(context.Background()) }

	write(t, path, "second\n")
	if got, err := token(); got != "first" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	source.Invalidate("first")
	if got, err := token(); got != "second" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	source.Invalidate("first") // again, by a slow call
	if got, err := token(); got != "second" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	source.Invalidate("second")
	var refused *api.CredentialsError
	if _, err := token(); !errors.As(err, &refused) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "second") {
		t.Errorf("the same token again: %v", err)
	}
	write(t, path, "")
	if _, err := token(); !api.Temporary(err) || !strings.Contains(err.Error(), path) {
		t.Errorf("while the file is being replaced: %v", err)
	}
	write(t, path, "third")
	if got, err := token(); got != "third" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
