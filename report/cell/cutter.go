package cell

import "bytes"

// cutter takes lines apart into cells. A row is always one line, since cells hold no line breaks.
type Cutter struct{ spare []byte } // holds unquoted cells

// reset frees the cells of the line before.
func (c *Cutter) Reset() { c.spare = c.spare[:0] }

// cut takes the first cell off text. More follow where a comma does.
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

// unquote reads a quoted cell whose opening quote is gone, up to the closing
// one.
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
