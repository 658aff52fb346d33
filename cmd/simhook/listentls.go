package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
)

// certificate is what https needs, read from files that somebody renews now and then. All methods of a
// nil one, which is for http, do nothing.
type certificate struct {
	cert, key string // files
	current   atomic.Pointer[tls.Certificate]
}

func (l *listener) loadCertificate() (*certificate, error) {
	if l.cert == "" {
		return nil, nil
	}
	c := &certificate{cert: l.cert, key: l.key}
	if err := c.load(); err != nil {
		return nil, settingf("the certificate: %v", err)
	}
	warnIfReadable(l.key, l.log)
	return c, nil
}

// load reads the files. If it cannot, the certificate stays as it is.
func (c *certificate) load() error {
	if c == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err == nil {
		c.current.Store(&pair)
	}
	return err
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// readLogin reads a file with user:password, and perhaps a newline. Its errors never hold either.
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
