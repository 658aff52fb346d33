package help

import (
	"embed"
	"strings"

	"simhook/cmd/simhook/internal/exitcode"
)

//go:embed topics
var topics embed.FS

// Topic is a text that is about no single command.
type Topic struct {
	Name  string
	About string // in one line
	Text  string
}

// Topics are all topics, in the order in which help lists them. The first line of a topic's file says what it is about.
func Topics() []Topic {
	all := []Topic{{
		Name: "exit-codes", About: "how a run ended, as a number",
		Text: "A run ends with one of these:\n\n" + exitcode.Text() +
			"\nRows that failed and rows that were refused give 69 together. simhook check, report and listen use some of these: " +
			"their --help=all says for what.",
	}}
	for _, name := range []string{"settings", "credentials", "fleet-file", "results", "pacing", "failures", "shards", "listen"} {
		text, err := topics.ReadFile("topics/" + name + ".txt")
		if err != nil {
			panic("help: " + err.Error()) // it is part of the program
		}
		about, body, _ := strings.Cut(string(text), "\n")
		all = append(all, Topic{Name: name, About: about, Text: strings.TrimSpace(body)})
	}
	return all
}
