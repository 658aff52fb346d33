package options

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// Listen are the options of listen.
func Listen() []cli.Flag {
	return slices.Concat([]cli.Flag{
		having("127.0.0.1:8090", text(Task, "addr", "`HOST:PORT` to listen on; port 0: a free one")),
		having("/notifications", text(Task, "path", "`PATH` of the webhook")),
		having("notifications.csv", text(Output, "results", "`FILE` they are appended to")),
		otherwise("never", text(Output, "rotate-size", "`SIZE` at which to start a new file, as 100MB")),
		text(Account, "tls-cert", "`FILE` with the certificate chain for https"),
		text(Account, "tls-key", "`FILE` with its key"),
		text(Account, "credentials-file", "`FILE` with user:password of the senders (Basic)"),
		text(Task, "expect", "`FLEET.csv`, to say which SIMs have sent none"),
		text(Task, "forward", "`URL` of a service that gets each one by POST"),
		text(Task, "exec", "`COMMAND` of the shell that gets each one"),
		toggle(Output, "json", "print each one as a line of JSON"),
	}, fleet(Seldom), Log())
}

// Sandbox are the options of sandbox. fail is the value of --fail, and models are the names of the ways to keep a quota.
func Sandbox(fail cli.Generic, models string) []cli.Flag {
	const lines = "`FILE` of ICCIDs, one a line, "
	return []cli.Flag{
		having("127.0.0.1:8080", text(Task, "addr", "`HOST:PORT` to listen on; port 0: a free one")),
		otherwise("any", text(Account, "client-id", "the only client `ID` accepted")),
		otherwise("any", text(Account, "client-secret-file", "`FILE` with the only secret accepted")),
		having("5m", text(Account, "token-lifetime", "`TIME` an access token lives")),
		otherwise("never", text(Account, "revoke-every", "revoke all tokens every `TIME`")),
		having("1000/m", text(Speed, "quota", "`QUOTA`, such as 1000/m or 200/3s, or none")),
		faster(Speed),
		having("window", text(Seldom, "quota-model", "`HOW` the quota is kept and announced: "+models)),
		having("direction", text(Seldom, "quota-per", "`WHAT` has a quota of its own: direction (reads, writes), type, method, or account")),
		having("429", text(Seldom, "quota-status", "`STATUS` of a call beyond the quota: 429 or 503")),
		toggle(Seldom, "silent-quota", "do not announce the quota in headers"),
		toggle(Seldom, "retry-after", "send Retry-After with a 429"),
		otherwise("none", text(Speed, "latency", "`TIME` of an answer, as 50ms or 50ms-2s")),
		having("0%", text(Faults, "error-rate", "`PERCENT` of calls answered 500 to 504")),
		having("0%", text(Faults, "reset-rate", "`PERCENT` of writes whose connection breaks")),
		having("0%", text(Faults, "hang-rate", "`PERCENT` of calls that get no answer")),
		having("0%", text(Faults, "truncate-rate", "`PERCENT` of answers that are cut off")),
		&cli.GenericFlag{Category: Faults, Name: "fail", Value: fail, DefaultText: "none",
			Usage: "`RULE` for calls that fail; can be repeated"},
		toggle(Faults, "conflict", "answer 409 to a POST over an existing webhook"),
		toggle(Faults, "not-found", "answer 404, not 204, to a DELETE of no webhook"),
		toggle(Seldom, "misspelt-type", "spell it SUBSCRITPION_END in preferences, as the documentation does"),
		otherwise("both", text(Seldom, "register-method", "the only `METHOD` that registers: POST or PUT")),
		text(Task, "account", "`FLEET.csv` with the SIMs of the account, which it lists"),
		having("0", text(Task, "sims", "`N` SIMs in the account, instead")),
		having("0", text(Seldom, "first-page", "`N`, 0 or 1, is the number of the first page of subscriptions")),
		toggle(Seldom, "newest-first", "list the newest subscription first, so that adding SIMs shifts the pages"),
		having("0", text(Seldom, "shift-pages", "put `N` new subscriptions in front of the list after each page that is read")),
		otherwise("the one called", text(Seldom, "next-page-base", "base `URL` in the links to other pages")),
		text(Faults, "unknown", lines+"of SIMs answered 404"),
		text(Faults, "foreign", lines+"of SIMs answered 403"),
		otherwise("never", text(Task, "notify", "send a notification every `TIME`")),
		text(Account, "notify-credentials-file", "`FILE` with user:password for the webhooks (Basic)"),
		having("0", text(Seldom, "seed", "`N` that random latencies and faults begin with")),
	}
}
