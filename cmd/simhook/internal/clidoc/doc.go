// Package clidoc turns the program's commands and options into completions for shells and a page for man. All of
// it is made from the same declarations as --help, so the three never differ.
package clidoc
