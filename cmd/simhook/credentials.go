package main

import (
	"log/slog"

	"simhook/api"
	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/credentials"
)

// credentials chooses between the two ways. Options beat the environment. Within the environment a ready token beats
// client ID and secret, except for ACCESS_TOKEN: its name does not say that it is meant for simhook, so it is used
// only where nothing else is given.
func (s *settings) credentials() credentials.Credentials {
	var c credentials.Credentials
	client := max(s.source("client-id"), s.source("client-secret-file"))
	if secret, _ := s.clientSecret(); secret != "" {
		client = max(client, byEnvironment)
	}
	ready := s.source("access-token-file")
	c.Token, _ = s.variable(config.Variable("access-token"))
	if c.Token != "" {
		ready = max(ready, byEnvironment)
	}
	if client == byOption && ready == byOption {
		s.fail("access-token-file", "is instead of --client-id and --client-secret-file: give one or the other")
	}
	if ready > byDefault && ready >= client {
		if c.TokenFile = s.text("access-token-file"); c.TokenFile != "" {
			c.Token = ""
		}
		return c
	}
	c.Token = ""
	c.ClientID = s.text("client-id")
	c.Given, c.SecretFile = s.clientSecret()
	if c.ClientID == "" && c.SecretFile == "" && c.Given == "" {
		c.Token, _ = s.variable("ACCESS_TOKEN")
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

// tokenSource is where access tokens come from. Its errors are a *settingError, and a *usageError for a bad token URL.
func tokenSource(c credentials.Credentials, tokenURL, userAgent string, log *slog.Logger) (api.TokenSource, error) {
	if ready, err := c.Ready(log); ready != nil || err != nil {
		return ready, asSetting(err)
	}
	secret, err := c.Secret(log)
	if err != nil {
		return nil, asSetting(err)
	}
	source, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: tokenURL, ClientID: c.ClientID, ClientSecret: secret, UserAgent: userAgent,
	})
	if err != nil {
		return nil, usagef("%v", err)
	}
	return source, nil
}
