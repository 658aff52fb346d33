package fleet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sniffed is how many of a file's first bytes decide what it is.
const sniffed = 512

// decode gives the text of a fleet file as UTF-8 without a byte order mark. The file may be gzipped, UTF-8 or
// UTF-16: its content decides, not its name. Bytes that are not valid UTF-8 stay as they are.
func decode(file io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(file, 1<<16)
	head, err := peek(in)
	if err != nil {
		return nil, err
	}
	if err := refuseKind(head); err != nil {
		return nil, err
	}
	if isGzip(head) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, damagedGzip(err)
		}
		in = bufio.NewReaderSize(gzipReader{unzipped}, 1<<16)
		if head, err = peek(in); err != nil {
			return nil, err
		}
		if isGzip(head) {
			return nil, errors.New("this is compressed with gzip twice: decompress it")
		}
		if err := refuseKind(head); err != nil {
			return nil, err
		}
	}
	if decoder := utf16Decoder(head); decoder != nil {
		in = bufio.NewReaderSize(transform.NewReader(in, decoder), 1<<16)
		if head, err = peek(in); err != nil {
			return nil, err
		}
		return in, refuseKind(head)
	}
	if err := refuseBinary(head); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = in.Discard(len("\ufeff"))
	}
	return in, nil
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte("\x1f\x8b")) }

// peek gives the first bytes of in; a shorter text is no error.
func peek(in *bufio.Reader) ([]byte, error) {
	head, err := in.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return head, nil
}

// utf16Decoder is the decoder of a UTF-16 text, nil for other texts. A text without a byte order mark is UTF-16
// if nearly every second byte is NUL, because digits and Latin letters are written so.
func utf16Decoder(head []byte) *encoding.Decoder {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	}
	var nuls [2]int // at even and at odd offsets
	for i, b := range head {
		if b == 0 {
			nuls[i%2]++
		}
	}
	nearlyAll := len(head)/2*3/4 + 1
	switch {
	case nuls[0] == 0 && nuls[1] >= nearlyAll:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case nuls[1] == 0 && nuls[0] >= nearlyAll:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return nil
}

// otherKinds are what people mistake for a CSV file, by the first bytes in lower case, and what to do about it.
func otherKinds() [][2]string {
	const again = ": save or export the SIMs as CSV"
	return [][2]string{
		{"pk\x03\x04", "this is an Excel workbook or a zip archive" + again},
		{"pk\x05\x06", "this is an empty zip archive" + again},
		{"pk\x07\x08", "this is a zip archive in several parts" + again},
		{"\xd0\xcf\x11\xe0", "this is an old Excel workbook" + again},
		{"par1\x15", "this is Parquet" + again},
		{"sqlite format 3\x00", "this is a database of SQLite" + again},
		{"%pdf-", "this is a PDF" + again},
		{"{\\rtf", "this is a text with formatting (RTF)" + again},
		{"<!doctype html", "this is a page of HTML, perhaps of a login" + again},
		{"<html", "this is a page of HTML, perhaps of a login" + again},
		{"<?xml", "this is XML" + again},
		{"<", "this is HTML or XML" + again},
		{"{", "this is JSON" + again},
		{"-[ record", `this is psql's expanded output, one line for each cell: switch it off with \x, or use \copy ... with csv header`},
		{"+-[ record", `this is psql's expanded output, one line for each cell: switch it off with \x, or use \copy ... with csv header`},
		{"┌", "this is a table drawn for people" + again},
		{"(\xb5/\xfd", "this is compressed with zstd: decompress it, or use gzip"},
		{"\xfd7zxz", "this is compressed with xz: decompress it, or use gzip"},
		{"7z\xbc\xaf", "this is compressed with 7-Zip: decompress it, or use gzip"},
		{"bzh", "this is compressed with bzip2: decompress it, or use gzip"},
		{"\xff\xfe\x00\x00", "this is UTF-32: save it as UTF-8"},
		{"\x00\x00\xfe\xff", "this is UTF-32: save it as UTF-8"},
	}
}

// refuseKind recognises what people mistake for a CSV file.
func refuseKind(head []byte) error {
	start := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	if len(start) == 0 {
		return nil
	}
	for _, kind := range otherKinds() {
		if bytes.HasPrefix(start, []byte(kind[0])) || bytes.HasPrefix(head, []byte(kind[0])) {
			return errors.New(kind[1])
		}
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(start)), "\n")
	switch {
	case isJSONList(start):
		return errors.New("this is JSON: save or export the SIMs as CSV")
	case isMail(lines):
		return errors.New("this is a saved mail: save the file that is attached to it, or the text as CSV")
	case isDiff(lines):
		return errors.New("this is a diff, the difference between two files: give the file itself")
	}
	return nil
}

// isJSONList reports whether a text begins as a list in JSON does. A name, a number or a date in brackets is none.
func isJSONList(start []byte) bool {
	inner, found := bytes.CutPrefix(start, []byte{'['})
	inner = bytes.TrimLeft(inner, " \t\r\n")
	_, ofICCIDs := leadingICCID(inner)
	return found && (len(inner) == 0 || bytes.IndexByte([]byte(`{["]`), inner[0]) >= 0 || ofICCIDs)
}

// isMail reports whether a text begins with the header of a mail (RFC 5322, RFC 2045). A single line such as "Date: ..." is a
// title.
func isMail(lines []string) bool {
	var subject, sender bool
	for _, line := range lines {
		name, _, found := strings.Cut(line, ":")
		if line == "" {
			break
		}
		if !found {
			continue
		}
		switch name {
		case "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "message-id", "return-path", "received", "delivered-to":
			return true
		case "subject":
			subject = true
		case "from", "to", "date":
			sender = true
		}
	}
	return subject && sender
}

// isDiff reports whether a text begins as the output of diff does, in any of its forms.
func isDiff(lines []string) bool {
	first, second := lines[0], ""
	if len(lines) > 1 {
		second = lines[1]
	}
	switch {
	case strings.HasPrefix(first, "diff -"), strings.HasPrefix(first, "@@ -"):
		return true
	case strings.HasPrefix(first, "--- "):
		return strings.HasPrefix(second, "+++ ")
	case strings.HasPrefix(first, "*** "), strings.HasPrefix(first, "index: "):
		return strings.HasPrefix(second, "--- ") || strings.HasPrefix(second, "====")
	}
	change := strings.Trim(first, "0123456789,")
	return (change == "a" || change == "c" || change == "d") && (strings.HasPrefix(second, "< ") || strings.HasPrefix(second, "> "))
}

// refuseBinary refuses what is no text.
func refuseBinary(head []byte) error {
	if bytes.IndexByte(bytes.TrimRight(head, "\x00\r\n"), 0) >= 0 {
		return errors.New("this is a binary file: CSV as text is needed, plain or gzipped")
	}
	return nil
}

// gzipReader explains the errors of a gzip stream.
type gzipReader struct{ unzipped io.Reader }

func (r gzipReader) Read(p []byte) (int, error) {
	n, err := r.unzipped.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damagedGzip(err)
	}
	return n, err
}

func damagedGzip(err error) error {
	return fmt.Errorf("the gzip file is damaged or incomplete: create it again: %w", err)
}
