package api

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Errors of links to the next page. They contain nothing of the link.
var (
	errNoNext   = errors.New("the link to the next page leads to no page")
	errSamePage = errors.New("the link to the next page leads to the same page")
)

// parseNext makes a link of X-Next-Page a path below the base URL. Of the link it takes the path from /v1/subscription on,
// and the query; of a link without that path the query alone. The scheme, the host and what stands before /v1 can be those of a machine behind the gateway, and the
// access token must not go anywhere else.
func parseNext(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Opaque != "" || u.RawQuery == "" {
		return "", errNoNext
	}
	rest := ""
	if i := strings.LastIndex(u.Path, listPath); i >= 0 {
		rest = u.Path[i+len(listPath):]
	}
	if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/") != "" {
		return "", errNoNext
	}
	return listPath + rest + "?" + printable(u.RawQuery), nil
}

// printable escapes what cannot stand in the first line of a request.
func printable(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
