// Package fleet reads fleets: which SIMs there are, and which webhook URL each one is to have.
//
// A fleet file is CSV, one SIM on each line, with a column of ICCIDs and optionally a column webhook_url:
//
//	iccid,label,webhook_url
//	8944474600000109251,Van 1,https://example.com/hooks/van-1
//	="8944 4786 0000 4958 824",Van 2,
//
// [Open] understands what spreadsheets write:
//
//   - UTF-8 with or without a byte order mark, UTF-16, any of them gzipped; lines that end in LF, CRLF or CR;
//     the delimiters comma, semicolon, tab and |, found from the header or from a "sep=" line; blank lines
//   - a header that names the column iccid, sim_iccid or sim, in any case, with spaces, dashes or underscores;
//     [Options.Column] names another one. Without a header the first column holds the ICCIDs
//   - ICCIDs with spaces, dashes, quotes, ="…", a leading apostrophe or a trailing filler F, see
//     [NormaliseICCID]
//
// [FromSlice] and [FromSeq] make a Fleet of SIMs that a program has already. Their rows are normalised and
// checked in the same way.
//
// # Bad rows and bad files
//
// A row that cannot be used never ends the reading. It is a [Row] with a Problem for people and a Kind for
// grouping: an ICCID with too few, too many or lost digits, a wrong check digit, a bad webhook URL, a quote that
// is not closed on its line, a line longer than 1 MB.
//
// Only a file that is of no use as a whole gives an [*Error]: it is missing or unreadable, is no text, has no
// column of ICCIDs, or changes between two passes.
//
// # Memory
//
// A Fleet holds no rows. Each pass of [Fleet.All] reads the file again, with one buffer of 64 KB that grows up
// to 2 MB for long lines. The ICCIDs of about 200 rows share one allocation, so a caller that keeps a single one
// of them keeps 4 KB. [Check] takes at most 32 bytes a SIM besides, to find duplicates.
package fleet
