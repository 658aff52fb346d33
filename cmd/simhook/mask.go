package main

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// maskingWriter masks the userinfo of URLs in what is written to it, whoever
// writes: the only place where one is to be read is the results file. Each Write must hold whole
// URLs, as log records and lines do.
type maskingWriter struct{ out io.Writer }

func (m maskingWriter) Write(text []byte) (int, error) {
	if !bytes.Contains(text, []byte("://")) {
		return m.out.Write(text)
	}
	if _, err := io.WriteString(m.out, maskURLs(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// maskURLs makes https://user:***@host of https://user:secret@host, and https://***@host where
// there is no colon, since what stands there may be a token.
func maskURLs(text string) string {
	return userinfo.ReplaceAllStringFunc(text, func(found string) string {
		if user, _, colon := strings.Cut(strings.TrimPrefix(found, "://"), ":"); colon {
			return "://" + user + ":***@"
		}
		return "://***@"
	})
}

var userinfo = regexp.MustCompile(`://[^\s/?#"<>]+@`)
