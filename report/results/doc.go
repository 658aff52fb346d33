// Package results keeps the results file of a run: one row for each SIM, in a CSV file that people and scripts
// read, and that lets the next run continue where one stopped.
//
// A [Journal] writes it, [Read] and [Newest] read it, and [Merge] joins the files of a fleet's shards.
//
// # Files
//
//	RESULTS.csv          the complete results: a row for every SIM of the fleet
//	RESULTS.csv.partial  the rows of a run that is not complete, in the order they were written; the newest
//	                     row of a SIM counts
//	RESULTS.csv.lock     locked by the run that writes; never deleted
//	RESULTS.csv.torn     damaged lines that Open took out of the partial file
//	RESULTS.csv.merging  the next contents of one of the first two files, until they are whole
//
// RESULTS.csv is only ever replaced as a whole, by a rename. It is therefore always complete, and a reader never
// sees half of one.
//
// # Shards
//
// The results of a shard end in .I-of-N.csv. A run with another number of shards begins with the finished results of
// all others beside its own: see [TakenOver]. [Merge] makes one file of the shards of one number.
//
// # What a crash leaves
//
//	killed while rows are appended     a torn last line in the partial file. Open moves it to .torn
//	power cut                          all rows up to the last Sync, and perhaps some later ones, the last of
//	                                   which may be torn or zeros. Open moves the damage to .torn
//	killed while Complete merges       a .merging file, which the next run removes; RESULTS.csv and the
//	                                   partial file are as they were
//	killed after RESULTS.csv was       rows in the partial file that RESULTS.csv holds too; the next Complete
//	replaced                           merges them again, with the same result
//	disk full, write or fsync failed   the partial file is cut back to the last row that is safe. The error
//	                                   names the SIMs whose rows are not; the next run calls for them again
//
// # What another program leaves
//
// A spreadsheet that saves the file may write ICCIDs, times and numbers in another way. A whole line with all its cells that
// is no row was changed so, and a row whose ICCID is not that of its correlation IDs too. Such a file is refused by all
// readers and left as it is, with the number of the line, and so is one that was saved in another form, such as with
// semicolons. Line ends of Windows alone do no harm.
//
// # Who calls what
//
// A run has three goroutines for its journal, which may call at the same time:
//
//	planner  Begin, Look, LookBad, Earlier, Err, Gone, Recorded
//	writer   Append
//	syncer   Sync; may be the writer too
//
// Open comes before all of these. Complete, Close and everything else are for one goroutine, when the three have
// ended. Path, PartialPath and Healed may be called at any time.
package results
