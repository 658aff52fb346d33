package cell

import "bytes"

// MaxLine is the longest line that is read, in bytes: 1 MiB. Longer lines were not written by simhook, whose
// longest rows take less than 300 KiB.
const MaxLine = 1 << 20

// Cutter splits lines into cells. A row is always one line, because cells hold no line breaks.
type Cutter struct{ spare []byte } // holds cells whose quotes were doubled

// Reset begins another line. Cells of the line before are no longer valid.
func (c *Cutter) Reset() { c.spare = c.spare[:0] }

// Cut takes the first cell off text. more reports whether a comma and another cell follow; ok is false for a cell
// that is not correctly quoted.
func (c *Cutter) Cut(text []byte) (cell, rest []byte, more, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		cell, rest, more = bytes.Cut(text, []byte{','})
		return cell, rest, more, bytes.IndexByte(cell, '"') < 0
	}
	cell, rest, ok = c.unquote(text[1:])
	if len(rest) == 0 {
		return cell, nil, false, ok
	}
	return cell, rest[1:], true, ok && rest[0] == ','
}

// unquote reads a quoted cell behind its opening quote, up to the closing one.
func (c *Cutter) unquote(text []byte) (cell, rest []byte, closed bool) {
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		return nil, nil, false
	}
	if end+1 == len(text) || text[end+1] != '"' {
		return text[:end], text[end+1:], true
	}
	start := len(c.spare)
	for {
		c.spare = append(c.spare, text[:end]...)
		text = text[end+1:]
		if len(text) == 0 || text[0] != '"' {
			return c.spare[start:], text, true
		}
		c.spare = append(c.spare, '"')
		text = text[1:]
		if end = bytes.IndexByte(text, '"'); end < 0 {
			return nil, nil, false
		}
	}
}
