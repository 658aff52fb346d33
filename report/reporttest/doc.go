// Package reporttest holds what the tests of report and of its packages share: rows, hostile text, and disks
// that fail or lose power.
package reporttest
