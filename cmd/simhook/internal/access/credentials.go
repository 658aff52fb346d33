package access

import (
	"context"
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
	Secret     string
	SecretFile string
	Token      string
	TokenFile  string
}

// source is where access tokens come from. Its errors are a *SettingError, and a *UsageError for a bad token URL.
func (c Credentials) source(tokenURL, userAgent string, log *slog.Logger) (api.TokenSource, error) {
	switch {
	case c.TokenFile != "":
		WarnIfReadable(c.TokenFile, log)
		source, err := api.TokenFile(c.TokenFile)
		if err != nil {
			return nil, settingf("%v", err)
		}
		return source, nil
	case c.Token != "":
		source := api.StaticToken(c.Token)
		if _, err := source.Token(context.Background()); err != nil {
			return nil, settingf("%v", err)
		}
		return source, nil
	}
	secret, err := c.clientSecret(log)
	if err != nil {
		return nil, err
	}
	source, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: tokenURL, ClientID: c.ClientID, ClientSecret: secret, UserAgent: userAgent,
	})
	if err != nil {
		return nil, &UsageError{err}
	}
	return source, nil
}

func (c Credentials) clientSecret(log *slog.Logger) (string, error) {
	switch {
	case c.ClientID == "" && c.Secret == "" && c.SecretFile == "":
		return "", settingf("no credentials: give --client-id (or SIMHOOK_CLIENT_ID) and --client-secret-file " +
			"(or SIMHOOK_CLIENT_SECRET), or a ready access token by --access-token-file (or SIMHOOK_ACCESS_TOKEN); " +
			"a rehearsal with --sandbox needs none")
	case c.ClientID == "":
		return "", settingf("no client id beside the client secret: give --client-id or SIMHOOK_CLIENT_ID")
	case c.Secret != "":
		return strings.TrimSpace(c.Secret), nil
	case c.SecretFile == "":
		return "", settingf("no client secret beside the client id: give --client-secret-file or SIMHOOK_CLIENT_SECRET")
	}
	return ReadSecret(c.SecretFile, log)
}

// ReadSecret reads a file that holds only a secret, with or without a newline.
func ReadSecret(path string, log *slog.Logger) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", settingf("client secret file: %v", err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", settingf("client secret file: %s is empty", path)
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
		return "", "", settingf("credentials file: %v", err)
	}
	username, password, _ = strings.Cut(strings.TrimRight(string(content), "\r\n"), ":")
	if username == "" || password == "" || strings.ContainsAny(password, "\r\n") {
		return "", "", settingf("credentials file: %s does not hold user:password in one line", path)
	}
	WarnIfReadable(path, log)
	return username, password, nil
}

// SettingError says that something is missing or unusable that calls need.
type SettingError struct{ text string }

func (e *SettingError) Error() string { return e.text }

func settingf(format string, args ...any) error { return &SettingError{fmt.Sprintf(format, args...)} }

// UsageError says that an option's value is wrong.
type UsageError struct{ err error }

func (e *UsageError) Error() string { return e.err.Error() }
func (e *UsageError) Unwrap() error { return e.err }
