// Package cell says what may stand in a cell of the CSV files that simhook writes: no line break, no control
// character, nothing that a spreadsheet would run as a formula.
//
// [Text] and [URL] make cells of text from outside, [Append] and [AppendTime] write them into a line, and a
// [Cutter] splits a line into its cells again. [Clean] makes text from outside fit for a log line or a terminal.
package cell
