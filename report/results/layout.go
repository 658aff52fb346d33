package results

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"simhook/report/cell"
)

// layout is which columns a results file has.
type layout struct {
	types  []string // notification types, by the API's names
	labels []string // columns of the fleet, behind all others
	names  []string // of all columns but the labels
	kinds  []kind   // of these
}

// newLayout is the layout of a file about these types.
func newLayout(types, labels []string) layout {
	l := layout{types: types, labels: labels, names: Columns(types...)}
	for i := range firstColumns {
		l.kinds = append(l.kinds, firstColumns[i].kind)
	}
	for range types {
		for i := range callColumns {
			l.kinds = append(l.kinds, callColumns[i].kind)
		}
	}
	for i := range lastColumns {
		l.kinds = append(l.kinds, lastColumns[i].kind)
	}
	return l
}

// typesIn are the types that the names of a header's columns, or as many of them as there are, begin to describe.
func typesIn(names []string) (types []string) {
	for i := firstCallColumn; i < len(names) && names[i] != lastColumns[0].name; i += len(callColumns) {
		types = append(types, strings.ToUpper(names[i]))
	}
	return types
}

// width is the number of columns.
func (l *layout) width() int { return len(l.names) + len(l.labels) }

// same reports whether two files have the same columns.
func (l *layout) same(other *layout) bool {
	return slices.Equal(l.types, other.types) && slices.Equal(l.labels, other.labels)
}

// header is the first line of a file.
func (l *layout) header() []byte {
	line := []byte(strings.Join(l.names, ",") + ",")
	for _, name := range l.labels {
		line = cell.Append(line, cell.Text(name))
	}
	line[len(line)-1] = '\n'
	return line
}

// parseHeader reads a first line without its end.
func parseHeader(text []byte) (l layout, ok bool) {
	l = layoutBegun(text)
	behind, ok := bytes.CutPrefix(text, l.fixed())
	if !ok || len(behind) > 0 && behind[0] != ',' {
		return layout{}, false
	}
	var cutter cell.Cutter
	for more := len(behind) > 0; more; {
		if len(l.labels) == 0 {
			behind = behind[1:]
		}
		var name []byte
		if name, behind, more, ok = cutter.Cut(behind); !ok {
			return layout{}, false
		}
		l.labels = append(l.labels, string(name))
	}
	return l, true
}

// errOtherHeader says that the first line of a file is not that of results.
var errOtherHeader = errors.New("not a results file of simhook: its first line is another header")

// readHeader reads a first line. Its error says what the file is instead of results.
func readHeader(first []byte) (layout, error) {
	if len(first) == 0 {
		return layout{}, errors.New("not a results file of simhook: the file is empty")
	}
	if form := resaved(first); form != nil {
		return layout{}, fmt.Errorf("not a results file of simhook: %w", form)
	}
	l, ours := parseHeader(bytes.TrimSuffix(bytes.TrimSuffix(first, []byte("\n")), []byte("\r")))
	if !ours {
		return layout{}, errOtherHeader
	}
	return l, nil
}

// resaved says in which other form another program has saved results that begin so; nil: in none.
func resaved(first []byte) error {
	return cell.Resaved(first, firstColumns[columnICCID].name, firstColumns[columnLine].name)
}

// layoutBegun is the layout that a header, or the beginning of one, describes.
func layoutBegun(text []byte) layout {
	return newLayout(typesIn(strings.Split(string(text), ",")), nil)
}

// fixed are the names of all columns but the labels, as they stand in the header.
func (l *layout) fixed() []byte { return []byte(strings.Join(l.names, ",")) }

// beginsHeader reports whether a file that is cut off in its first line may have been going to be results.
func beginsHeader(text []byte) bool {
	l := layoutBegun(text)
	fixed := l.fixed()
	return bytes.HasPrefix(fixed, text) || bytes.HasPrefix(text, fixed)
}
