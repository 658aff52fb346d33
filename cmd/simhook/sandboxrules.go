package main

import (
	"io/fs"
	"strings"

	"simhook/api/sandbox"
)

// failHelp explains the rules of --fail.
const failHelp = `
Faults: --fail METHOD=ANSWER makes calls fail. METHOD is POST, PUT, DELETE, GET or ANY. ANSWER is
a status from 200 to 599, and the call is not carried out; lost, which answers as if the call were
carried out; or reset, hang or truncate, which break the answer. With @N behind it, the N-th such
call and all later ones fail; with @N-M, the N-th to the M-th. These can follow, after commas:

   done              the call is carried out nevertheless
   sims=FILE         only calls for these SIMs, one ICCID on each line
   type=TYPE         only calls for this notification type
   body=FILE         the body of the answer
   header=NAME:TEXT  a header of the answer
   gateway, page     a gateway's error as JSON or as HTML, in place of the API's own

--fail can be repeated; the first one that chooses a call applies. SIMHOOK_FAIL separates several
by semicolons. GET /sandbox/stats counts under "faults" how often each happened.

   simhook sandbox --fail POST=503@1-3 --fail ANY=500,sims=broken.txt
   simhook sandbox --fail 'GET=200,body=odd.json,header=Retry-After:5'
   simhook sandbox --fail POST=lost@7 --fail DELETE=503,done
`

// ruleSeparator separates the rules of one text.
const ruleSeparator = ";"

// ruleTexts is the value of --fail: the texts of all of them, as one.
type ruleTexts string

// Set adds a text. The flag package calls it for each --fail.
func (t *ruleTexts) Set(text string) error {
	if *t != "" {
		*t += ruleSeparator
	}
	*t += ruleTexts(text)
	return nil
}

func (t *ruleTexts) String() string { return string(*t) }

// rules reads --fail. Its errors are a *usageError or a *fileError.
func (s *settings) rules() ([]sandbox.Rule, error) {
	if s.text("fail") == "" {
		return nil, nil
	}
	var rules []sandbox.Rule
	for text := range strings.SplitSeq(s.text("fail"), ruleSeparator) {
		rule, err := sandbox.ParseRule(strings.TrimSpace(text))
		if is[*fs.PathError](err) {
			return nil, &fileError{err}
		}
		s.check("fail", err)
		rules = append(rules, rule)
	}
	return rules, s.err
}
