package fleet

import (
	"regexp"
	"slices"
	"strings"
)

// isMasked finds passwords that a program has hidden, in the URL and in plain, which is the URL without escapes.
func isMasked(text, plain string) bool {
	_, password, found := strings.Cut(unescaped(userinfo(text)), ":")
	if !found {
		password = unescaped(userinfo(text)) // a token
	}
	small := strings.ToLower(plain)
	return strings.Contains(text, "***") || maskedPassword.MatchString(strings.ToLower(password)) ||
		strings.ContainsAny(plain, "•●∙∗＊█■") && dots.MatchString(plain) || anyFits([]sign{
		{"redacted", small, maskedValue}, {"filtered", small, maskedValue}, {"masked", small, maskedValue}, {"scrubbed", small, maskedValue},
		{"xxxxx", small, maskedValue}, {"***", small, maskedValue},
	})
}

// sign is a pattern to look for in a text. Its mark is there if the pattern fits, and is found much faster: most URLs have none.
type sign struct {
	mark, text string
	pattern    *regexp.Regexp
}

func anyFits(signs []sign) bool {
	return slices.ContainsFunc(signs, func(s sign) bool { return strings.Contains(s.text, s.mark) && s.pattern.MatchString(s.text) })
}

// userinfo is the user and the password of a URL, also of one that cannot be parsed.
func userinfo(text string) string {
	all := authority(text)
	return all[:max(0, strings.LastIndexByte(all, '@'))]
}

var (
	dots           = regexp.MustCompile(`[•●∙∗＊█■]{2}`)
	maskedPassword = regexp.MustCompile(`^(?:\*{2,}|x{3,}|\.{2,}|[-_#]{4,}|[…•●∙∗＊█■]|[\[<(*-]*(?:redacted|hidden|masked|filtered|removed)[\]>)*-]*)$`)
	maskedValue    = regexp.MustCompile(`[\[<](?:redacted|filtered|masked|scrubbed)[\]>]|[=/(][*<([_-]*redacted[*>)\]_-]*(?:[&;/?#]|$)|=(?:x{5,}|\*{3,})(?:[&;#]|$)`)
)

// holdsPlaceholder finds what a manual, a template or a shell has put where something else belongs.
func holdsPlaceholder(text, plain string) bool {
	return strings.ContainsAny(text, "<>{}") || anyFits([]sign{
		{"$", plain, shellVariable},
		{"%", text, windowsVariable},
		{"[", plain, inBrackets},
		{"<", plain, inAngles},
		{"{", plain, inBraces},
		{"__", plain, inMarks}, {"=@", plain, inMarks}, {"=!", plain, inMarks},
		{"/:", plain, colonName},
		{"HERE", plain, toBeFilled}, {"CHANGE", plain, toBeFilled}, {"REPLACE", plain, toBeFilled},
		{"MY", plain, toBeFilled}, {"ENTER", plain, toBeFilled}, {"INSERT", plain, toBeFilled}, {"PASTE", plain, toBeFilled},
		{"YOUR", plain, yourCapitals},
		{"your", strings.ReplaceAll(strings.ToLower(plain), "your-server.de", ""), yourThing}, // a provider of servers
	})
}

// telling are names of what differs from one account to the next. Short words tell it in capitals only: ?fields=[name] is
// healthy, and so are $metadata and $LATEST.
const telling = `(?:(?i:[\w .-]*(?:token|secret|passw|api[ _-]?key|hostname|domain|webhook|endpoint|placeholder|username|tenant|your)[\w .-]*)` +
	`|(?:[A-Z0-9]+[ _-])*(?:KEY|HOST|USER|URL|URI|ID|NAME|PASS|PORT|PATH|HOOK|CODE|SIG|ENV|SERVER|IP|ICCID|BASE|ADDRESS)(?:[ _-][A-Z0-9]+)*` +
	`|key|host)`

// yours are things that stand behind "your" without a dash too. With shorter ones, names like yourapp are real.
const yours = `(?:hostname|host|(?:sub)?domain|server|site|company|organi[sz]ation|access[_-]?token|token|secret|password|passwd|username|` +
	`api[_-]?key|webhook|url)`

// Each stands where a whole value begins, and fills it, so that passwords and tokens with such characters are no placeholders.
var (
	shellVariable   = regexp.MustCompile(`[/=:@]\$(?:` + telling + `|[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:\W|$)|\$\([A-Za-z_][\w.-]*\)`)
	windowsVariable = regexp.MustCompile(`[/=:@]%(?:[A-Za-z]\w{2,}%|(?:\d\$)?[sdvu])(?:[/?&#:@.;]|$)`)
	inBrackets      = regexp.MustCompile(`[/=:@]\[` + telling + `\]|/\[[A-Za-z][\w .-]*\](?:[/?#:]|$)|\[(?:\.\.\.|…|(?i:your)[^\]]*)\]`)
	inAngles        = regexp.MustCompile(`<` + telling + `>`)
	inBraces        = regexp.MustCompile(`\{\{ *[\w.-]+ *\}\}|\$\{[^}]*\}|\{[A-Za-z_]+\}`)
	inMarks         = regexp.MustCompile(`[/=:@]__[A-Z][A-Z_]*__(?:\W|$)|=(?:@[A-Z][A-Z_]+@|![A-Z][A-Z_]+!)(?:[&;#]|$)`)
	colonName       = regexp.MustCompile(`/:(?:` + telling + `|id|iccid)(?:[/?#]|$)`)
	toBeFilled      = regexp.MustCompile(`[A-Z][_-]HERE(?:\W|$)|[/=:@.](?:CHANGE[_-]?ME|REPLACE[_-]?(?:ME|WITH|THIS))(?:[\W_]|$)|` +
		`[/=:@](?:MY|ENTER|INSERT|PASTE)[_-](?:[A-Z]+[_-])*(?:TOKEN|KEY|SECRET|HOST|DOMAIN|PASSWORD|USER|ID|URL)(?:[^\w-]|$)`)
	yourCapitals = regexp.MustCompile(`(?:^|[^A-Za-z0-9])YOUR[_-][A-Z]`)
	yourThing    = regexp.MustCompile(`(?:^|[^a-z0-9])your(?:[_.-]?` + yours + `|[_.-](?:own[_-])?(?:` + yours + `|org|app|project|key|user|hook|uri|endpoint|` +
		`tenant|instance|workspace|id|name|ip|port|path))(?:[^a-z0-9]|$)`)
	noHost = regexp.MustCompile(`^(?:tbd|tba|tbc|todo|none|null|nil|nan|undefined|unknown|placeholder|changeme|fixme|hostname|n\.a|` +
		`xxx+|(?:(?:\d{1,3}|x+)\.)+x+|(?:.*\.)?tld)$`)
)

// isNoHost finds a word for none at the place of the host. host is in lower case.
func isNoHost(host, path string) bool {
	return noHost.MatchString(strings.TrimSuffix(host, ".")) || host == "n" && strings.EqualFold(strings.Trim(path, "/"), "a")
}
