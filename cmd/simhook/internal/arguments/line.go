package arguments

import "strings"

// Quoted is text as one word of a shell.
func Quoted(text string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,%@"
	if text != "" && strings.Trim(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// Line is a command of simhook's that can be pasted into a shell.
func Line(args ...string) string {
	words := []string{"simhook"}
	for _, arg := range args {
		words = append(words, Quoted(arg))
	}
	return strings.Join(words, " ")
}
