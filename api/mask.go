package api

import (
	"regexp"
	"strings"
)

// MaskURLs hides the passwords in the URLs of a text: https://user:secret@host becomes
// https://user:***@host. In https://token@host all of the userinfo may be secret, so it becomes
// https://***@host. URLs in JSON are found too, with escaped slashes and characters.
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
