package fleet_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simhook/batch/fleet"
)

// someICCIDs are n different ICCIDs with right check digits, in no order, the same ones each time.
func someICCIDs(n int, prefix string, length int) (iccids []string) {
	source := rand.New(rand.NewPCG(uint64(n), uint64(length)))
	seen := map[string]bool{}
	for len(iccids) < n {
		payload := prefix
		for len(payload) < length-1 {
			payload += string('0' + byte(source.IntN(10)))
		}
		iccid := payload + string(fleet.CheckDigit(payload))
		if !seen[iccid] {
			seen[iccid] = true
			iccids = append(iccids, iccid)
		}
	}
	return iccids
}

const issuer = "8944474600000"

// As programs write ICCIDs that they took for numbers.
func keeps15(iccid string) string { return iccid[:15] + strings.Repeat("0", len(iccid)-15) }

func asFloat(iccid string) string {
	n, _ := strconv.ParseFloat(iccid, 64)
	return fmt.Sprintf("%.0f", n)
}

func shortest(iccid string) string {
	n, _ := strconv.ParseFloat(iccid, 64)
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e+")
	digits = strings.Replace(digits, ".", "", 1)
	size, _ := strconv.Atoi(exponent)
	return digits + strings.Repeat("0", size+1-len(digits))
}

func withCheckDigit(iccid string) string { return iccid + string(fleet.CheckDigit(iccid)) }
func without(iccid string) string        { return iccid[:len(iccid)-1] }

// mapped applies f to the first n.
func mapped(iccids []string, n int, f func(string) string) []string {
	all := slices.Clone(iccids)
	for i := range min(n, len(all)) {
		all[i] = f(all[i])
	}
	return all
}

// good are those that are ICCIDs.
func good(iccids []string) (are []string) {
	for _, iccid := range iccids {
		if _, _, err := fleet.NormaliseICCID(iccid, false); err == nil {
			are = append(are, iccid)
		}
	}
	return are
}

// steps are n ICCIDs whose numbers are so far apart.
func steps(n, far int) (iccids []string) {
	for i := range n {
		iccids = append(iccids, withCheckDigit(fmt.Sprintf("894447460%09d", i*far)))
	}
	return iccids
}

func repeated(iccid string, n int) []string { return slices.Repeat([]string{iccid}, n) }

