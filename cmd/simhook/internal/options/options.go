package options

import (
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"simhook/api"
)

// Register are the options of register.
func Register() []cli.Flag {
	return bulk(append(done(),
		having("0", text(Safety, "verify", "read `N` SIMs back at the end, at random")))...)
}

// Unregister are the options of unregister.
func Unregister() []cli.Flag {
	return without(bulk(append(done(),
		text(Task, "only-url", "look first, and remove only webhooks with this `URL`"))...), "webhook-url", "register-method")
}

// Reconcile are the options of reconcile.
func Reconcile() []cli.Flag {
	return bulk(
		toggle(Task, "from-account", "write the account's SIMs to FLEET.csv first"),
		toggle(Task, "detailed-exitcode", "with --dry-run, exit with 3 if something differs"),
		toggle(Safety, "prune", "remove the webhooks of SIMs that left the fleet"),
		having("10", text(Safety, "max-delete", "refuse to prune more SIMs than `N or N%`")),
		otherwise("any", text(Seldom, "expect-gone", "prune only if `N` SIMs have left")),
	)
}

// Restore are the options of restore.
func Restore() []cli.Flag {
	return steps(
		otherwise("all", text(Task, "run", "take back only the run with this `ID`")),
		toggle(Task, "list", "print the runs that can be taken back"),
		toggle(Seldom, "allow-bad-luhn", "accept SIMs with a wrong check digit that no row of the results has"),
	)
}

// Apply are the options of apply.
func Apply() []cli.Flag { return steps() }

// Check are the options of check.
func Check() []cli.Flag {
	return append([]cli.Flag{
		text(Task, "webhook-url", "`URL` for SIMs whose row has no webhook_url"),
		toggle(Output, "json", "print JSON"),
	}, fleet(Task)...)
}

// Report are the options of report.
func Report() []cli.Flag {
	return []cli.Flag{
		toggle(Output, "json", "print JSON"),
		text(Output, "html", "write the report as one page to `FILE`"),
		text(Output, "failed", "write SIMs that failed to `FILE`, with the reasons"),
		text(Task, "merge", "write the results of all shards to `FILE`"),
	}
}

// bulk are the options of a command that calls for the SIMs of a fleet; own are those that no other command has.
func bulk(own ...cli.Flag) []cli.Flag {
	return slices.Concat(
		[]cli.Flag{
			text(Task, "webhook-url", "`URL` for SIMs whose row has no webhook_url"),
			otherwise("all but DOWNLOAD_PROGRESS", text(Task, "types", "`LIST` of types, with commas between, or all")),
		},
		run(), own, account(), speed(), shard(), fleet(Seldom), rows(), output(),
	)
}

// steps are the options of a command whose SIMs come from results.
func steps(own ...cli.Flag) []cli.Flag {
	return slices.Concat(run(), own, account(), speed(), output())
}

// done are the options of a command that leaves out what earlier runs have done.
func done() []cli.Flag {
	return []cli.Flag{
		toggle(Task, "again", "do SIMs again that earlier runs have done"),
		&cli.BoolFlag{Category: Safety, Name: "record-previous", Value: true,
			Usage: "read each SIM first, so that restore can put it back; =false saves a call a SIM, and the way back"},
	}
}

// run are the options of every run over many SIMs.
func run() []cli.Flag {
	return []cli.Flag{
		otherwise("beside it", text(Output, "results", "`FILE` for the results of each SIM")),
		toggle(Task, "dry-run", "change nothing; say what would be done", "n"),
		sandboxed(), faster(Seldom),
		toggle(Safety, "yes", "do not ask before removing"),
		having("0", text(Safety, "canary", "change `N` SIMs first, and read them back")),
	}
}

func account() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: Account, Name: "base-url", Value: api.ProductionBaseURL, DefaultText: "production", Usage: "`URL` of the API"},
		&cli.StringFlag{Category: Seldom, Name: "token-url", Value: api.ProductionTokenURL, DefaultText: "production",
			Usage: "`URL` of the token endpoint"},
		text(Account, "client-id", "`ID` of the client"),
		text(Account, "client-secret-file", "`FILE` with its secret; or SIMHOOK_CLIENT_SECRET"),
		text(Account, "access-token-file", "`FILE` with a token; or SIMHOOK_ACCESS_TOKEN"),
	}
}

// ChoosesAPI reports whether an option says which API is called, and with which credentials.
func ChoosesAPI(name string) bool {
	return slices.ContainsFunc(slices.Concat(account(), Settings(), []cli.Flag{sandboxed()}), func(flag cli.Flag) bool {
		return slices.Contains(flag.Names(), name)
	})
}

// calls are the options of every command that calls the API.
func calls() []cli.Flag {
	return []cli.Flag{
		having("auto", text(Speed, "rate", "`RATE`: auto, 1000/m, 20/s or unlimited; reads and writes are paced apart")),
		having("100%", text(Speed, "quota-share", "`PERCENT` of the announced quota to use")),
		having("5", text(Seldom, "retries", "`N` more attempts after a passing failure")),
		having("5m", text(Seldom, "retry-max-time", "longest `TIME` spent on one call, waiting included")),
		having("30s", text(Seldom, "timeout", "longest `TIME` of one attempt")),
	}
}

