package fleet

import (
	"errors"
	"fmt"
	"strings"

	"simhook/api"
	"simhook/report/cell"
)

// The kinds of Row.Kind that are not an ICCIDError's.
const (
	KindOpenQuote  = "quote not closed"
	KindLongLine   = "line too long"
	KindWebhookURL = "bad webhook_url"
	KindWidth      = "cells that do not fit the header"
	KindLength     = "length of no other SIM"
	KindCalled     = "not the SIM that was called for"
)

// Row is one line of a fleet file, or one SIM of a fleet made from memory.
type Row struct {
	Line       int    // of the file, from 1; the header, blank lines and sep= count
	ICCID      string // normalised; empty if it is none
	WebhookURL string // the row's own, else Options.WebhookURL, which may be empty; empty if bad

	// Cell is the ICCID as found, for people: on one line, cut at 80 bytes, with the passwords of URLs masked.
	// It is empty if the ICCID was found as it stands in ICCID and the row is good.
	Cell    string
	Changes Change   // what NormaliseICCID took off
	Labels  []string // cells of Fleet.Labels, for people: clean, with the passwords of URLs masked; nil if Options.Labels is not set
	Problem string   // why the row cannot be used, in a sentence; empty for a good row
	Kind    string   // of the problem, for grouping: one of the Kind constants; empty for a good row
}

// refuse makes the row a bad one.
func (row *Row) refuse(kind, problem string) {
	row.Kind, row.Problem, row.WebhookURL = kind, problem, ""
	if row.Cell == "" {
		row.Cell = row.ICCID
	}
}

// maxCell is how much of a cell a Row shows, in bytes.
const maxCell = 80

// RowOf is the row of a SIM that stands in another file than a fleet's, such as results. A wrong check digit is
// accepted, because it was accepted before.
func RowOf(line int, iccid string) Row {
	row := Row{Line: line}
	row.setICCID(iccid, acceptance{badLuhn: true})
	return row
}

// setICCID fills in the row's ICCID, or why the cell holds none.
func (row *Row) setICCID(found string, accept acceptance) (ok bool) {
	var err error
	row.ICCID, row.Changes, err = normalise(found, accept)
	if err != nil || row.Changes != 0 {
		row.Cell = shown(found, maxCell)
	}
	if err == nil {
		return true
	}
	if bad, ok := errors.AsType[*ICCIDError](err); ok {
		row.Kind = bad.Kind
	}
	row.Problem = err.Error()
	return false
}

// rowMaker makes rows of ICCIDs and webhook URLs, the same rows wherever these come from.
type rowMaker struct {
	options     Options
	accept      acceptance
	usual       *usualLengths
	fallbackErr error  // why Options.WebhookURL is bad
	digits      string // of the last row, if it may be an ICCID but for its check digit
	wrong       bool   // that check digit is wrong
	validURL    string // the last webhook URL found to be valid: most rows have the one of the row before
}

func newRowMaker(options Options, l *layout) rowMaker {
	m := rowMaker{options: options, accept: acceptance{badLuhn: options.AllowBadLuhn, groups: l.groups}, usual: &l.usual}
	if options.WebhookURL != "" {
		m.fallbackErr = ValidateWebhookURL(options.WebhookURL)
	}
	return m
}

// fill fills in a row from an ICCID and a webhook URL as they were found.
func (m *rowMaker) fill(row *Row, iccid, webhookURL string) {
	ok := row.setICCID(iccid, m.accept)
	m.digits, m.wrong = row.ICCID, row.Kind == KindCheckDigit
	if m.wrong {
		m.digits, _, _ = normalise(iccid, acceptance{badLuhn: true, together: true}) // which it would be
	}
	if m.digits != "" && m.usual.lacks(m.digits) {
		row.Cell = shown(iccid, maxCell)
		row.refuse(KindLength, fmt.Sprintf("%d digits, where the other SIMs of this issuer have %s: a digit, such as the check digit, is missing or was added",
			len(m.digits), m.usual.names(m.digits)))
		return
	}
	if !ok {
		return
	}
	var err error
	if row.WebhookURL, err = m.webhookURL(strings.TrimSpace(webhookURL)); err != nil {
		row.Cell = shown(iccid, maxCell)
		row.Kind, row.Problem = KindWebhookURL, err.Error()
	}
}

// webhookURL is the row's own URL, or the one for rows without.
func (m *rowMaker) webhookURL(own string) (string, error) {
	switch {
	case own == "" && m.fallbackErr != nil:
		return "", m.fallbackErr
	case own == "":
		return m.options.WebhookURL, nil
	case own != m.validURL:
		if err := ValidateWebhookURL(own); err != nil {
			return "", err
		}
		m.validURL = own
	}
	return own, nil
}

// shown is text from a fleet as people may see it. The wrong column may hold a webhook URL with a password.
func shown(text string, limit int) string {
	return cell.Clean(api.MaskURLs(text), limit)
}
