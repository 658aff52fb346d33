package listen

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
)

// tellExpected says how many SIMs of the fleet have been heard from, and writes the differences to a file beside the
// notifications. It does nothing where no fleet is expected.
func (s *Server) tellExpected() {
	e := s.expected
	if e == nil {
		return
	}
	path := strings.TrimSuffix(s.results, filepath.Ext(s.results)) + ".expect.csv"
	silent, unknown, more := e.Differences()
	heard := report.Thousands(e.SIMs() - len(silent))
	s.console.Say("heard from %s of %s of %s", heard, output.Counted(e.SIMs(), "SIM"), e.name)
	s.nameSome("not heard from", silent)
	s.nameSome("not in the fleet", unknown)
	if more > 0 {
		s.console.Say("  and %s of further SIMs that are not in the fleet", output.Counted(more, "notification"))
	}
	var text bytes.Buffer
	text.WriteString("iccid,state\n")
	for _, iccid := range silent {
		fmt.Fprintf(&text, "%s,silent\n", iccid)
	}
	for _, iccid := range unknown {
		fmt.Fprintf(&text, "%s,unknown\n", iccid)
	}
	if err := file.Replace(path, text.Bytes(), 0o600); err != nil {
		s.log.Error("the SIMs not heard from could not be written down", "error", err.Error())
		return
	}
	s.console.Say("  all of them: %s", path)
}

func (s *Server) nameSome(what string, iccids []string) {
	if len(iccids) > 0 {
		examples := strings.Join(iccids[:min(len(iccids), maxExamples)], ", ")
		s.console.Say("  %s: %s, for instance %s", what, output.Counted(len(iccids), "SIM"), examples)
	}
}
