package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"simhook/api"
)

// ParseRule reads a rule as the option --fail of simhook sandbox has it: METHOD=ANSWER[@FROM[-TO]][,PART…], such as
// POST=503@1-3 or ANY=500,sims=broken.txt. The text becomes the rule's Name. Its error is an *fs.PathError where a file
// that the rule names cannot be read.
func ParseRule(text string) (Rule, error) {
	parts := strings.Split(text, ",")
	rule, err := parseFault(parts[0])
	if err != nil {
		return rule, err
	}
	rule.Name = Fault(text)
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
func parseFault(text string) (rule Rule, err error) {
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
	switch fault := Fault(answer); fault {
	case "lost":
	case FaultReset, FaultHang, FaultTruncate:
		rule.Break = fault
	default:
		status, err := strconv.Atoi(answer)
		if err != nil || status < 200 || status > 599 {
			return rule, fmt.Errorf("%q: use a status from 200 to 599, lost, reset, hang or truncate", text)
		}
		rule.Answer = Answer{Status: status, Header: http.Header{}}
		if status >= http.StatusBadRequest {
			useBody(&rule.Answer, APIError(status))
		}
	}
	return rule, nil
}

// useBody gives an answer the body of another one, and its headers.
func useBody(a *Answer, other Answer) {
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
func addPart(rule *Rule, part string) (err error) {
	name, value, _ := strings.Cut(part, "=")
	if rule.Answer.Status == 0 && slices.Contains([]string{"body", "header", "gateway", "page"}, name) {
		return fmt.Errorf("%q: only with a status", part)
	}
	switch name {
	case "done":
		rule.Effect = true
	case "gateway":
		useBody(&rule.Answer, GatewayError(rule.Answer.Status))
	case "page":
		useBody(&rule.Answer, GatewayPage(rule.Answer.Status))
	case "type":
		rule.Type, err = api.ParseNotificationType(value)
	case "sims":
		if rule.SIMs, err = ReadSIMs(value); rule.SIMs == nil && err == nil {
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
		return "", err
	}
	return string(body), nil
}

func addHeader(rule *Rule, text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found || name == "" {
		return fmt.Errorf("%q: use header=NAME:TEXT", text)
	}
	rule.Answer.Header.Set(name, strings.TrimSpace(value))
	return nil
}

// ReadSIMs reads a file of ICCIDs, one on each line, and returns whether a SIM is among them. Without a path there is no
// such set, and the result is nil.
func ReadSIMs(path string) (func(string) bool, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	set := map[string]struct{}{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		set[strings.TrimSpace(lines.Text())] = struct{}{}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return func(iccid string) bool {
		_, in := set[iccid]
		return in
	}, nil
}
