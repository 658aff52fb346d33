package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"simhook/api"
	"simhook/cmd/simhook/internal/config"
)

// credentials say how access tokens are obtained: with a ready access token, or with client ID and secret. The files
// have not been read yet.
type credentials struct {
	clientID   string
	secret     string
	secretFile string
	token      string
	tokenFile  string
}

// credentials chooses between the two ways. Options beat the environment. Within the environment a ready token beats
// client ID and secret, except for ACCESS_TOKEN: its name does not say that it is meant for simhook, so it is used
// only where nothing else is given.
func (s *settings) credentials() credentials {
	var c credentials
	client := max(s.source("client-id"), s.source("client-secret-file"))
	if secret, _ := s.clientSecret(); secret != "" {
		client = max(client, byEnvironment)
	}
	ready := s.source("access-token-file")
	c.token, _ = s.variable(config.Variable("access-token"))
	if c.token != "" {
		ready = max(ready, byEnvironment)
	}
	if client == byOption && ready == byOption {
		s.fail("access-token-file", "is instead of --client-id and --client-secret-file: give one or the other")
	}
	if ready > byDefault && ready >= client {
		if c.tokenFile = s.text("access-token-file"); c.tokenFile != "" {
			c.token = ""
		}
		return c
	}
	c.token = ""
	c.clientID = s.text("client-id")
	c.secret, c.secretFile = s.clientSecret()
	if c.clientID == "" && c.secretFile == "" && c.secret == "" {
		c.token, _ = s.variable("ACCESS_TOKEN")
	}
	return c
}

// clientSecret is the secret, which only the environment can give, or the file that holds it.
func (s *settings) clientSecret() (secret, file string) {
	secret, _ = s.variable(config.Variable("client-secret"))
	file = s.text("client-secret-file")
	if file != "" && (secret == "" || s.source("client-secret-file") > byFile) {
		return "", file
	}
	return secret, ""
}

// source is where access tokens come from. Its errors are a *settingError, and a *usageError for a bad token URL.
func (c credentials) source(tokenURL, userAgent string, log *slog.Logger) (api.TokenSource, error) {
	switch {
	case c.tokenFile != "":
		warnIfReadable(c.tokenFile, log)
		source, err := api.TokenFile(c.tokenFile)
		if err != nil {
			return nil, settingf("%v", err)
		}
		return source, nil
	case c.token != "":
		source := api.StaticToken(c.token)
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
		TokenURL: tokenURL, ClientID: c.clientID, ClientSecret: secret, UserAgent: userAgent,
	})
	if err != nil {
		return nil, usagef("%v", err)
	}
	return source, nil
}

func (c credentials) clientSecret(log *slog.Logger) (string, error) {
	switch {
	case c.clientID == "" && c.secret == "" && c.secretFile == "":
		return "", settingf("no credentials: give --client-id (or SIMHOOK_CLIENT_ID) and --client-secret-file " +
			"(or SIMHOOK_CLIENT_SECRET), or a ready access token by --access-token-file (or SIMHOOK_ACCESS_TOKEN); " +
			"a rehearsal with --sandbox needs none")
	case c.clientID == "":
		return "", settingf("no client id beside the client secret: give --client-id or SIMHOOK_CLIENT_ID")
	case c.secret != "":
		return strings.TrimSpace(c.secret), nil
	case c.secretFile == "":
		return "", settingf("no client secret beside the client id: give --client-secret-file or SIMHOOK_CLIENT_SECRET")
	}
	return readSecret(c.secretFile, log)
}

// readSecret reads a file that holds only a secret, with or without a newline.
func readSecret(path string, log *slog.Logger) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", settingf("client secret file: %v", err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", settingf("client secret file: %s is empty", path)
	}
	warnIfReadable(path, log)
	return secret, nil
}

// warnIfReadable warns of a secret that every user of the machine can read. That its group can read it is no reason to
// warn: Kubernetes gives mounted secrets to the group of a Pod.
func warnIfReadable(path string, log *slog.Logger) {
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	const others fs.FileMode = 0o004
	if mode := info.Mode().Perm(); mode&others != 0 {
		log.Warn("others can read this secret: chmod 600 keeps it", "file", path, "mode", fmt.Sprintf("%04o", mode))
	}
}

// readLogin reads a file that holds user:password, with or without a newline. Its errors hold neither.
func readLogin(path string, log *slog.Logger) (username, password string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", "", settingf("credentials file: %v", err)
	}
	username, password, _ = strings.Cut(strings.TrimRight(string(content), "\r\n"), ":")
	if username == "" || password == "" || strings.ContainsAny(password, "\r\n") {
		return "", "", settingf("credentials file: %s does not hold user:password in one line", path)
	}
	warnIfReadable(path, log)
	return username, password, nil
}
