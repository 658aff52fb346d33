// Package help holds the texts that --help shows beside the list of options, and that the manual page is made of.
package help

// The texts, by command; the last ones belong to several commands.
const (
	Program = `simhook sets and removes the notification webhooks of SIMs on the Connect API, one SIM
at a time, inside the account's quota, with one result row per SIM.

Try it without credentials:

   simhook register --sandbox --webhook-url https://example.com/hook fleet.csv

The same command again continues where it stopped. Each command explains itself:
simhook register --help.
` + Environment + Exit

	Register = `Sets the webhook of every SIM in FLEET.csv, for both notification types. FLEET.csv has a
column iccid (also sim_iccid or sim), and may have a column webhook_url; - reads it from
standard input. Results go to FLEET.register.csv, one row per SIM. The same command
again does what is not yet ok, so a run may be stopped at any time.

   simhook register --webhook-url https://example.com/hook fleet.csv
   simhook register --dry-run fleet.csv
   simhook register --sandbox --webhook-url https://example.com/hook fleet.csv

Each SIM is read first. A webhook that is there already is kept, and another one is replaced:
its URL goes to FLEET.history.csv before the call, so that restore can put it back.
` + Credentials + Environment + Exit

	Unregister = `Removes the webhooks of every SIM in FLEET.csv, for both notification types, whatever
their URL. Asks first on a terminal; elsewhere it needs --yes. Results go to
FLEET.unregister.csv, and the same command again does what is not yet ok.

   simhook unregister fleet.csv
   simhook unregister --yes --types USAGE_THRESHOLD fleet.csv
   simhook unregister --only-url https://example.com/hook fleet.csv

Each SIM is read first, and the URL that is removed goes to FLEET.history.csv before the call, so
that restore can put it back. With --only-url only this webhook is removed; any other is
"foreign". Another client could change it between the reading and the removal.
` + Credentials + Environment + Exit

	Reconcile = `Reads the webhooks of each SIM in FLEET.csv, one call a SIM, and compares them with the URL
that the fleet wants: what is missing is registered, another URL is replaced, and the rest is
left alone. Results go to FLEET.reconcile.csv. After an interrupted run the same command
continues it; after a complete run it starts again with all SIMs, so it can run every night.

   simhook reconcile --webhook-url https://example.com/hook fleet.csv
   simhook reconcile --dry-run --detailed-exitcode fleet.csv
   simhook reconcile --prune --yes --webhook-url https://example.com/hook fleet.csv

With --dry-run nothing is changed: SIMs are only read, and the plan is written to
FLEET.plan.csv, which apply carries out. With --prune, SIMs that are in the last complete results
and no longer in the fleet lose their webhooks, unless another client has changed these since,
results of another fleet beside these have the SIM, or the fleet file has invalid rows. More
than --max-delete are refused: --expect-gone says how many have left. A fleet file that was
cut off by no more than --max-delete SIMs is not recognised.
` + Credentials + Environment + Exit

	Restore = `Undoes what earlier runs did, whether they finished or not: webhooks that they replaced or removed
are put back, and those that they newly registered are removed. What another client has
changed since is left alone. Of a reconciliation the last one is taken back, of another command
all runs of the results; --run takes back one run, which --list names, also weeks later. The
runs are read from FLEET.history.csv beside RESULTS.csv. Asks first on a terminal; elsewhere
it needs --yes. Results go to RESULTS.restore.csv.

   simhook restore --list fleet.reconcile.csv
   simhook restore --dry-run fleet.reconcile.csv
   simhook restore --yes --run k3v9x2ab fleet.reconcile.csv
` + Credentials + Environment + Exit

	Apply = `Does exactly what a plan says, and nothing else: the plan that reconcile --dry-run left in
FLEET.plan.csv. A SIM whose webhook has changed since the plan was made is refused, and left
alone. Asks first on a terminal; elsewhere it needs --yes. Results go to FLEET.plan.apply.csv.

   simhook reconcile --dry-run --webhook-url https://example.com/hook fleet.csv
   simhook apply --yes fleet.plan.csv
` + Credentials + Environment + Exit

	Check = `Reads a fleet file as register would. Says which rows would be refused and why, and which
can be used although they are not plain digits, with the first ten lines of each kind. The
API is not called.

   simhook check fleet.csv
   simhook check --column "SIM number" --delimiter ";" export.csv
   simhook check --json fleet.csv
` + Environment + `
Exit codes: 0 all rows can be used, 65 some cannot, 66 none can or the file is unreadable,
64 usage.`

	Report = `Sums up results files, finished or not (RESULTS.csv.partial): the number of rows of each
status, and the failures by cause, each with a sample and what to do. Several files are added
up.

   simhook report fleet.register.csv
   simhook report --html report.html fleet.register.csv
   simhook report --failed again.csv fleet.register.csv
   simhook report --json east.register.csv west.register.csv
   simhook report --merge fleet.register.csv fleet.register.*-of-8.csv

--html writes one page that needs no network, with charts and a searchable table of all rows
that are not ok. --failed writes the SIMs that failed or were refused as a fleet file with the
reason beside each: fix it, and give it to register. It overwrites only files that it wrote
itself. --merge needs the finished results of all shards, and names one that is missing.

Exit codes: 0 read, 64 usage, 66 a file cannot be read, 74 a
file cannot be written, 75 a run holds the merged one, 78 a file holds no results or a shard
is missing.`

	Listen = `Receives notifications over HTTP and appends them to notifications.csv, one line each. A
notification is acknowledged when its line is safe on disk, and recognised by its ID, type and
ICCID when it is sent again. --forward and --exec hand it on afterwards. SIGHUP puts the file aside, starts a new one and reads the certificate again.

   simhook listen --expect fleet.csv
   simhook listen --addr :8443 --tls-cert cert.pem --tls-key key.pem \
      --credentials-file login

Answers: 200 acknowledged, 400 not a notification, 401 credentials, 405 not POST, 408 too slow,
413 too large, 503 could not be written (send it again). GET /healthz is 200 or 503,
GET /metrics is for Prometheus.
` + Environment + `
Exit codes: 0 stopped by a signal, 64 usage, 66 the fleet is unreadable, 74 the file cannot be
written, 75 another process writes it, 78 settings.`

	Sandbox = `Serves a Connect API in memory to rehearse against, until it is stopped. It prints the
environment that lets the other commands use it, shows what happens at / and answers
GET /sandbox/stats. With --sims or --account it lists the subscriptions of an account, to which
POST /sandbox/sims?add=50 adds SIMs. With --notify it sends notifications to the registered webhooks; so does
POST /sandbox/sims/{iccid}/notifications/{type} for one SIM. What is not answered 2xx is sent
again, ten times at the most.

   simhook sandbox --quota 200/3s --error-rate 5%
   simhook sandbox --notify 5s
` + Environment

	Completion = `Prints a script that lets a shell complete simhook's commands, options and their values.

   source <(simhook completion bash)
   simhook completion zsh > "${fpath[1]}/_simhook"
   simhook completion fish > ~/.config/fish/completions/simhook.fish`

	Man = `Prints the manual as a page for man.

   simhook man > /usr/local/share/man/man1/simhook.1`

	Credentials = `
Credentials: --client-id with --client-secret-file or SIMHOOK_CLIENT_SECRET; or a ready
access token, which lives 5 minutes, by --access-token-file, SIMHOOK_ACCESS_TOKEN or
ACCESS_TOKEN. No option takes a secret itself, because all users can read command lines.
`

	Environment = `
Environment: every option has a variable, SIMHOOK_ and its name in capitals with
underscores: SIMHOOK_WEBHOOK_URL is --webhook-url. The option beats the variable.
`

	Exit = `
Exit codes:
    0  every SIM has its outcome and all are ok
    1  unexpected error: a bug
    3  --detailed-exitcode: a plan found differences
    4  --max-duration is over and SIMs remain: run again
   64  usage
   65  finished; some rows are refused or invalid: running again does not help
   66  the fleet file is missing, unreadable or without a valid row
   69  the API kept failing: run again later
   74  results cannot be written
   75  stopped by a signal, or another run holds the results: run again
   77  credentials refused
   78  settings missing, results of another run, --max-failures or --max-delete reached`
)

// Fail explains the rules of --fail.
const Fail = `
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