// speed are the options of a run over many SIMs.
func speed() []cli.Flag {
	return append(calls(),
		having("32", text(Speed, "workers", "`N` calls in flight at the most")),
		having("50%", text(Safety, "max-failures", "stop when more than `N or N%` failed; 0 never")),
		otherwise("none", text(Speed, "max-duration", "stop cleanly after this `TIME`")),
		otherwise("none", text(Seldom, "deadline", "`WHEN` something else ends the run: seconds, as activeDeadlineSeconds of a Job, a time such as 6h, or a moment. The first lines say if the run takes longer")),
		having("auto", text(Seldom, "register-method", "`METHOD` of a register call: POST, PUT, or auto: POST, and after a 405 PUT")),
	)
}

// PageSize is how many subscriptions a page of the account has where nothing else is said. It is chosen: the largest that the
// API gives is not documented.
const PageSize = 100

// Fleet are the options of fleet.
func Fleet() []cli.Flag {
	return slices.Concat([]cli.Flag{
		otherwise("all", text(Task, "status", "`LIST` of statuses that count, as ACTIVE,PENDING")),
		otherwise("all", text(Task, "product", "`ID` of the product that counts")),
		otherwise("all", text(Task, "email", "`ADDRESS` of the customer that counts")),
		text(Task, "after", "only subscriptions after this `TIME`, or day"),
		text(Task, "before", "only subscriptions before this `TIME`, or day"),
		toggle(Task, "since-last", "ask only for what is new, and add it"),
		toggle(Safety, "force", "write a list under 90 % of the last one, too"),
		having(strconv.Itoa(PageSize), text(Seldom, "page-size", "`N` subscriptions on a page")),
	}, looking())
}

// Status are the options of status.
func Status() []cli.Flag { return looking() }

// looking are the options of a command that only reads.
func looking() []cli.Flag {
	return slices.Concat([]cli.Flag{sandboxed(), toggle(Output, "json", "print JSON")}, account(), calls(), Log())
}

func sandboxed() cli.Flag {
	return toggle(Task, "sandbox", "rehearse against a sandbox inside the process")
}

// faster lets the time of a sandbox run faster.
func faster(group string) cli.Flag {
	return having("1", text(group, "sandbox-speed", "`N` times as fast the sandbox's time runs for quota and tokens"))
}

func shard() []cli.Flag {
	return []cli.Flag{
		having("1", text(Seldom, "shard-count", "`N` processes share the fleet, each with results of its own")),
		otherwise("of the Job", text(Seldom, "shard-index", "`I`, from 0, of this process's shard; else JOB_COMPLETION_INDEX")),
		otherwise("all", text(Seldom, "shard-parallelism", "`N` shards run at once and share the rate")),
	}
}

func rows() []cli.Flag {
	return []cli.Flag{
		having("0", text(Safety, "accept-refused", "end with 0 although `N or N%` are refused")),
		text(Seldom, "accept-refused-file", "`FILE` of SIMs, as a fleet, whose refusal is known and does not count"),
		toggle(Seldom, "no-extra-columns", "leave the fleet's other columns, such as customer names, out of the results"),
	}
}

// fleet are the options that say how a fleet file is read.
func fleet(group string) []cli.Flag {
	return []cli.Flag{
		having("auto", text(group, "delimiter", "`CHARACTER` between columns: , ; | or tab")),
		otherwise("iccid", text(group, "column", "`NAME` of the column with the ICCIDs")),
		toggle(group, "allow-bad-luhn", "accept ICCIDs whose check digit is wrong"),
	}
}

func output() []cli.Flag {
	return slices.Concat([]cli.Flag{
		having("auto", text(Output, "progress", "`KIND` of progress: auto, bar, log or none")),
		text(Seldom, "summary", "`FILE` for the summary of the run as JSON"),
		toggle(Output, "json", "print the summary of the run as JSON"),
		text(Seldom, "metrics-listen", "`ADDRESS`, such as :9464, where Prometheus finds /metrics while the run lasts"),
		text(Seldom, "metrics-file", "`FILE` for the metrics at the end, for a textfile collector"),
		text(Seldom, "metrics-push", "`URL` of a Pushgateway that gets the metrics at the end"),
	}, Log())
}

// Log are the options of the log.
func Log() []cli.Flag {
	return []cli.Flag{
		otherwise("auto", text(Seldom, "log-format", "`FORMAT` of the log: text (as on a terminal) or json (elsewhere)")),
		having("info", text(Output, "log-level", "least `LEVEL` logged: debug, info, warn, error")),
		toggle(Output, "quiet", "say nothing but errors"),
	}
}

// Settings are the options that say where the other ones' values may stand. Every command that has options has them.
func Settings() []cli.Flag {
	return []cli.Flag{
		otherwise("simhook.yaml", text(Account, "config", "`FILE` of settings; none reads none")),
		otherwise("its own", text(Account, "profile", "`NAME` of the profile in that file")),
	}
}

// Config are the options of config.
func Config() []cli.Flag { return []cli.Flag{toggle(Output, "json", "print JSON")} }
