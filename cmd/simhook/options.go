package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"simhook/api"
)

// Bounds of numbers on the command line. A greater number is taken for a typing error.
const (
	maxWorkers = 4096
	maxRetries = 1000
	maxVerify  = 1_000_000
)

// bulkOptions are the options of a command that calls for the SIMs of a fleet; own are those that no other command has.
func bulkOptions(own ...cli.Flag) []cli.Flag {
	return slices.Concat(
		[]cli.Flag{
			&cli.StringFlag{Name: "webhook-url",
				Usage: "webhook `URL` of the SIMs whose row has none in a webhook_url column"},
			&cli.StringFlag{Name: "types", Usage: "`LIST` of notification types with commas between",
				DefaultText: "both: SUBSCRIPTION_END,USAGE_THRESHOLD"},
		},
		runOptions(), own, accessOptions(), paceOptions(), shardOptions(), fleetOptions(), rowOptions(), outputOptions(),
	)
}

// restoreOptions are the options of a command whose SIMs come from results.
func restoreOptions(own ...cli.Flag) []cli.Flag {
	return slices.Concat(runOptions(), own, accessOptions(), paceOptions(), outputOptions())
}

// doneOptions are the options of a command that leaves out what earlier runs have done.
func doneOptions() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "again", DisableDefaultText: true, Usage: "do SIMs again that earlier runs have done"},
		&cli.BoolFlag{Name: "record-previous", Value: true,
			Usage: "read each SIM first, and note what is replaced or removed, so that restore can put it back; " +
				"--record-previous=false saves a call a SIM, and the way back"},
	}
}

func readDone(s *settings, b *bulk) {
	b.again, b.blind = s.enabled("again"), !s.enabled("record-previous")
}

// runOptions are the options of every run over many SIMs.
func runOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "results", Usage: "results `FILE`", DefaultText: "FILE.<command>.csv beside FILE.csv"},
		&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"},
			Usage: "change nothing; say what would be done", DisableDefaultText: true},
		&cli.BoolFlag{Name: "sandbox", DisableDefaultText: true,
			Usage: "rehearse: start a sandbox inside the process and run against it"},
		&cli.BoolFlag{Name: "yes", Usage: "do not ask before removing", DisableDefaultText: true},
		&cli.StringFlag{Name: "canary", Value: "0",
			Usage: "change `N` SIMs, read them back, and go on only if all are as they should be"},
	}
}

func accessOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "base-url", Value: api.ProductionBaseURL, Usage: "`URL` of the API"},
		&cli.StringFlag{Name: "token-url", Value: api.ProductionTokenURL, Usage: "`URL` of the token endpoint"},
		&cli.StringFlag{Name: "client-id", Usage: "client `ID`"},
		&cli.StringFlag{Name: "client-secret-file", Usage: "`FILE` with the client secret; or SIMHOOK_CLIENT_SECRET"},
		&cli.StringFlag{Name: "access-token-file",
			Usage: "`FILE` with a ready access token instead; or SIMHOOK_ACCESS_TOKEN or ACCESS_TOKEN"},
		&cli.StringFlag{Name: "register-method", Value: "POST",
			Usage: "`METHOD` of a register call, POST or PUT as the deployment wants it"},
	}
}

func paceOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "rate", Value: "auto",
			Usage: "`RATE` of calls at the most: auto, 1000/m, 20/s or unlimited"},
		&cli.StringFlag{Name: "quota-share", Value: "100%",
			Usage: "`PERCENT` of the announced quota to use, leaving the rest to others"},
		&cli.StringFlag{Name: "workers", Value: "32", Usage: "`N` calls in flight at the most"},
		&cli.StringFlag{Name: "retries", Value: "5", Usage: "`N` further attempts of a call after a passing failure"},
		&cli.StringFlag{Name: "retry-max-time", Value: "5m",
			Usage: "longest `TIME` spent on one call, waiting included"},
		&cli.StringFlag{Name: "timeout", Value: "30s", Usage: "longest `TIME` of one attempt"},
		&cli.StringFlag{Name: "max-failures", Value: "50%",
			Usage: "stop when more SIMs than `N or N%` failed or were refused; " +
				"a percentage counts from the 100th SIM on, 0 never stops"},
		&cli.StringFlag{Name: "max-duration", DefaultText: "none", Usage: "stop cleanly after this `TIME`"},
	}
}

func rowOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "accept-refused", Value: "0", Usage: "end with 0 although `N or N%` of the SIMs are refused"},
		&cli.StringFlag{Name: "accept-refused-file", Usage: "`FILE` of SIMs, as a fleet, whose refusal is known and does not count"},
		&cli.BoolFlag{Name: "no-extra-columns", DisableDefaultText: true,
			Usage: "leave the fleet's other columns, such as customer names, out of the results"},
	}
}

func fleetOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "delimiter", Value: "auto",
			Usage: "`CHARACTER` between the columns: a comma, a semicolon, tab or |"},
		&cli.StringFlag{Name: "column", DefaultText: "iccid", Usage: "`NAME` of the column with the ICCIDs"},
		&cli.BoolFlag{Name: "allow-bad-luhn", DisableDefaultText: true,
			Usage: "accept ICCIDs whose check digit is wrong"},
	}
}

func outputOptions() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "progress", Value: "auto",
			Usage: "`KIND` of progress shown: auto, bar (on a terminal only), log (a line every 30 s) or none"},
		&cli.StringFlag{Name: "summary", Usage: "`FILE` for the summary of the run as JSON"},
		&cli.BoolFlag{Name: "json", Usage: "the same on standard output", DisableDefaultText: true},
		&cli.StringFlag{Name: "metrics-listen",
			Usage: "`ADDRESS`, such as :9464, where Prometheus finds /metrics while the run lasts"},
		&cli.StringFlag{Name: "metrics-file", Usage: "`FILE` for the metrics at the end, for a textfile collector"},
	}, logOptions())
}

func logOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "log-format", DefaultText: "text on a terminal, else json",
			Usage: "`FORMAT` of the log: text or json"},
		&cli.StringFlag{Name: "log-level", Value: "info",
			Usage: "least `LEVEL` logged: debug (every attempt), info, warn or error"},
		&cli.BoolFlag{Name: "quiet", DisableDefaultText: true, Usage: "say nothing but errors, as --log-level error"},
	}
}
