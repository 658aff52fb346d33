// Package exitcode is the one table of exit codes. Help, manual and README print it, and a test compares them with it.
package exitcode

import (
	"fmt"
	"strings"
)

// The exit codes are those of sysexits.h, which systemd and people know, and 3 and 4. 2 is never used: a Go panic ends
// with it.
const (
	OK          = 0
	Bug         = 1
	Differs     = 3
	TimeOver    = 4
	Usage       = 64
	Rows        = 65
	Fleet       = 66
	API         = 69
	Results     = 74
	Again       = 75
	Credentials = 77
	Settings    = 78
)

// Code says what an exit code means and what to do about it.
type Code struct {
	Number  int
	Meaning string
	Advice  string // "": there is nothing to do
}

// All are the exit codes in their order.
func All() []Code {
	return []Code{
		{OK, "every SIM has its outcome and all are ok", ""},
		{Bug, "unexpected error: a bug", "report it with the log"},
		{Differs, "--detailed-exitcode: a plan found differences", "run without --dry-run to repair them"},
		{TimeOver, "--max-duration is over and SIMs remain", "the next run continues"},
		{Usage, "usage: a wrong option or command", "read the message"},
		{Rows, "finished; some rows are refused or invalid", "fix them: running again does not help"},
		{Fleet, "the fleet file is missing, unreadable or without a valid row", "fix it"},
		{API, "the API kept failing", "run again later"},
		{Results, "results cannot be written", "make room, and run again"},
		{Again, "stopped by a signal, or another run holds the results", "run again to continue"},
		{Credentials, "credentials refused", "check them"},
		{Settings, "settings missing or wrong, results of another run, --max-failures, --max-delete or --canary reached",
			"read the message"},
	}
}

// Text is the table for help: each code on a line of its own, indented.
func Text() string {
	var text strings.Builder
	for _, code := range All() {
		fmt.Fprintf(&text, "   %2d  %s\n", code.Number, strings.Join(lines(code), "\n       "))
	}
	return text.String()
}

// lines are a code's meaning and advice in lines that fit a terminal.
func lines(code Code) []string {
	const width = 66
	meaning := code.Meaning
	if code.Advice != "" {
		meaning += " (" + code.Advice + ")"
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(meaning) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// Markdown is the table for the README.
func Markdown() string {
	var text strings.Builder
	text.WriteString("| code | meaning | what to do |\n|---|---|---|\n")
	for _, code := range All() {
		fmt.Fprintf(&text, "| %s |\n", strings.TrimSpace(fmt.Sprintf("%d | %s | %s", code.Number, quoted(code.Meaning), code.Advice)))
	}
	return text.String()
}

// quoted puts the options of a text between backquotes.
func quoted(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if option := strings.TrimRight(word, ",:;"); strings.HasPrefix(option, "--") {
			words[i] = "`" + option + "`" + word[len(option):]
		}
	}
	return strings.Join(words, " ")
}
