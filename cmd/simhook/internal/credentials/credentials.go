// Package credentials reads what proves to the API, or to a listener, who is calling. Its errors hold no secret.
package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"simhook/api"
)

// Credentials say how access tokens are obtained: with a ready access token, or with client ID and secret. The files
// have not been read yet.
type Credentials struct {
	ClientID   string
	Given      string // the secret itself, which only the environment can give
	SecretFile string
	Token      string
	TokenFile  string
}

// Ready is the source of a ready access token; nil: there is none, and client ID and secret are to be used.
func (c Credentials) Ready(log *slog.Logger) (api.TokenSource, error) {
	switch {
	case c.TokenFile != "":
		WarnIfReadable(c.TokenFile, log)
		source, err := api.TokenFile(c.TokenFile)
		if err != nil {
			return nil, err
		}
		return source, nil
	case c.Token != "":
		source := api.StaticToken(c.Token)
		if _, err := source.Token(context.Background()); err != nil {
			return nil, err
		}
		return source, nil
	}
	return nil, nil
}

// Secret is the client's.
func (c Credentials) Secret(log *slog.Logger) (string, error) {
	switch {
	case c.ClientID == "" && c.Given == "" && c.SecretFile == "":
		return "", errors.New("no credentials: give --client-id (or SIMHOOK_CLIENT_ID) and --client-secret-file " +
			"(or SIMHOOK_CLIENT_SECRET), or a ready access token by --access-token-file (or SIMHOOK_ACCESS_TOKEN); " +
			"a rehearsal with --sandbox needs none")
	case c.ClientID == "":
		return "", errors.New("no client id beside the client secret: give --client-id or SIMHOOK_CLIENT_ID")
	case c.Given != "":
		return strings.TrimSpace(c.Given), nil
	case c.SecretFile == "":
		return "", errors.New("no client secret beside the client id: give --client-secret-file or SIMHOOK_CLIENT_SECRET")
	}
	return ReadSecret(c.SecretFile, log)
}

// ReadSecret reads a file that holds only a secret, with or without a newline.
func ReadSecret(path string, log *slog.Logger) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("client secret file: %w", err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", fmt.Errorf("client secret file: %s is empty", path)
	}
	WarnIfReadable(path, log)
	return secret, nil
}

// WarnIfReadable warns of a secret that every user of the machine can read. That its group can read it is no reason to
// warn: Kubernetes gives mounted secrets to the group of a Pod.
func WarnIfReadable(path string, log *slog.Logger) {
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	const others fs.FileMode = 0o004
	if mode := info.Mode().Perm(); mode&others != 0 {
		log.Warn("others can read this secret: chmod 600 keeps it", "file", path, "mode", fmt.Sprintf("%04o", mode))
	}
}

// ReadLogin reads a file that holds user:password, with or without a newline. Its errors hold neither.
func ReadLogin(path string, log *slog.Logger) (username, password string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("credentials file: %w", err)
	}
	username, password, _ = strings.Cut(strings.TrimRight(string(content), "\r\n"), ":")
	if username == "" || password == "" || strings.ContainsAny(password, "\r\n") {
		return "", "", fmt.Errorf("credentials file: %s does not hold user:password in one line", path)
	}
	WarnIfReadable(path, log)
	return username, password, nil
}
