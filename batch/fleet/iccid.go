package fleet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Change is the set of decorations that NormaliseICCID took off an ICCID.
type Change uint8

// The changes.
const (
	ChangeSpaces     Change = 1 << iota // spaces around or inside, no-break and zero-width ones too
	ChangeDashes                        // hyphens and dashes between groups of digits
	ChangeQuotes                        // quotation marks
	ChangeFormula                       // ="8944…", which keeps a spreadsheet from rounding
	ChangeApostrophe                    // '8944…, for the same purpose
	ChangeFiller                        // trailing F, the filler nibble of the SIM's own encoding
)

// singleChanges are the changes one by one, in the order in which they are shown.
func singleChanges() []Change {
	return []Change{ChangeSpaces, ChangeDashes, ChangeQuotes, ChangeFormula, ChangeApostrophe, ChangeFiller}
}

// String names the changes, separated by commas; no change is the empty string.
func (c Change) String() string {
	names := [...]string{"spaces", "dashes", "quotes", "formula", "apostrophe", "filler F"}
	var set []string
	for i, change := range singleChanges() {
		if c&change != 0 {
			set = append(set, names[i])
		}
	}
	return strings.Join(set, ", ")
}

// The kinds of ICCIDError.
const (
	KindEmpty      = "empty ICCID"
	KindScientific = "scientific notation"
	KindDecimal    = "decimal number"
	KindNotDigits  = "not digits"
	KindTooShort   = "too short"
	KindTooLong    = "too long"
	KindNot89      = "not beginning with 89"
	KindCheckDigit = "wrong check digit"
	KindTwoFields  = "two fields in one cell"
)

// ICCIDError says why a text is no ICCID and what to do about it.
type ICCIDError struct {
	Kind string // for grouping: one of the Kind constants above
	Msg  string // for people: one sentence
}

func (e *ICCIDError) Error() string { return e.Msg }

// NormaliseICCID takes off what spreadsheets and people add to an ICCID. Then it checks what remains: 18 to 20
// digits beginning with 89 (the API's documentation), of which the last is a Luhn check digit (ITU-T E.118).
// With allowBadLuhn the check digit may be wrong. An error is an *ICCIDError. An ICCID without decorations is
// returned as it is and takes no memory.
func NormaliseICCID(cell string, allowBadLuhn bool) (iccid string, changes Change, err error) {
	return normalise(cell, acceptance{badLuhn: allowBadLuhn})
}

// acceptance is what is taken for an ICCID although it may be none.
type acceptance struct {
	badLuhn  bool // a wrong check digit
	groups   int  // one or two digits that stand apart at the end of so many groups, also where what is before them is an ICCID
	together bool // they always belong to the ICCID
}

func normalise(cell string, accept acceptance) (iccid string, changes Change, err error) {
	iccid = cell
	sum, plain := luhnSum(cell)
	if !plain {
		var cut cuts
		if iccid, changes, cut, err = strip(cell); err != nil {
			return "", 0, err
		}
		if cut.apart > 0 && !accept.together && cut.groups != accept.groups && (isICCID(iccid[:cut.apart]) || accept.badLuhn && cut.groups == 2) {
			return "", 0, &ICCIDError{KindTwoFields, "one or two digits stand apart at the end, and what is before them may be an ICCID: " +
				"if these are two fields, put each in a cell of its own; if not, write the digits together"}
		}
		sum = luhn(iccid)
	}
	if err := verify(iccid, sum, accept.badLuhn); err != nil {
		return "", 0, err
	}
	return iccid, changes, nil
}

// isICCID reports whether digits are an ICCID with a right check digit.
func isICCID(digits string) bool {
	return len(digits) >= 18 && len(digits) <= 20 && digits[:2] == "89" && luhn(digits) == 0
}

// cuts are where decorations divide the digits of a cell.
type cuts struct {
	groups int // of digits
	apart  int // digits that stand before one or two others at the end; 0: none do, or too few for an ICCID
}

