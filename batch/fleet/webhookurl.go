package fleet

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// MaxWebhookURL is the longest webhook URL accepted, in bytes. Common browsers, proxies and gateways accept URLs
// of this length.
const MaxWebhookURL = 2048

// ValidateWebhookURL accepts absolute http and https URLs with a host, of at most MaxWebhookURL bytes, without
// spaces and control characters, that someone can have meant: no two URLs in one, no placeholder, no masked password, nothing
// that a cell or a sentence has put around. Its errors never quote the URL, because that may hold a password.
func ValidateWebhookURL(text string) error {
	switch {
	case text == "":
		return errors.New("the webhook URL is empty")
	case len(text) > MaxWebhookURL:
		return errors.New("the webhook URL is longer than 2,048 bytes")
	}
	if err := checkLooks(text); err != nil {
		return err
	}
	switch {
	case strings.ContainsFunc(text, isNoText):
		return errors.New("the webhook URL holds a line break or another control character: take it off")
	case strings.ContainsFunc(text, unicode.IsSpace):
		return errors.New("the webhook URL holds a space: take off what is no part of it, and write %20 for a space that is")
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("the webhook URL cannot be parsed: it should look like https://example.com/hook")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("the webhook URL does not begin with https:// or http://")
	case parsed.Hostname() == "":
		return errors.New("the webhook URL has no host: it should look like https://example.com/hook")
	case strings.ContainsFunc(parsed.Hostname(), isInvisible):
		return errors.New("the host of the webhook URL holds an invisible character: type it anew")
	case isNoHost(strings.ToLower(parsed.Hostname()), parsed.Path):
		return errors.New("the host of the webhook URL is a placeholder: write what it stands for")
	case strings.EqualFold(parsed.User.Username(), "mailto"):
		return errors.New("the webhook URL is an e-mail address: it should look like https://example.com/hook")
	}
	if err := checkHost(parsed.Hostname()); err != nil {
		return err
	}
	if port := parsed.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("the port of the webhook URL is not between 1 and 65535")
		}
	}
	return nil
}

func hasNoPlaceInURL(r rune) bool { return unicode.IsSpace(r) || isNoText(r) }

// isNoText is also true for broken UTF-8.
func isNoText(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }
