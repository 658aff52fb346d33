package main

import (
	"bytes"
	"io"

	"simhook/api"
)

// maskingWriter masks the userinfo of URLs in what is written to it, whoever
// writes: the only place where one is to be read is the results file. Each Write must hold whole
// URLs, as log records and lines do.
type maskingWriter struct{ out io.Writer }

func (m maskingWriter) Write(text []byte) (int, error) {
	if !bytes.Contains(text, []byte("://")) {
		return m.out.Write(text)
	}
	if _, err := io.WriteString(m.out, api.MaskURLs(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
