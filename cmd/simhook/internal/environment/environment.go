// Package environment looks at the variables SIMHOOK_… that no option has. A run that misses a setting because of a mistyped
// name is another run than the one that was meant.
package environment

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"simhook/cmd/simhook/internal/suggest"
)

// prefix is that of all variables of simhook.
const prefix = "SIMHOOK_"

// MistypedError says that a variable is probably meant for another one.
type MistypedError struct{ Name, Meant string }

func (e *MistypedError) Error() string {
	return fmt.Sprintf("the variable %s is not known: did you mean %s? Rename or unset it", e.Name, e.Meant)
}

// Check returns the variables SIMHOOK_… that are not known. Its error is a *MistypedError for the first that comes close to one
// that is. Empty ones do not count, nor those that Kubernetes gives every Pod beside a Service called simhook-….
func Check(variables, known []string) (unknown []string, err error) {
	slices.Sort(variables)
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, prefix) || value == "" || slices.Contains(known, name) || ofService.MatchString(name) {
			continue
		}
		if meant := closest(name, known); meant != "" {
			return nil, &MistypedError{name, meant}
		}
		unknown = append(unknown, name)
	}
	return unknown, nil
}

// ofService matches what Kubernetes sets for each Service of a namespace
// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
var ofService = regexp.MustCompile(`^SIMHOOK_(.*_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// closest is the known variable that a name comes closest to; "": none is close. Underscores do not count, since they are what is
// forgotten most, nor does the case of letters.
func closest(name string, known []string) (meant string) {
	plain := func(name string) string {
		return strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", ""))
	}
	names := map[string]string{}
	words := make([]string, len(known))
	for i, other := range known {
		words[i] = plain(other)
		names[words[i]] = other
	}
	return names[suggest.Closest(plain(name), words, nil)]
}

// Shown is the value of a variable for people; one that may be secret is not shown.
func Shown(name, value string) string {
	for _, secret := range []string{"SECRET", "TOKEN", "PASSWORD"} {
		if strings.HasSuffix(name, secret) {
			return "***"
		}
	}
	return value
}