// A SIM of a file whose numbers were changed as a whole is never called for, and a file that is whole is never refused.
func TestAFileIsRefusedWhereItsNumbersWereChanged(t *testing.T) {
	some, all := someICCIDs(1000, issuer, 19), 1<<30
	long, short := someICCIDs(600, "8901260000", 20), someICCIDs(600, "8901260000", 18)
	tests := map[string]struct {
		iccids []string
		want   string // of the error; "": none
	}{
		"whole":                             {some, ""},
		"all by a spreadsheet":              {mapped(some, all, keeps15), "rounded|end in zeros"},
		"all by floats":                     {mapped(some, all, asFloat), "whole floating-point numbers"},
		"all by JavaScript":                 {mapped(some, all, shortest), "rounded"},
		"a fifth by JavaScript":             {mapped(some, 200, shortest), "rounded"},
		"4 % by floats":                     {mapped(some, 40, asFloat), "whole floating-point numbers"},
		"two of two by floats":              {[]string{"8944474600009604096", "8944474600006090752"}, "whole floating-point numbers"},
		"20 digits by floats":               {mapped(long, all, asFloat), "whole floating-point numbers"},
		"18 digits by a spreadsheet":        {mapped(short, all, keeps15), "rounded|end in zeros"},
		"40 became one":                     {append(some[40:], repeated("8944474600000050000", 40)...), "stands on 40 lines"},
		"three became one":                  {append(some[3:], repeated("8944474600000050000", 3)...), "stands on 3 lines"},
		"one ends in zeros":                 {append(some[1:], "8944474600000050000"), ""},
		"a check digit was added":           {mapped(some, all, withCheckDigit), "added"},
		"to five":                           {mapped(some[:5], all, withCheckDigit), "added"},
		"to those of 18 digits":             {mapped(short[:300], all, withCheckDigit), "added"},
		"the check digit is missing":        {mapped(some, all, without), "check digits of"},
		"of four":                           {mapped(some[:4], all, without), "check digits of"},
		"of 20 digits":                      {mapped(long, all, without), "check digits of"},
		"one of three is mistyped":          {[]string{some[0], some[1], "8944474600000109254"}, ""},
		"a SIM on ten lines ends in 00":     {slices.Concat(repeated("8944474600002298300", 10), repeated(some[0], 10), repeated(some[1], 10)), ""},
		"a SIM on two lines ends in 0000":   {append(some[:20:20], repeated("8944474600000050000", 2)...), ""},
		"a float on three lines, as others": {append(slices.Repeat(some[:50], 3), repeated("8944474600009604096", 3)...), ""},
		"all of many by floats":             {mapped(someICCIDs(20_000, "894447", 19), all, asFloat), "whole floating-point numbers"},
		"by a spreadsheet, the right ones":  {good(mapped(some, all, keeps15)), "rounded|end in zeros|stands on"},
		"by floats, the right ones":         {good(mapped(some, all, asFloat)), "whole floating-point numbers"},
		"and among many others":             {append(good(mapped(some, all, asFloat))[:60], someICCIDs(900, "893144", 19)...), "whole floating-point numbers"},
		"three lists of the same":           {slices.Repeat(someICCIDs(2500, "894447", 19), 3), ""},
		"given out in steps of 100":         {steps(300, 100), ""},
		"given out in steps of 1,000":       {steps(300, 1000), ""},
		"steps of 1,000, rounded":           {mapped(steps(300, 1000), all, asFloat), "rounded"},
		"sorted by length":                  {slices.Concat(someICCIDs(600, "8901260000", 19), long), ""},
		"an old and a new batch":            {slices.Concat(short[:520], someICCIDs(80, "8901260000", 19)), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, "iccid\n"+strings.Join(tt.iccids, "\n")+"\n"), fleet.Options{}))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%v", err)
			case tt.want == "" && found.Invalid != len(tt.iccids)-len(good(tt.iccids)):
				t.Errorf("%d rows are invalid: %v", found.Invalid, found.Problems)
			case tt.want != "" && err == nil:
				t.Errorf("%d are valid, and %d invalid: %v", found.Valid, found.Invalid, found.Problems)
			case tt.want != "" && !slices.ContainsFunc(strings.Split(tt.want, "|"), func(want string) bool { return strings.Contains(err.Error(), want) }):
				t.Errorf("%v; want %s", err, tt.want)
			}
		})
	}
}

func TestAWholeFileIsHardlyEverRefused(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for _, length := range []int{18, 19, 20} {
		for file := range 240 {
			text := "iccid\n"
			for range []int{1, 2, 5, 20, 60, 200}[file%6] {
				payload := fmt.Sprintf("894447460%0*d", length-10, source.Int64N([]int64{1e8, 1e9, 1e10}[length-18]))
				text += payload + string(fleet.CheckDigit(payload)) + "\n"
			}
			if _, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, text), fleet.Options{})); err != nil {
				t.Errorf("%d digits: %v", length, err)
			}
		}
	}
}

