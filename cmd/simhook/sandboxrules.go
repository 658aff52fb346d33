package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"simhook/api"
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
		rule, err := parseRule(strings.TrimSpace(text))
		if file, ok := errors.AsType[*fileError](err); ok {
			return nil, file
		}
		s.check("fail", err)
		rules = append(rules, rule)
	}
	return rules, s.err
}

// parseRule reads one rule, which failHelp explains.
func parseRule(text string) (sandbox.Rule, error) {
	parts := strings.Split(text, ",")
	rule, err := parseFault(parts[0])
	if err != nil {
		return rule, err
	}
	rule.Name = sandbox.Fault(text)
	for _, part := range parts[1:] {
		if err := addPart(&rule, part); err != nil {
			return rule, err
		}
	}
	if rule.Effect && rule.Answer.Status == 0 && rule.Break == "" {
		return rule, fmt.Errorf("%q: a call cannot be both lost and done", text)
	}
	return rule, nil
}

// parseFault reads METHOD=ANSWER[@FROM[-TO]].
func parseFault(text string) (rule sandbox.Rule, err error) {
	what, calls, counted := strings.Cut(text, "@")
	method, answer, _ := strings.Cut(what, "=")
	if !slices.Contains([]string{"ANY", "GET", "POST", "PUT", "DELETE"}, method) {
		return rule, fmt.Errorf("%q: use METHOD=ANSWER such as POST=503, with POST, PUT, DELETE, GET or ANY", text)
	}
	if method != "ANY" {
		rule.Method = method
	}
	if counted {
		if rule.From, rule.To, err = parseCalls(calls); err != nil {
			return rule, fmt.Errorf("%q: %w", text, err)
		}
	}
	switch fault := sandbox.Fault(answer); fault {
	case "lost":
	case sandbox.FaultReset, sandbox.FaultHang, sandbox.FaultTruncate:
		rule.Break = fault
	default:
		status, err := strconv.Atoi(answer)
		if err != nil || status < 200 || status > 599 {
			return rule, fmt.Errorf("%q: use a status from 200 to 599, lost, reset, hang or truncate", text)
		}
		rule.Answer = sandbox.Answer{Status: status, Header: http.Header{}}
		if status >= http.StatusBadRequest {
			useBody(&rule.Answer, sandbox.APIError(status))
		}
	}
	return rule, nil
}

// useBody gives an answer the body of another one, and its headers.
func useBody(a *sandbox.Answer, other sandbox.Answer) {
	a.Body = other.Body
	maps.Copy(a.Header, other.Header)
}

// parseCalls reads N, which has no end, or N-M.
func parseCalls(text string) (from, to int, err error) {
	first, last, bounded := strings.Cut(text, "-")
	from, err = strconv.Atoi(first)
	if bounded && err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from < 1 || bounded && to < from {
		return 0, 0, errors.New("use @N for the N-th call and all later ones, or @N-M")
	}
	return from, to, nil
}

// addPart adds one of the parts after the commas to a rule.
func addPart(rule *sandbox.Rule, part string) (err error) {
	name, value, _ := strings.Cut(part, "=")
	if rule.Answer.Status == 0 && slices.Contains([]string{"body", "header", "gateway", "page"}, name) {
		return fmt.Errorf("%q: only with a status", part)
	}
	switch name {
	case "done":
		rule.Effect = true
	case "gateway":
		useBody(&rule.Answer, sandbox.GatewayError(rule.Answer.Status))
	case "page":
		useBody(&rule.Answer, sandbox.GatewayPage(rule.Answer.Status))
	case "type":
		rule.Type, err = api.ParseNotificationType(value)
	case "sims":
		if rule.SIMs, err = readSet(value); rule.SIMs == nil && err == nil {
			err = errors.New("sims: name a FILE")
		}
	case "body":
		rule.Answer.Body, err = readBody(value)
	case "header":
		err = addHeader(rule, value)
	default:
		err = fmt.Errorf("%q: use done, sims=FILE, type=TYPE, body=FILE, header=NAME:TEXT, gateway or page", part)
	}
	return err
}

func readBody(path string) (string, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return "", &fileError{err}
	}
	return string(body), nil
}

func addHeader(rule *sandbox.Rule, text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found || name == "" {
		return fmt.Errorf("%q: use header=NAME:TEXT", text)
	}
	rule.Answer.Header.Set(name, strings.TrimSpace(value))
	return nil
}
