package fleet

import (
	"regexp"
	"strings"
)

// isMasked finds passwords that a program has hidden, in the URL and in plain, which is the URL without escapes.
func isMasked(text, plain string) bool {
	_, password, found := strings.Cut(unescaped(userinfo(text)), ":")
	if !found {
		password = unescaped(userinfo(text)) // a token
	}
	return strings.Contains(text, "***") || maskedPassword.MatchString(password) || maskedText.MatchString(plain)
}

// userinfo is the user and the password of a URL, also of one that cannot be parsed.
func userinfo(text string) string {
	all := authority(text)
	return all[:max(0, strings.LastIndexByte(all, '@'))]
}

var (
	maskedPassword = regexp.MustCompile(`(?i)^(?:\*{2,}|x{3,}|\.{2,}|…|[\[<(-]*(?:redacted|hidden|masked|filtered|removed)[\]>)-]*)$`)
	maskedText     = regexp.MustCompile(`[•●∙∗＊█■]{2,}|(?i:[\[<](?:redacted|filtered|masked|scrubbed)[\]>]|\(redacted\)|[=/]redacted(?:[&;/?#]|$)|=x{5,}(?:[&;#]|$))`)
)

// holdsPlaceholder finds what a manual, a template or a shell has put where something else belongs.
func holdsPlaceholder(text, plain string) bool {
	if strings.ContainsAny(text, "<>{}") {
		return true
	}
	for _, p := range []struct {
		mark    string // is there if the pattern fits: most URLs have none
		in      string
		pattern *regexp.Regexp
	}{
		{"$", plain, shellVariable},
		{"%", text, windowsVariable},
		{"[", plain, inBrackets},
		{"<", plain, inAngles},
		{"{", plain, inBraces},
		{"__", plain, inUnderscores},
		{"/:", plain, colonName},
		{"_HERE", plain, toBeFilled}, {"-HERE", plain, toBeFilled}, {"CHANGE", plain, toBeFilled}, {"REPLACE", plain, toBeFilled},
		{"YOUR", plain, yourCapitals},
		{"your", strings.ReplaceAll(strings.ToLower(plain), "your-server.de", ""), yourThing}, // a provider of servers
	} {
		if strings.Contains(p.in, p.mark) && p.pattern.MatchString(p.in) {
			return true
		}
	}
	return false
}

// telling are names of what differs from one account to the next. Short words tell it in capitals only: ?fields=[name] is
// healthy, and so are $metadata and $LATEST.
const telling = `(?:(?i:[\w .-]*(?:token|secret|passw|api[ _-]?key|hostname|domain|webhook|endpoint|placeholder|username|tenant|your)[\w .-]*)` +
	`|(?:[A-Z0-9]+[ _-])*(?:KEY|HOST|USER|URL|URI|ID|NAME|PASS|PORT|PATH|HOOK|CODE|SIG|ENV|SERVER|IP|ICCID|BASE|ADDRESS)(?:[ _-][A-Z0-9]+)*` +
	`|key|host)`

// Each stands where a whole value begins, and fills it, so that passwords and tokens with such characters are no placeholders.
var (
	shellVariable   = regexp.MustCompile(`[/=:@]\$(?:` + telling + `|[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:\W|$)|\$\([A-Za-z_][\w.-]*\)`)
	windowsVariable = regexp.MustCompile(`[/=:@]%(?:[A-Za-z]\w{2,}%|(?:\d\$)?[sdvu])(?:[/?&#:@.;]|$)`)
	inBrackets      = regexp.MustCompile(`[/=:@]\[` + telling + `\]|/\[[A-Za-z][\w .-]*\](?:[/?#:]|$)|\[(?:\.\.\.|…|(?i:your)[^\]]*)\]`)
	inAngles        = regexp.MustCompile(`<` + telling + `>`)
	inBraces        = regexp.MustCompile(`\{\{ *[\w.-]+ *\}\}|\$\{[^}]*\}|\{[A-Za-z_]+\}`)
	inUnderscores   = regexp.MustCompile(`[/=:@]__[A-Z][A-Z_]*__(?:\W|$)`)
	colonName       = regexp.MustCompile(`/:(?:` + telling + `|id|iccid)(?:[/?#]|$)`)
	toBeFilled      = regexp.MustCompile(`[A-Z][_-]HERE(?:\W|$)|[/=:@.](?:CHANGE[_-]?ME|REPLACE[_-]?(?:ME|WITH|THIS))(?:[\W_]|$)`)
	yourCapitals    = regexp.MustCompile(`(?:^|[^A-Za-z0-9])YOUR[_-][A-Z]`)
	yourThing       = regexp.MustCompile(`(?:^|[^a-z0-9])your[_.-]?(?:own[_-])?(?:sub)?(?:hostname|host|domain|server|site|company|organi[sz]ation|org|` +
		`app|project|access[_-]?token|token|secret|password|passwd|username|user|api[_-]?key|key|webhook|hook|url|uri|endpoint|tenant|instance|` +
		`workspace|id|name|ip|port|path)(?:[^a-z0-9]|$)`)
	noHost = regexp.MustCompile(`^(?:tbd|tba|tbc|todo|none|null|nil|nan|undefined|unknown|placeholder|changeme|fixme|hostname|n\.a|` +
		`xxx+|(?:(?:\d{1,3}|x+)\.)+x+|(?:.*\.)?tld)$`)
)

// isNoHost finds a word for none at the place of the host. host is in lower case.
func isNoHost(host, path string) bool {
	return noHost.MatchString(strings.TrimSuffix(host, ".")) || host == "n" && strings.EqualFold(strings.Trim(path, "/"), "a")
}
