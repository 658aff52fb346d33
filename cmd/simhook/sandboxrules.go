package main

import (
	"io/fs"
	"strings"

	"simhook/api/sandbox"
)

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
