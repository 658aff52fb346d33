package main

import (
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/config"
)

// credentials chooses between the two ways. Options beat the environment. Within the environment a ready token beats
// client ID and secret, except for ACCESS_TOKEN: its name does not say that it is meant for simhook, so it is used
// only where nothing else is given.
func (s *settings) credentials() access.Credentials {
	var c access.Credentials
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
	c.Secret, c.SecretFile = s.clientSecret()
	if c.ClientID == "" && c.SecretFile == "" && c.Secret == "" {
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