// strip keeps the digits of a cell. A character that is neither digit nor decoration is an error.
func strip(cell string) (digits string, changes Change, cut cuts, err error) {
	kept := make([]byte, 0, 24)
	begun, opened := false, false // a digit was read; a formula or apostrophe has opened the cell
	between := false              // the last character was no digit
	for i, r := range cell {
		if r == utf8.RuneError && cell[i] == windowsNBSP {
			r = '\u00a0'
		}
		switch {
		case r >= '0' && r <= '9':
			if changes&ChangeFiller != 0 {
				return "", 0, cuts{}, notDigits(cell, 'F')
			}
			if between || !begun {
				cut.groups++
				if cut.apart < 18 { // else an ICCID may end there already
					cut.apart = len(kept)
				}
			}
			kept = append(kept, byte(r))
			begun, between = true, false
			continue
		case isSpace(r):
			changes |= ChangeSpaces
		case isDash(r) && !begun && r != softHyphen:
			return "", 0, cuts{}, &ICCIDError{KindNotDigits, "a dash stands before the ICCID: if it takes the line out, delete the line; if it is a list, delete the dashes"}
		case isDash(r):
			changes |= ChangeDashes
		case r == '=' && !begun && !opened:
			changes |= ChangeFormula
			opened = true
		case isApostrophe(r) && !begun && !opened:
			changes |= ChangeApostrophe
			opened = true
		case isQuote(r) || isApostrophe(r):
			changes |= ChangeQuotes
		case (r == 'F' || r == 'f') && begun:
			changes |= ChangeFiller
		default:
			return "", 0, cuts{}, notDigits(cell, r)
		}
		between = true
	}
	if cut.apart < 18 || len(kept)-cut.apart > 2 {
		cut.apart = 0
	}
	return string(kept), changes, cut, nil
}

// verify checks the digits that remain, whose Luhn sum is given.
func verify(digits string, sum byte, allowBadLuhn bool) error {
	switch n := len(digits); {
	case n == 0:
		return &ICCIDError{KindEmpty, "the iccid column is empty"}
	case n < 10:
		return &ICCIDError{KindTooShort,
			fmt.Sprintf("%d digits, but an ICCID has 18 to 20: is this another column, or has the delimiter divided a number?", n)}
	case n < 18 && (n == 15 || n == 16):
		return &ICCIDError{KindTooShort,
			fmt.Sprintf("%d digits, but an ICCID has 18 to 20: this may be an IMSI or an IMEI", n)}
	case n < 18:
		return &ICCIDError{KindTooShort, fmt.Sprintf("%d digits, but an ICCID has 18 to 20: some are missing", n)}
	case n == 32 && digits[:2] == "89":
		return &ICCIDError{KindTooLong, "32 digits: this is an EID, which names a chip and not a SIM profile: the ICCID is needed"}
	case n > 20 && isICCID(strings.TrimLeft(digits, "0")):
		return &ICCIDError{KindTooLong, "zeros were put before the ICCID: take them off"}
	case n > 20:
		return &ICCIDError{KindTooLong, fmt.Sprintf("%d digits, but an ICCID has 18 to 20: put one SIM on each line", n)}
	case digits[:2] == "98" && isSwapped(digits):
		return &ICCIDError{KindNot89, swappedInPairs}
	case digits[:2] != "89":
		return &ICCIDError{KindNot89,
			"begins with " + digits[:2] + ", but an ICCID begins with 89: --column names the column of ICCIDs"}
	}
	if allowBadLuhn || sum == 0 {
		return nil
	}
	last := digits[len(digits)-1]
	want := (last-'0'+10-sum)%10 + '0' // the last digit counts once
	hint := "compare it with the card; --allow-bad-luhn accepts it if the card shows the same"
	if strings.HasSuffix(digits, "00") || isFloat(digits) {
		hint = "a spreadsheet or a program may have rounded the last digits, so export the column as text"
	}
	return &ICCIDError{KindCheckDigit, fmt.Sprintf("the check digit is wrong (%c, should be %c): %s", last, want, hint)}
}

// isSwapped reports whether the digits make an ICCID when those of each pair change places, and the filler F at
// the end is left out.
func isSwapped(digits string) bool {
	swapped := []byte(strings.ToUpper(digits))
	for i := 0; i+1 < len(swapped); i += 2 {
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
	}
	text := strings.TrimSuffix(string(swapped), "F")
	return len(text) >= 18 && onlyDigits(text) && luhn(text) == 0
}

const swappedInPairs = "the digits are swapped in pairs, as the SIM itself stores them: swap them back, or export the ICCID as printed"

