package results

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"

	"github.com/gocarina/gocsv"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// Read yields the rows of a results file, complete or partial, in the file's order. It stops at the first
// line that is no row, with an error that names the line.
func Read(r io.Reader) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		rows, err := newRowReader(r)
		if err != nil {
			yield(report.Row{}, err)
			return
		}
		for {
			row, err := rows.next()
			if errors.Is(err, io.EOF) || !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// rowReader reads rows with gocsv.
type rowReader struct {
	csv    *csv.Reader
	rows   *gocsv.Unmarshaller
	layout layout
	row    report.Row // read last
}

// newRowReader reads the header, and refuses any but that of a results file.
func newRowReader(r io.Reader) (*rowReader, error) {
	limited := &io.LimitedReader{R: r, N: cell.MaxLine} // what is no results file may have no line end
	lines := bufio.NewReader(limited)
	header, err := lines.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not a results file of simhook: %w", err)
	}
	l, err := readHeader(header)
	if err != nil {
		return nil, err
	}
	limited.N = math.MaxInt64
	reader := csv.NewReader(io.MultiReader(bytes.NewReader(header), lines)) // gocsv reads the header again
	reader.ReuseRecord = true
	rows, err := gocsv.NewUnmarshaller(reader, reflect.New(l.record()).Interface())
	if err != nil {
		return nil, fmt.Errorf("not a results file of simhook: %w", err)
	}
	return &rowReader{csv: reader, rows: rows, layout: l}, nil
}

// record is the struct that gocsv reads a row into: a string for each of the columns, in their order, tagged
// with the column's name.
func (l *layout) record() reflect.Type {
	fields := make([]reflect.StructField, len(l.names))
	for i, name := range l.names {
		fields[i] = reflect.StructField{
			Name: "Cell" + strconv.Itoa(i), Type: reflect.TypeFor[string](), Tag: reflect.StructTag(`csv:"` + name + `"`),
		}
	}
	return reflect.StructOf(fields)
}

// next returns io.EOF behind the last row.
func (r *rowReader) next() (report.Row, error) {
	cells, err := r.read()
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		return report.Row{}, fmt.Errorf("line %d: not a result row: %w", broken.Line, broken.Err)
	}
	if err != nil {
		return report.Row{}, err
	}
	if err := r.layout.parse(reflect.ValueOf(cells).Elem(), &r.row); err != nil {
		return report.Row{}, fmt.Errorf("line %d: %w", r.line(), err)
	}
	for _, call := range r.row.Calls {
		if err := checkCorrelation(r.row.ICCID, call.SIM()); err != nil {
			return report.Row{}, fmt.Errorf("line %d: %w", r.line(), err)
		}
	}
	return r.row, nil
}

// read reads the cells of the next row, and sets its labels.
func (r *rowReader) read() (cells any, err error) {
	if len(r.layout.labels) == 0 {
		return r.rows.Read()
	}
	cells, values, err := r.rows.ReadUnmatched()
	r.row.Labels = make([]report.Label, 0, len(r.layout.labels)) // the row before keeps its own
	for _, name := range r.layout.labels {
		if name == report.URLSourceColumn {
			r.row.URLFrom = report.URLSource(values[name])
			continue
		}
		r.row.Labels = append(r.row.Labels, report.Label{Name: name, Value: values[name]})
	}
	return cells, err
}

// LabelsOf are the names of the labels in results files, complete or partial, each once. A file that cannot be read has none:
// reading its rows tells why.
func LabelsOf(paths []string) (labels []string) {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		s := &scan{reader: bufio.NewReaderSize(f, cell.MaxLine)}
		if s.header() == nil {
			labels = union(labels, s.layout.labels)
		}
		_ = f.Close() // it was only read
	}
	return slices.DeleteFunc(labels, func(name string) bool { return name == report.URLSourceColumn })
}

// union adds names that are not there yet.
func union(names, more []string) []string {
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// checkCorrelation refuses a row whose ICCID is not that of its calls.
func checkCorrelation(iccid, called string) error {
	if _, isSIM := simset.Key(called); !isSIM || called == iccid {
		return nil
	}
	if _, isSIM := simset.Key(iccid); !isSIM { // something stands around it, or it is a number
		return cell.Changed(firstColumns[columnICCID].name, iccid)
	}
	return fmt.Errorf("the ICCID %s is not that of its correlation ID, %s: a spreadsheet has probably rounded the column. %s",
		iccid, called, cell.AsWritten)
}

// line is where the row read last begins, from 1.
func (r *rowReader) line() int {
	line, _ := r.csv.FieldPos(0)
	return line
}

// parse sets all fields of a row to what a record says. The row before keeps its calls.
func (l *layout) parse(cells reflect.Value, row *report.Row) error {
	next := 0
	text := func() string { next++; return cells.Field(next - 1).String() }
	changed := func() error { return cell.Changed(l.names[next-1], cells.Field(next-1).String()) }
	for i := range firstColumns {
		if firstColumns[i].parse(text(), row) != nil {
			return changed()
		}
	}
	row.Calls = make([]report.Call, len(l.types))
	for i, t := range l.types {
		row.Calls[i].Type = t
		for j := range callColumns {
			if callColumns[j].parse(text(), &row.Calls[i]) != nil {
				return changed()
			}
		}
	}
	for i := range lastColumns {
		if lastColumns[i].parse(text(), row) != nil {
			return changed()
		}
	}
	return nil
}