// An ICCID of another length than its issuer's others is none of theirs, wherever it stands.
func TestAnICCIDThatWasCutOrExtendedIsInvalid(t *testing.T) {
	other := someICCIDs(600, "8931440400000", 19)
	cut := good(mapped(someICCIDs(200, "8931440400000", 19), 200, without))[0]
	some := someICCIDs(600, issuer, 19)
	extended := withCheckDigit(some[599])
	wrong := some[598] + "9"
	if len(good([]string{wrong})) > 0 {
		wrong = some[598] + "8"
	}
	large := someICCIDs(60_000, "894447", 19)
	for name, tt := range map[string]struct {
		iccids []string
		one    string
	}{
		"behind the first 500 rows":        {slices.Concat(some, other, []string{cut}), cut},
		"in a file of eleven":              {append(some[:10:10], extended), extended},
		"with a wrong check digit too":     {append(some[:30:30], wrong), wrong},
		"at the end of a large file":       {append(large, good(mapped(large, len(large), without))[0]), good(mapped(large, len(large), without))[0]},
		"before the others of a large one": {slices.Concat([]string{extended}, someICCIDs(25_000, "8931440400", 20), some), extended},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, "iccid\n"+strings.Join(tt.iccids, "\n")+"\n"), fleet.Options{}))
			if err != nil || found.Invalid != 1 || found.Problems[0].Kind != fleet.KindLength || found.Problems[0].Samples[0].Cell != tt.one {
				t.Errorf("%d invalid, %+v, %v", found.Invalid, found.Problems, err)
			}
		})
	}
}

// What stands apart at the end of a cell is a field of its own where the ICCID is whole without it.
func TestTwoFieldsInOneCellAreNoICCID(t *testing.T) {
	const iccid = "8944474600002495237"
	var separators []string
	for _, separator := range []string{" ", "  ", "\u00a0", "\t", "-", "--", "'", `"`, "«"} {
		separators = append(separators, iccid+separator+"9", iccid+separator+"17")
	}
	for _, cell := range append(separators, "89444-74600002495237-9", "893144040054330122 8") {
		if got, _, err := fleet.NormaliseICCID(cell, false); err == nil {
			t.Errorf("%q is read as %s", cell, got)
		}
		if got, _, err := fleet.NormaliseICCID(cell, true); err == nil {
			t.Errorf("%q is read as %s where check digits may be wrong", cell, got)
		}
	}
	for _, cell := range []string{
		iccid + "-", iccid + "\u00ad", "894447460000249523-7", "89444746000024952-37", "8944 4746 0000 2495 237", "8944-4746-0000-2495-237",
	} {
		if got, _, err := fleet.NormaliseICCID(cell, false); err != nil || got != iccid {
			t.Errorf("%q is %s, %v", cell, got, err)
		}
	}
}

// A file that sets the check digit off is read whole: one in ten of its ICCIDs is one without the check digit too.
func TestCheckDigitsMayStandApart(t *testing.T) {
	text := "iccid\n"
	iccids := someICCIDs(200, issuer, 19)
	for _, iccid := range iccids {
		text += iccid[:18] + "-" + iccid[18:] + "\n"
	}
	var got []string
	for _, row := range rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{})) {
		got = append(got, row.ICCID)
	}
	if !slices.Equal(got, iccids) {
		t.Errorf("%v", got)
	}
}

func TestADashBeforeAnICCIDIsNoDecoration(t *testing.T) {
	for _, cell := range []string{"-8944474600000109251", "-- 8944474600000109251", "– 8944474600000109251", " - 8944474600000109251"} {
		if got, _, err := fleet.NormaliseICCID(cell, false); err == nil {
			t.Errorf("%q is read as %s", cell, got)
		}
	}
}

func TestAllowBadLuhnIsNotAdvisedForRoundedNumbers(t *testing.T) {
	for _, cell := range []string{"8944474600002495488", "8944474600002495300", "8944474600000109000"} {
		if _, _, err := fleet.NormaliseICCID(cell, false); err == nil || strings.Contains(err.Error(), "allow-bad-luhn") {
			t.Errorf("%s: %v", cell, err)
		}
	}
}

// Of ICCIDs that were cut, those with a right check digit by chance are no better than the others.
func TestAllICCIDsThatWereCutAreInvalid(t *testing.T) {
	some := someICCIDs(50, issuer, 19)
	text := "iccid\n" + strings.Join(some[:30], "\n") + "\n" + strings.Join(mapped(some[30:], 20, without), "\n") + "\n"
	found, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, text), fleet.Options{}))
	if err != nil || found.Valid != 30 || found.Invalid != 20 {
		t.Errorf("%d valid, %d invalid, %v", found.Valid, found.Invalid, err)
	}
}
