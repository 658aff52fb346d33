package fleet

import "bytes"

// cellSplitter cuts lines into cells as RFC 4180 says, with two differences: a cell ends with its line at the
// latest, and quotes inside a cell need not be doubled.
type cellSplitter struct {
	delimiter byte
	cells     [][]byte
}

// split gives the cells of a line. They are valid until the next call, and the line is overwritten. open reports
// that a quote which opens a cell is never closed.
func (s *cellSplitter) split(line []byte) (cells [][]byte, open bool) {
	s.cells = s.cells[:0]
	for {
		cell, rest, closed := s.cut(line)
		if !closed {
			return nil, true
		}
		s.cells = append(s.cells, cell)
		if len(rest) == 0 {
			return s.cells, false
		}
		line = rest[1:]
	}
}

// cut takes the first cell off a line; rest is empty or begins with a delimiter.
func (s *cellSplitter) cut(line []byte) (cell, rest []byte, closed bool) {
	if len(line) > 0 && (line[0] == ' ' || line[0] == '"') {
		if quoted := bytes.TrimLeft(line, " "); len(quoted) > 0 && quoted[0] == '"' {
			return s.unquote(quoted[1:])
		}
	}
	end := bytes.IndexByte(line, s.delimiter)
	if end < 0 {
		end = len(line)
	}
	return line[:end], line[end:], true
}

// unquote takes a quoted cell off; its opening quote stood before text. The cell ends at the first quote, spaces
// aside, before a delimiter or the line's end. Two quotes elsewhere stand for one.
func (s *cellSplitter) unquote(text []byte) (cell, rest []byte, closed bool) {
	cell = text[:0] // is written behind the place where text is read
	for i := 0; i < len(text); i++ {
		if text[i] == '"' {
			rest = bytes.TrimLeft(text[i+1:], " ")
			switch {
			case len(rest) == 0 || rest[0] == s.delimiter:
				return cell, rest, true
			case text[i+1] == '"':
				i++
			}
		}
		cell = append(cell, text[i])
	}
	return nil, nil, false
}
