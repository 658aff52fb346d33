package api

import (
	"regexp"
	"strings"
)

// MaskURLs hides the userinfo of the URLs in a text: https://user:secret@host becomes
// https://user:***@host, and https://token@host, where all of it may be secret, https://***@host. It
// finds them in JSON too, with escaped slashes and characters.
func MaskURLs(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return userinfo.ReplaceAllStringFunc(text, func(found string) string {
		slashes := strings.LastIndexByte(found, '/') + 1
		if user, _, colon := strings.Cut(found[slashes:], ":"); colon {
			return found[:slashes] + user + ":***@"
		}
		return found[:slashes] + "***@"
	})
}

var userinfo = regexp.MustCompile(`:\\?/\\?/[^\s/?#"<>]+@`)
