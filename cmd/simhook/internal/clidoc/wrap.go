package clidoc

import (
	"strings"
	"unicode/utf8"
)

// indent is what begins a line of a text that stays as it is: an example, or a row of a table.
const indent = "   "

// parts are the pieces of a command's description: what --help says, the examples, and what only the manual adds.
type parts struct{ short, examples, long string }

// split takes a description apart: the first lines that are indented are the examples.
func split(description string) parts {
	var p parts
	into := &p.short
	for line := range strings.Lines(strings.Trim(description, "\n") + "\n") {
		indented := strings.HasPrefix(line, indent)
		switch {
		case into == &p.short && indented:
			into = &p.examples
		case into == &p.examples && !indented && strings.TrimSpace(line) != "":
			into = &p.long
		}
		*into += line
	}
	return p
}

// blocks are the paragraphs of a text. Blank lines separate them; so does the change from lines that are indented.
func blocks(text string) [][]string {
	var all [][]string
	var block []string
	end := func() {
		if len(block) > 0 {
			all = append(all, block)
		}
		block = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		changed := len(block) > 0 && strings.HasPrefix(line, indent) != strings.HasPrefix(block[0], indent)
		if line == "" || changed || strings.HasPrefix(line, bullet) {
			end()
		}
		if line != "" {
			block = append(block, line)
		}
	}
	end()
	return all
}

// bullet begins a paragraph that is an item of a list.
const bullet = "- "

// Wrap fills the paragraphs of a text to a width, and breaks no word. Lines that are indented stay as they are.
func Wrap(text string, width int) string {
	var out strings.Builder
	before := ""
	for _, block := range blocks(text) {
		first := block[0]
		inList := strings.HasPrefix(first, bullet) && strings.HasPrefix(before, bullet)
		if before != "" && !inList {
			out.WriteString("\n")
		}
		before = first
		switch {
		case strings.HasPrefix(first, indent):
			for _, line := range block {
				out.WriteString(line[1:] + "\n")
			}
		case strings.HasPrefix(first, bullet):
			out.WriteString(bullet + strings.Join(fill(strings.Join(block, " ")[len(bullet):], width-len(bullet)), "\n  ") + "\n")
		default:
			out.WriteString(strings.Join(fill(strings.Join(block, " "), width), "\n") + "\n")
		}
	}
	return out.String()
}

// fill breaks a text into lines of a width, between words.
func fill(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Examples are the command lines that stand in a text: lines that are indented and begin with simhook or source. A backslash
// at the end continues one.
func Examples(text string) []string {
	var examples []string
	continues := false
	for line := range strings.Lines(text) {
		command := strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, indent):
			continue
		case continues:
			examples[len(examples)-1] += " " + command
		case strings.HasPrefix(command, "simhook ") || strings.HasPrefix(command, "source <(simhook "):
			examples = append(examples, command)
		default:
			continue
		}
		last := &examples[len(examples)-1]
		*last, continues = strings.CutSuffix(*last, `\`)
		*last = strings.TrimSpace(*last)
	}
	return examples
}
