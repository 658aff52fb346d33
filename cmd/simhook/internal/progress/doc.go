// Package progress says what a run will take, and shows how far it is: a line that is redrawn on a terminal, lines in a log, and
// a few lines of text when a signal asks. All of it comes from one snapshot, batch.Status, so the numbers agree.
package progress