// CheckDigit is the Luhn digit ('0' to '9') that completes an ICCID whose other digits are given.
func CheckDigit(digits string) byte { return (10-luhn(digits+"0"))%10 + '0' }

// luhn is the Luhn sum of digits.
func luhn(digits string) byte {
	sum, _ := luhnSum(digits)
	return sum
}

// luhnSum is the Luhn sum of the digits modulo 10 (ISO/IEC 7812-1, annex B): 0 if they are right. digits reports whether the text
// has no other character; else the sum is 0. It takes eight characters at a time, as a number with a byte for each.
func luhnSum(text string) (sum byte, digits bool) {
	const every = 0x0001000100010001 // second byte
	total := 0
	for ; len(text) >= 8; text = text[:len(text)-8] {
		eight := text[len(text)-8:]
		word := uint64(eight[0]) | uint64(eight[1])<<8 | uint64(eight[2])<<16 | uint64(eight[3])<<24 |
			uint64(eight[4])<<32 | uint64(eight[5])<<40 | uint64(eight[6])<<48 | uint64(eight[7])<<56
		const high, zeros, sixes = 0xf0f0f0f0f0f0f0f0, 0x3030303030303030, 0x0606060606060606
		if word&high != zeros || (word+sixes)&high != zeros { // each is '0' to '?', and stays so if 6 is added
			return 0, false
		}
		word -= zeros
		twice, once := word&(0xff*every), word>>8&(0xff*every)
		over := (twice + 123*every) >> 7 & every // 1 for each that is 5 or more: doubled it has two digits
		total += int((twice*2 - over*9 + once) * every >> 48)
	}
	for i := range len(text) {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, false
		}
		total += int(digit)
		if (len(text)-i)%2 == 0 {
			total += int(digit)
			if digit >= 5 {
				total -= 9
			}
		}
	}
	return byte(total % 10), true
}

// notDigits explains a cell with the character bad, which no ICCID has.
func notDigits(cell string, bad rune) *ICCIDError {
	number := strings.Map(func(r rune) rune {
		if isSpace(r) || isQuote(r) || isApostrophe(r) || r == '=' {
			return -1
		}
		return r
	}, cell)
	number = strings.TrimPrefix(number, "+")
	mantissa, exponent, scientific := strings.Cut(strings.ToUpper(number), "E")
	whole, decimals, decimal := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	switch {
	case whole == "" || !onlyDigits(whole) || !onlyDigits(decimals):
	case scientific && exponent != "" && onlyDigits(strings.TrimLeft(exponent, "+-")):
		return &ICCIDError{KindScientific, "a spreadsheet has rounded this ICCID to scientific notation " +
			"and its last digits are lost: export the column as text"}
	case decimal && !scientific:
		return &ICCIDError{KindDecimal, "a program has made a decimal number of this ICCID " +
			"and its last digits may be lost: export the column as text"}
	}
	if strings.HasPrefix(number, "98") && isSwapped(number) {
		return &ICCIDError{KindNot89, swappedInPairs}
	}
	if unicode.IsDigit(bad) {
		return &ICCIDError{KindNotDigits, fmt.Sprintf("%q is a digit of another script: write the ICCID with 0 to 9", bad)}
	}
	if (bad == ',' || bad == '.') && onlyDigits(strings.NewReplacer(",", "", ".", "").Replace(number)) && strings.Count(number, string(bad)) > 2 {
		return &ICCIDError{KindNotDigits, "a program has put separators of thousands into this ICCID: export the column as text"}
	}
	return &ICCIDError{KindNotDigits, fmt.Sprintf("%q is no digit: an ICCID consists of digits", bad)}
}

// windowsNBSP is the no-break space of Windows-1252, which is not valid UTF-8.
const windowsNBSP = 0xa0

// isSpace is also true for the invisible characters that a copied cell brings along.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || (r != softHyphen && unicode.Is(unicode.Cf, r))
}

// softHyphen shows only where a line is broken at it.
const softHyphen = '\u00ad'

func isDash(r rune) bool {
	return r == softHyphen || r == '\u2212' || unicode.Is(unicode.Pd, r)
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„«»`, r) }

func isApostrophe(r rune) bool { return strings.ContainsRune("'‘’`´", r) }

func onlyDigits(text string) bool {
	for i := range len(text) {
		if text[i]-'0' > 9 {
			return false
		}
	}
	return true
}
