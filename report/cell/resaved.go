package cell

import (
	"bytes"
	"errors"
	"fmt"
)

// AsWritten is what to do about a file that another program has changed.
const AsWritten = "Use the file as simhook wrote it"

// Changed says that the cell of a column holds what simhook does not write, and so another program has written it.
func Changed(column, found string) error {
	return fmt.Errorf("the %s is %q: a spreadsheet has changed it. %s", column, Clean(found, 80), AsWritten)
}

// Resaved says in which other form a program has saved a file whose header begins with these two columns; nil: in none that is
// known. start is where the file begins, up to its first line feed.
func Resaved(start []byte, first, second string) error {
	text, marked := bytes.CutPrefix(start, []byte("\ufeff"))
	begins := func(delimiter, quote string) bool {
		return bytes.HasPrefix(text, []byte(quote+first+quote+delimiter+quote+second))
	}
	var form string
	switch {
	case isUTF16(start, first):
		form = "UTF-16"
	case begins(";", ""), begins(";", `"`):
		form = "semicolons between its cells"
	case begins("\t", ""), begins("\t", `"`):
		form = "tabs between its cells"
	case begins(",", `"`):
		form = "quotes around all of its cells"
	case begins(",", "") && marked:
		form = "a byte order mark at its beginning"
	case begins(",", "") && endsInCarriageReturns(text):
		form = "line ends that are carriage returns alone"
	default:
		return nil
	}
	return errors.New("a spreadsheet has saved it in another form (" + form + "). " + AsWritten)
}

// isUTF16 reports whether text begins with a column's name in UTF-16, whose letters then have a zero before or behind them.
func isUTF16(start []byte, first string) bool {
	letters := bytes.TrimPrefix(bytes.TrimPrefix(start, []byte("\xff\xfe")), []byte("\xfe\xff"))
	if len(letters) < 2 || letters[0] != 0 && letters[1] != 0 {
		return false
	}
	return bytes.HasPrefix(bytes.ReplaceAll(letters, []byte{0}, nil), []byte(first))
}

// endsInCarriageReturns reports whether a line ends in a carriage return and another follows without a line feed.
func endsInCarriageReturns(text []byte) bool {
	at := bytes.IndexByte(text, '\r')
	return at >= 0 && at+1 < len(text) && text[at+1] != '\n' && text[at+1] != 0
}
