// Package sandboxflags has the flags of simhook sandbox, and reads the account that they name.
package sandboxflags

import (
	"context"
	"io"

	"github.com/urfave/cli/v2"

	"simhook/batch/fleet"
)

// All returns the flags. modelNames are those of the ways to keep a quota, and rules takes the texts of --fail.
func All(modelNames string, rules cli.Generic) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "addr", Value: "127.0.0.1:8080", Usage: "`HOST:PORT` to listen on; port 0 takes a free one"},
		&cli.StringFlag{Name: "client-id", Usage: "the only client `ID` accepted", DefaultText: "any"},
		&cli.StringFlag{Name: "client-secret-file", Usage: "`FILE` with the only client secret accepted; or SIMHOOK_CLIENT_SECRET", DefaultText: "any"},
		&cli.StringFlag{Name: "token-lifetime", Value: "5m", Usage: "`TIME` an access token lives"},
		&cli.StringFlag{Name: "revoke-every", DefaultText: "never", Usage: "revoke all tokens every `TIME`"},
		&cli.StringFlag{Name: "quota", Value: "1000/m", Usage: "`QUOTA` of calls in a window, such as 1000/m or 200/3s, or none"},
		&cli.StringFlag{Name: "quota-model", Value: "window", Usage: "`HOW` the quota is kept and announced: " + modelNames},
		&cli.StringFlag{Name: "quota-per", Value: "direction", Usage: "`WHAT` has a quota of its own: direction (reads, writes), type, method, or account"},
		&cli.StringFlag{Name: "quota-status", Value: "429", Usage: "`STATUS` of a call beyond the quota: 429 or 503"},
		&cli.BoolFlag{Name: "silent-quota", Usage: "do not announce the quota in headers", DisableDefaultText: true},
		&cli.BoolFlag{Name: "retry-after", Usage: "send Retry-After with a 429", DisableDefaultText: true},
		&cli.StringFlag{Name: "latency", DefaultText: "none", Usage: "`TIME` an answer takes, such as 50ms or 50ms-2s"},
		&cli.StringFlag{Name: "error-rate", Value: "0%", Usage: "`PERCENT` of calls answered 500, 502, 503 or 504"},
		&cli.StringFlag{Name: "reset-rate", Value: "0%", Usage: "`PERCENT` of writes whose connection breaks"},
		&cli.StringFlag{Name: "hang-rate", Value: "0%", Usage: "`PERCENT` of calls that get no answer"},
		&cli.StringFlag{Name: "truncate-rate", Value: "0%", Usage: "`PERCENT` of answers that are cut off"},
		&cli.GenericFlag{Name: "fail", Value: rules, Usage: "`RULE` for calls that fail, such as POST=503@7; can be repeated", DefaultText: "none"},
		&cli.BoolFlag{Name: "conflict", Usage: "answer 409 to a POST over an existing webhook, which otherwise replaces it", DisableDefaultText: true},
		&cli.BoolFlag{Name: "not-found", Usage: "answer 404 to a DELETE without a webhook, otherwise 204", DisableDefaultText: true},
		&cli.BoolFlag{Name: "misspelt-type", Usage: "spell it SUBSCRITPION_END in preferences, as the documentation does", DisableDefaultText: true},
		&cli.StringFlag{Name: "register-method", DefaultText: "both", Usage: "the only `METHOD` that registers: POST or PUT"},
		&cli.StringFlag{Name: "account", Usage: "`FILE` with the SIMs of the account, a fleet file, for the list of subscriptions", DefaultText: "--sims"},
		&cli.StringFlag{Name: "sims", Value: "0", Usage: "`N` SIMs in the account, with one or two subscriptions each"},
		&cli.StringFlag{Name: "first-page", Value: "0", Usage: "`N`, 0 or 1, is the number of the first page of subscriptions"},
		&cli.BoolFlag{Name: "newest-first", Usage: "list the newest subscription first, so that adding SIMs shifts the pages", DisableDefaultText: true},
		&cli.StringFlag{Name: "shift-pages", Value: "0", Usage: "put `N` new subscriptions in front of the list after each page that is read"},
		&cli.StringFlag{Name: "next-page-base", DefaultText: "the one called", Usage: "base `URL` in the links to other pages"},
		&cli.StringFlag{Name: "unknown", Usage: "`FILE` of ICCIDs, one on each line, of SIMs answered 404"},
		&cli.StringFlag{Name: "foreign", Usage: "`FILE` of ICCIDs, one on each line, of SIMs answered 403"},
		&cli.StringFlag{Name: "notify", DefaultText: "never", Usage: "send a notification to a random webhook every `TIME`"},
		&cli.StringFlag{Name: "notify-credentials-file", Usage: "`FILE` with user:password for the webhooks (Basic authentication)"},
		&cli.StringFlag{Name: "seed", Value: "0", Usage: "`N` that random latencies and faults begin with"},
	}
}

// SIMs returns the ICCIDs of the rows of a fleet file that can be used; without a path, those that are given. Its errors are
// those of fleet.Open.
func SIMs(ctx context.Context, given []string, path string, stdin io.Reader) ([]string, error) {
	if path == "" {
		return given, nil
	}
	source, err := fleet.Open(ctx, path, stdin, "", fleet.Options{AllowBadLuhn: true})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	var iccids []string
	for row, err := range source.All() {
		if err != nil {
			return nil, err
		}
		if row.Problem == "" {
			iccids = append(iccids, row.ICCID)
		}
	}
	return iccids, nil
}
