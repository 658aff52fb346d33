package fleet_test

// Each of these tests was seen to fail once: with the guarantee on the left taken out of the code, the test on
// the right complained.
//
//	files
//	  byte order marks, UTF-16, gzip             TestByteOrderMarkIsNoPartOfTheFirstCell,
//	                                             TestFleetFilesOfSpreadsheetsAreUnderstood
//	  lines end in CR, and in halves of CRLF     TestLinesEndInLFCRLFOrCR, TestLinesDoNotDependOnHowTheTextArrives
//	  rows take no memory of their own           TestReadingTakesNoAllocationARow
//	  any delimiter, sep=, no header             TestFleetFilesOfSpreadsheetsAreUnderstood, TestHeaderIsFound,
//	                                             TestFileWithoutHeaderIsRecognisedByItsFirstCell
//	  a damaged gzip is not the end of the file  TestDamagedGzipEndsWithAnErrorAndNotSilently
//	  workbooks and the like are named           TestUnusableFleetFilesAreRefused
//	  changes in place are noticed               TestFleetChangedInPlaceIsAnError, TestEveryChangeInPlaceIsNoticed
//	  another file of the same name is ignored   TestFleetReplacedMeanwhileStaysTheSame
//	rows
//	  quotes close where a cell can end          TestCellsAreSplitAsEncodingCSVDoes, TestSloppyQuotesAreTolerated
//	  a quote that is not closed costs a row     TestStrayQuoteCostsOneRow
//	  an endless line costs a row                TestOverlongLineCostsOneRow, TestOverlongLineTakesLittleMemory
//	  check digits are checked                   TestCheckDigitCatchesEveryMistypedDigit
//	  scientific notation is named               TestNormaliseICCIDSaysWhatIsWrong
//	  webhook URLs are checked                   TestRowsTakeTheirOwnWebhookURLFirst
//	  equivalent URLs are the same               TestSameURL
//	fleets from memory
//	  their rows are those of a file             TestAFleetFromMemoryHasTheRowsOfAFileWithTheSameText
//	  an error of the sequence ends the pass     TestASequenceThatFailsEndsThePass
//	  each pass must get the same SIMs           TestASequenceThatGivesOtherSIMsTheSecondTimeIsAnError
