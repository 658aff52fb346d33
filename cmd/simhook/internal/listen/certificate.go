package listen

import (
	"crypto/tls"
	"sync/atomic"
)

// Certificate is what https needs, in files that are renewed from time to time. All methods of a nil one, which is for
// http, do nothing.
type Certificate struct {
	cert, key string // files
	current   atomic.Pointer[tls.Certificate]
}

// LoadCertificate reads a certificate chain and its key.
func LoadCertificate(cert, key string) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key}
	return c, c.load()
}

// load reads the files. If it cannot, the certificate stays as it is.
func (c *Certificate) load() error {
	if c == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err == nil {
		c.current.Store(&pair)
	}
	return err
}

func (c *Certificate) config() *tls.Config {
	if c == nil {
		return nil
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}
