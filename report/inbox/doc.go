// Package inbox writes the notifications that were received to a CSV file, each once, and keeps them through
// crashes and power cuts.
//
// [Inbox.Add] returns when its row is safe on disk, so that the API can be told that a notification arrived. One
// goroutine owns the file; it writes the rows of many Adds together and syncs once for all of them.
//
// # Files
//
//	notifications.csv                        being written
//	notifications.20260301T220000.000Z.csv   put aside at that time, by its size or by Rotate
//	notifications.csv.lock                   locked by the process that writes; never deleted
//	notifications.rejected.jsonl             requests that were refused; the older ones are in .rejected.1.jsonl
//	notifications.csv.torn                   parts of rows that a crash left; none of them was acknowledged
//
// # Repeats
//
// The API may send a notification again. An inbox recognises repeats by their ID, type and ICCID among the last ones:
// at least the last Options.Remember, and at most twice as many. It reads them back from the files when it is opened.
// A repeat with other content is written too.
//
// # Other programs
//
// The file may be renamed, deleted or truncated while it is written. Add notices that before it returns, and writes to
// a file at the path. Then repeats of lost rows are written again.
package inbox
