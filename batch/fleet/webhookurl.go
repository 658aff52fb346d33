package fleet

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// maxWebhookURL is the longest webhook URL accepted, in bytes: what browsers, proxies and gateways
// commonly let pass.
const MaxWebhookURL = 2048

// ValidateWebhookURL accepts absolute http and https URLs with a host, of up to 2,048 bytes, without
// spaces and control characters. Its errors never quote the URL, which may hold a password.
func ValidateWebhookURL(text string) error {
	switch {
	case text == "":
		return errors.New("the webhook URL is empty")
	case len(text) > MaxWebhookURL:
		return errors.New("the webhook URL is longer than 2,048 bytes")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar }):
		return errors.New("the webhook URL holds a space or a control character: write %20 for a space")
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("the webhook URL cannot be parsed: it should look like https://example.com/hook")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("the webhook URL does not begin with https:// or http://")
	case parsed.Hostname() == "":
		return errors.New("the webhook URL has no host: it should look like https://example.com/hook")
	}
	if port := parsed.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("the port of the webhook URL is not between 1 and 65535")
		}
	}
	return nil
}
