// Package help holds the texts of --help, of simhook help TOPIC and of the manual.
//
// The text of a command has three parts. What stands before the first indented lines is what --help says. The first indented
// lines are examples, each of which a test runs. What follows is for the manual, and for --help=all.
package help

// The texts, by command.
const (
	Program = `simhook sets and removes the notification webhooks of SIMs on the Connect API, one SIM
at a time, inside the account's quota, with one result row per SIM.

   simhook register --sandbox --webhook-url https://example.com/hook fleet.csv
   simhook check fleet.csv
   simhook help settings

The first example needs no credentials. The same command again continues where it stopped.
Each command explains itself: simhook register --help.`

	Register = `Sets the webhook of every SIM in FLEET.csv, for SUBSCRIPTION_END and USAGE_THRESHOLD
(others: --types). The file has a column iccid, and may have a column webhook_url; - is standard input. The same command
again does what is not yet ok.

   simhook register --sandbox --webhook-url https://example.com/hook fleet.csv
   simhook register --dry-run --webhook-url https://example.com/hook fleet.csv
   simhook register --webhook-url https://example.com/hook fleet.csv

Results go to FLEET.register.csv, one row per SIM. A run may be stopped at any time.

Each SIM is read first. A webhook that is there already is kept, and another one is replaced:
its URL goes to FLEET.history.csv before the call, so that restore can put it back.
--record-previous=false leaves that read out: which URL was there is then not known.

--canary 20 reads the first 20 SIMs back before any other is changed, and stops there if they
are not as they should be. --verify 100 reads 100 SIMs back at the end, chosen at random.

A rehearsal with --sandbox has results of its own, FLEET.register.sandbox.csv.`

	Unregister = `Removes the webhooks of every SIM in FLEET.csv for SUBSCRIPTION_END and USAGE_THRESHOLD
(others: --types), whatever their URL. Asks first on a terminal; elsewhere it needs --yes. The same command again
does what is not yet ok.

   simhook unregister --dry-run fleet.csv
   simhook unregister --yes --only-url https://example.com/hook fleet.csv
   simhook unregister --yes --types USAGE_THRESHOLD fleet.csv

Results go to FLEET.unregister.csv, one row per SIM.

Each SIM is read first, and the URL that is removed goes to FLEET.history.csv before the call, so
that restore can put it back. With --only-url only this webhook is removed; any other is
"foreign". Another client could change it between the reading and the removal.`

	Reconcile = `Reads what each SIM in FLEET.csv has, one call a SIM, and repairs only what differs
from the URL that the fleet wants. It can run every night. An interrupted run continues;
after a complete one it looks at all SIMs again.

   simhook reconcile --dry-run --webhook-url https://example.com/hook fleet.csv
   simhook reconcile --webhook-url https://example.com/hook fleet.csv
   simhook reconcile --prune --yes \
      --webhook-url https://example.com/hook fleet.csv

What is missing is registered, another URL is replaced, and the rest is left alone. Results go to
FLEET.reconcile.csv. URLs that mean the same (the host's case, the default port, an empty
path) are equal. A fleet that has not changed costs one call a SIM; reads and writes have
quotas of their own.

With --dry-run nothing is changed: SIMs are only read, and the plan is written to
FLEET.plan.csv, which apply carries out.

With --prune, SIMs that are in the last complete results and no longer in the fleet lose their
webhooks, unless another client has changed these since, or results of another fleet beside
these have the SIM. Nothing is pruned where the fleet file has invalid or duplicate rows, of
whichever shard, or where a file beside the results seems to be another fleet's results and
cannot be read. A fleet file that was cut off looks like many SIMs that have left: more than
--max-delete are refused before the first call. --expect-gone says how many have left. A file
that lacks no more than --max-delete SIMs is not recognised. A new SIM that may be one that has
left, rounded by a spreadsheet, is refused before the first call, too. With --dry-run the plan
shows what --prune would remove, by the results of the last real run.

With --from-account the account's SIMs are written to FLEET.csv first (account.csv where none
is named), as simhook fleet does it, so that new SIMs get their webhooks by themselves.

For cron: 0 means that the account is as the fleet file says; 4, 69 and 75 that the next run
continues; 65 that some SIMs were refused or some rows are invalid; 3 (with --dry-run
--detailed-exitcode) that something differs. With any other exit code, fix the cause first.`

	Fleet = `Reads the subscriptions of the account, page by page, and writes one row for each SIM: its
ICCID, and of its newest subscription the status, the product and the dates. The other
commands take the file (account.csv where none is named) as a fleet.

   simhook fleet --sandbox
   simhook fleet --status ACTIVE,PENDING account.csv
   simhook fleet --since-last account.csv

The list is read again until nothing is found that was missed: it may change meanwhile.
After a kill the same command continues. A list with under 90 % of the last one's SIMs is not
written over it without --force. --since-last asks only for what is new; it does not see that
the status of an older subscription has changed.`

	Status = `Shows what the API knows of single SIMs: their webhooks, the state of the eSIM profile and
their subscriptions. It changes nothing.

   simhook status --sandbox 8944474600000109251
   simhook status 8944474600000109251 8944478600004958824
   simhook status --json 8944474600000109251`

	Restore = `Undoes what earlier runs did, finished or not: webhooks that they replaced or removed
are put back, and those that they newly registered are removed. What another client has
changed since is left alone. Asks first on a terminal; elsewhere it needs --yes.

   simhook restore --list fleet.reconcile.csv
   simhook restore --dry-run fleet.reconcile.csv
   simhook restore --yes fleet.reconcile.csv

Of a reconciliation the last one is taken back, with all runs that continued it; of another
command all runs of the results. --run takes back one run, which --list names, also weeks
later. Results go to RESULTS.restore.csv.

Before a webhook is replaced or removed, its URL is on the disk, in FLEET.history.csv beside the
results. So restore also works where a run was killed, failed, or set a wrong URL. The URL that
was there before the first attempt comes back, however many attempts followed.

- A new webhook is set before the old one is removed. Where the API answers 409, the old one is
removed first, and put back at once if the new one cannot be set.
- A history or results that a spreadsheet has saved may name other SIMs, and are refused. A SIM with
a wrong check digit that was in hand when its run was killed has no row: --allow-bad-luhn accepts it.
- The history grows by about 150 bytes for each change, and nothing is ever removed from it.
Moving it away while no run is under way discards the way back.`

	Apply = `Does exactly what a plan says, and nothing else: the plan that reconcile --dry-run left in
FLEET.plan.csv. A SIM whose webhook has changed since is refused, and left alone. Asks
first on a terminal; elsewhere it needs --yes.

   simhook reconcile --dry-run --webhook-url https://example.com/hook fleet.csv
   simhook apply --dry-run fleet.plan.csv
   simhook apply --yes fleet.plan.csv

Results go to FLEET.plan.apply.csv.`

	Check = `Reads a fleet file as register would, and calls nothing. Says which rows would be refused
and why, and which can be used although they are not plain digits, with the first ten
lines of each kind.

   simhook check fleet.csv
   simhook check --column "SIM number" --delimiter ";" export.csv
   simhook check --json fleet.csv

Exit codes: 0 all rows can be used, 65 some cannot, 66 none can or the file is unreadable,
64 usage.`

	Report = `Sums up results files, finished or not: the number of rows of each status, and the
failures by cause, each with a sample and what to do. Of several files each SIM counts
once, with its latest row.

   simhook report fleet.register.csv
   simhook report --html report.html fleet.register.csv
   simhook report --failed again.csv fleet.register.csv
   simhook report --json east.register.csv west.register.csv
   simhook report --merge fleet.register.csv fleet.register.*-of-2.csv

--html writes one page to send to others. It needs no network and no other file, and reads well on
a phone and on paper. It shows the outcome by type, the course of the run, calls a minute, how
long SIMs took, the failures by cause, and a table to search of every row that is not ok, with
correlation IDs to copy. It holds no webhook URL. 100,000 SIMs of which 300 failed make 270 kB.

--failed writes the SIMs that failed or were refused as a fleet file with the reason beside each:
fix it, and give it to register. A row that had no webhook URL of its own has none there, and gets
that of --webhook-url; any other keeps its own until you change it. --failed overwrites only files
that it wrote itself.

--merge needs the finished results of all shards, and names one that is missing. A folder stands
for the results of the shards in it, and 'fleet.register.*-of-8.csv' for the files that match,
also where no shell is.

The files may be unfinished results (RESULTS.csv.partial, also where only RESULTS.csv is named),
pipes, standard input, and what gzip has compressed.

Exit codes: 0 read, 64 usage, 66 a file cannot be read, 74 a file cannot be written, 75 a run
holds the merged one, 78 a file holds no results or a shard is missing.`

	Listen = `Receives notifications over HTTP and appends them to notifications.csv, one line each. A
notification is acknowledged when its line is safe on disk, and recognised when it is
sent again. --forward and --exec hand it on afterwards.

   simhook listen --expect fleet.csv
   simhook listen --addr 127.0.0.1:8443 --tls-cert cert.pem --tls-key key.pem
   simhook listen --credentials-file login --rotate-size 100MB

simhook help listen tells of files, answers and signals.

Exit codes: 0 stopped by a signal, 64 usage, 66 the fleet is unreadable, 74 the file cannot be
written, 75 another process writes it, 78 settings.`

	Sandbox = `Serves a Connect API in memory to rehearse against, until it is stopped. It prints the
environment that lets the other commands use it, and shows what happens at /. With --sims or
--account it lists the subscriptions of an account, to which POST /sandbox/sims?add=50 adds SIMs.

   simhook sandbox --quota 200/3s --error-rate 5%
   simhook sandbox --notify 5s
   simhook sandbox --fail POST=503@1-3 --fail ANY=500,sims=broken.txt

GET /sandbox/stats counts what happened. With --notify it sends notifications to the registered
webhooks; so does POST /sandbox/sims/{iccid}/notifications/{type} for one SIM. What is not
answered 2xx is sent again, ten times at the most.
` + fail

	Config = `Shows the settings in force and where each comes from: an option's variable or the
settings file. No secret is shown. With a COMMAND it shows all that the command would
use, with the defaults.

   simhook config
   simhook config register
   simhook config --profile preprod register

simhook help settings says what a settings file is.`

	Completion = `Prints a script that lets a shell complete simhook's commands, options and their values.

   source <(simhook completion bash)
   simhook completion zsh > ~/.zfunc/_simhook
   simhook completion fish > ~/.config/fish/completions/simhook.fish

For zsh the folder must be in fpath, before compinit.`

	Man = `Prints a page for man: the overview with all topics, or that of one command.

   simhook man > simhook.1
   simhook man register > simhook-register.1
   simhook man listen > simhook-listen.1

man finds pages in a folder man1, such as /usr/local/share/man/man1.`
)

// fail explains the rules of --fail.
const fail = `
--fail METHOD=ANSWER makes calls fail. METHOD is POST, PUT, DELETE, GET or ANY. ANSWER is
a status from 200 to 599, and the call is not carried out; lost, which answers as if the call were
carried out; or reset, hang or truncate, which break the answer. With @N behind it, the N-th such
call and all later ones fail; with @N-M, the N-th to the M-th. These can follow, after commas:

   done              the call is carried out nevertheless
   sims=FILE         only calls for these SIMs, one ICCID on each line
   type=TYPE         only calls for this notification type
   body=FILE         the body of the answer
   header=NAME:TEXT  a header of the answer
   gateway, page     a gateway's error as JSON or as HTML, not the API's own

--fail can be repeated; the first one that chooses a call applies. SIMHOOK_FAIL separates several
by semicolons. GET /sandbox/stats counts under "faults" how often each happened.

   simhook sandbox --fail 'GET=200,body=odd.json,header=Retry-After:5'
   simhook sandbox --fail POST=lost@7 --fail DELETE=503,done
`
