package fleet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

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
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, damagedGzip(err)
		}
		in = bufio.NewReaderSize(gzipReader{unzipped}, 1<<16)
		if head, err = peek(in); err != nil {
			return nil, err
		}
	}
	if decoder := utf16Decoder(head); decoder != nil {
		return transform.NewReader(in, decoder), nil
	}
	if err := refuseBinary(head); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = in.Discard(len("\ufeff"))
	}
	return in, nil
}

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

// refuseBinary recognises what people mistake for a CSV file.
func refuseBinary(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return errors.New("this is an Excel workbook or an archive: save the sheet as CSV")
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return errors.New("this is a PDF: export the SIMs as CSV")
	case bytes.IndexByte(head, 0) >= 0:
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
