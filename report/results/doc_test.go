package results

// Each test on the right was seen to fail once, with the guarantee on the left taken out of the code.
//
//	an unfinished file
//	  a torn end is cut off                      TestAFileCutAnywhereComesToTheSameResults
//	  it is moved to .torn first                 TestAFileCutAnywhereComesToTheSameResults
//	  damage in the middle is taken out          TestDamageIsSetAsideAndItsSIMsComeAgain
//	  a failed write is cut back                 TestAJournalThatFailedStaysFailed
//	  and ends all writing                       TestAJournalThatFailedStaysFailed
//	  a short write is a failed one              TestNothingIsLostWhereTheDiskFails
//	  a failed fsync is not tried again          TestRowsThatWereNotSyncedAreCutOffAndNamed
//	  rows appended meanwhile are not synced     TestRowsAppendedWhileOthersAreSynced
//	  each row is named by one error             TestAWriteThatFailsDuringASyncNamesTheRowsOfBoth
//	  its rows are cut off, and named            TestRowsThatWereNotSyncedAreCutOffAndNamed
//	power cuts (all by TestNothingIsLostWhereThePowerIsCut)
//	  Sync syncs, Complete syncs the rest
//	  merged results are synced before they get their name
//	  the folder is synced after a file was created, renamed, or replaced
//	completing
//	  there is a row for every SIM               TestResultsAreNotCompleteWithoutARowForEverySIM
//	  an older row of a SIM is left out          TestUnfinishedRunsAddUp, TestOneRunAfterAnother
//	  SIMs that left are kept, if worth it       TestOneRunAfterAnother
//	  rows are discarded after they are merged   TestAMergeThatEndsBeforeTheRowsAreDiscardedIsMadeUpFor
//	  what a killed merge left is removed        TestAMergeThatWasKilledStopsNoRun
//	resuming
//	  types, webhook and newest row count        TestWhatEarlierRunsLeftToDoForASIM
//	  unclean URLs are recognised                TestSIMsWithStrangeURLsAreDone
//	  a sweep starts over                        TestASweepStartsOverOnlyOnceItIsComplete
//	refusing
//	  other command, API, torn, edited           TestResultsOfAnotherKindAreRefusedAndLeftAlone
//	  a line that another program has changed    TestALineThatAnotherProgramHasChangedIsRefusedByAllInTheSameWords
//	  but not one that a crash has left          TestHalfALineBeforeAnotherIsNoChange, TestDamageIsSetAsideAndItsSIMsComeAgain
//	  a file saved in another form               TestAFileThatWasSavedInAnotherFormIsNamedForWhatItIs
//	  pipes, links and folders                   TestOnlyRegularFilesAreOpened
//	  a disk that cannot sync                    TestADiskThatFailsIsFoundBeforeTheFirstCall
//	another number of shards
//	  its rows are taken over                    TestWithAnotherNumberOfShardsNoSIMIsDoneTwiceAndNoneIsLost
//	  the newest of a SIM                        TestTheRowThatWasFinishedLastIsTakenOver
//	  once                                       TestFilesThatAreOlderThanTheResultsAreNotTakenOverAgain
//	  not while they are not finished            TestResultsThatAreNotFinishedAreNotTakenOver
//	  nor while a run writes them                TestResultsThatARunIsWritingAreNotTakenOver
//	  by all shards at once                      TestShardsTakeOverTheSameFilesAtOnce
//	  of the same command and API                TestResultsOfAnotherKindAreNotTakenOver
//	  after a crash too                          TestTakingOverSurvivesADiskThatFails
//	locking
//	  one run at a time                          TestASecondRunIsToldOfTheFirst
//	  on a file that is never deleted            TestFilesAreForTheirOwnerOnly
//	lines
//	  quotes are doubled, columns in order       TestEveryValueStandsInItsColumn
//	  bare quotes are no row                     TestSplittingFindsTheCellsThatEncodingCSVFinds
//	  nor is what Read would refuse              TestALineIsARowOnlyIfItCanBeReadAndRecognised
//	reading
//	  an older row of a SIM is passed over       TestNewestYieldsOneRowOfEachSIM
