// Package history keeps what runs changed at the API, so that it can be taken back.
//
// A change is in the file, and survives a power cut, before the call that makes it goes out: [History.Record] returns
// only then. Whatever happens afterwards (a refused call, a kill between two calls, an outage), the URL of the webhook
// that was there can be read from the file. A recorded change may not have been made: the run may have ended first.
//
// # The file
//
// FLEET.history.csv stands beside the results of a fleet, and all commands for the fleet append to it. Each of several
// shards has a file of its own, such as FLEET.2-of-8.history.csv. A line is the beginning of a run, its end if every SIM
// got a result, or a change of one notification type of one SIM:
//
//	recorded_at,run,iccid,type,before_url,after_url,action,operation,results,base_url
//	2026-03-01T22:00:00.123Z,k3v9x2ab,,,,,reconcile,k3v9x2ab,fleet.reconcile.csv,https://services.truphone.com/connect-api
//	2026-03-01T22:00:01.456Z,k3v9x2ab,8944474600000109251,USAGE_THRESHOLD,https://old.example/hook,https://new.example/hook,,,,
//	2026-03-01T22:40:03.789Z,k3v9x2ab,,,,,finished,,,
//
// Nothing is ever removed from it. It grows by about 150 bytes for each change, and by two
// lines for each run. A run that continues one which has not finished belongs to the same operation. When no run is under way it may be moved away, which discards the way back.
//
// # What each kind of crash leaves
//
//	a kill                 whole lines, and perhaps half a line at the end; no call was made for that line
//	a power cut            the same; lines without a webhook before the change may be missing
//	a full disk            whole lines: the file is cut back, and the run makes no further change
//
// The next run puts half a line aside in FLEET.history.csv.torn. Readers pass over lines that are damaged.
//
// A spreadsheet that saves the file leaves other things: whole lines with all their cells that are none of ours, rounded
// ICCIDs, another form of the file. What such a file recorded is not known, and it is refused. Line ends of Windows alone do no
// harm.
//
// # Locking
//
// A run holds a lock on the file itself for as long as it lasts, so that two runs never change one fleet at once, even
// where other files were deleted. Shards share the lock of FLEET.history.csv, and each holds its own.
package history
