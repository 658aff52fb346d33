package fleet

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxWebhookURL is the longest webhook URL accepted, in bytes. Common browsers, proxies and gateways accept URLs
// of this length.
const MaxWebhookURL = 2048

// ValidateWebhookURL accepts absolute http and https URLs with a host, of at most MaxWebhookURL bytes, without
// spaces and control characters. Its errors never quote the URL, because that may hold a password.
func ValidateWebhookURL(text string) error {
	switch {
	case text == "":
		return errors.New("the webhook URL is empty")
	case len(text) > MaxWebhookURL:
		return errors.New("the webhook URL is longer than 2,048 bytes")
	case strings.ContainsFunc(text, hasNoPlaceInURL):
		return errors.New("the webhook URL holds a space or a control character: write %20 for a space")
	}
	if err := checkLooks(text); err != nil {
		return err
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

// checkLooks refuses what can be parsed, and is no URL that anyone has meant.
func checkLooks(text string) error {
	_, rest, _ := strings.Cut(text, "://")
	switch lower := strings.ToLower(rest); {
	case strings.ContainsFunc(text, isInvisible):
		return errors.New("the webhook URL holds an invisible character: type it anew, or paste it as plain text")
	case strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:"):
		return errors.New("the webhook URL begins with https:// twice")
	case strings.ContainsAny(text, "<>{}") || strings.Contains(text, "[your"):
		return errors.New("the webhook URL holds a placeholder in brackets: write what it stands for")
	case strings.Contains(text, "***"):
		return errors.New("the webhook URL holds ***, which stands for a password that was left out: write the password")
	case strings.ContainsAny(text, ";,|") && (strings.Contains(lower, "http://") || strings.Contains(lower, "https://")):
		return errors.New("the cell holds two URLs: a SIM has one webhook")
	case strings.ContainsRune("\"',;”’", lastRune(text)), strings.ContainsRune("\"'“‘", firstRune(text)):
		return errors.New("the webhook URL begins or ends in a quote, a comma or a semicolon: take it away")
	}
	return nil
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

// isInvisible reports whether a character shows nothing: zero-width ones, marks of direction, soft hyphens.
func isInvisible(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }

func hasNoPlaceInURL(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}
