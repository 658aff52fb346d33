package batch

// The tests of a run were each seen to fail once: with the guarantee on the left
// taken out of the code, the test on the right complained.
//
//	pacing, besides the tests of package pace
//	  retries are paced                          TestRetriesKeepToTheRateAsFirstAttemptsDo
//	  reads and writes are apart                 TestReadsAndWritesAreApartAndDoNotSlowEachOther
//	  no more than all of the quota is told      TestARunNeverUsesMoreThanTheWholeQuota
//	  in a pause there is no rate                TestTheRateIsThatOfNowAndTheTimeLeftThatOfTheLastMinute
//	retrying
//	  passing failures are retried               TestPassingFaultsOfWritesThatTookEffectLeaveEverySIMOK
//	  others are not                             TestRefusedSIMsAreNotRetriedAndDoNotKeepOthersBack
//	  so often, and no more                      TestANetworkThatAlwaysBreaksTheCallsFailsEachSIMWithItsCause
//	  no longer than --retry-max-time            TestACallIsGivenUpAfterTheLongestTimeForOne
//	  429 and 401 are no retries                 TestNeitherA429NorA401CountsAsARetry
//	  a 401 is repeated with another token       TestTokensThatExpireAndAreRevokedFailNoSIM
//	  waits are random                           TestCallsThatFailTogetherAreNotRepeatedTogether
//	  and over when the run is: the backoff,
//	  the pacer's, the breaker's                 TestCallsThatWaitEndWithTheRun
//	  each attempt has its correlation ID        TestPassingFaultsOfWritesThatTookEffectLeaveEverySIMOK
//	  no permit is had without a token           TestAWrongSecretEndsTheRunBeforeAnyCall
//	outages
//	  all calls wait                             TestAnOutageOfTenMinutesFailsNoSIM
//	  one worker at a time probes                TestAnOutageOfTenMinutesFailsNoSIM
//	  every 10 s at the least                    TestAnOutageOfTenMinutesFailsNoSIM
//	  the first answer lets all go on            TestAnOutageOfTenMinutesFailsNoSIM
//	  calls then start afresh                    TestACallHasAllItsRetriesLeftAfterAnOutage
//	  it is given up in time                     TestAnAPIThatIsGoneForGoodEndsTheRunAndLeavesTheRestToDo
//	  refused credentials end the run            TestAWrongSecretEndsTheRunBeforeAnyCall
//	  so does TLS that cannot be accepted        TestACertificateThatIsNotTrustedEndsTheRunAtOnce
//	writing
//	  a 409 is looked into                       TestAWebhookThatIsThereAlreadyIsKeptOrReplaced
//	  another webhook in the way is removed      TestAWebhookThatIsThereAlreadyIsKeptOrReplaced
//	  a 404 is no failed removal                 TestRemovingWhatIsNotThereIsAbsentAndOK
//	  unless a gateway says so                   TestAGatewaysPageTellsNothingOfAWebhook
//	  a write in doubt is settled by a look      TestAWriteThatEndedInDoubtIsSettledByLooking
//	  which compares                             TestAWriteThatTookNoEffectHasFailedAfterALook
//	  what seemed to fail was our own doing      TestPassingFaultsOfWritesThatTookEffectLeaveEverySIMOK,
//	                                             TestARemovalThatSeemedToFailIsOneAndNotAbsent
//	reconciling, restoring, pruning
//	  what is right is not written               TestReconcilingTouchesOnlyWhatDiffers
//	  a plan writes nothing                      TestReconcilingTouchesOnlyWhatDiffers
//	  one look is for both types                 TestReconcilingTouchesOnlyWhatDiffers
//	  what was replaced is noted, over runs      TestAReplacementThatTookTwoRunsStillTellsWhatWasReplaced
//	  as is what was removed, if wanted          TestUnregisteringMayRecordWhatItRemovesForRestore
//	  a history that was changed is refused      TestARestoreActsOnNoSIMOfAHistoryThatWasChanged
//	  but not one that a crash has left          TestARestoreActsOnNoSIMOfAHistoryThatWasChanged, TestALineOfAnEarlierRunTellsOfAChangeToo
//	  what another changed since is left alone    TestRestoringBringsBackWhatARunHasChanged, TestPruning
//	  --only-url is heeded                       TestUnregisteringOnlyOneURLLeavesOthersAlone
//	  --max-delete is heeded                     TestPruning
//	  an invalid row prevents pruning            TestPruning
//	  --verify compares                          TestVerifyingFindsWebhooksThatAreNotWhatWasRegistered
//	a run
//	  a SIM is called for once                   TestBadRowsBecomeResultsWithTheirLineAndReason
//	  not at all if its URLs conflict            TestBadRowsBecomeResultsWithTheirLineAndReason
//	  a type that is done is left alone          TestOnlyTheTypeThatFailedIsCalledForAgain
//	  SIMs that failed before come last          TestSIMsThatTheAPIStumblesOverComeLastWhenRunAgain
//	  large fleets are read once more            TestWhatIsLeftIsDoneWhetherItIsFewSIMsOrMany
//	  other shards' SIMs are left to them        TestEachRowIsOneShardsOwn
//	  as are rows that name no SIM               TestEachRowIsOneShardsOwn
//	  a fleet without valid rows is refused      TestAFleetWithoutAValidRowIsRefusedBeforeAnyCall
//	  no worker is ahead of its rows             TestAWorkerGoesOnOnlyWhenTheRowOfItsSIMIsWritten
//	  a row counts when it is synced             TestASIMCountsOnceItsRowWouldSurviveAPowerCut
//	  a disk that syncs nothing ends it          TestASIMCountsOnceItsRowWouldSurviveAPowerCut
//	  a panic is one SIM's, and is told          TestABugMetByOneSIMDoesNotEndTheOthers
//	ending
//	  too many failures                          TestTooManyFailuresStopTheRun
//	  as a percentage of 100 SIMs or more        TestTooManyFailuresStopTheRun
//	  --max-duration                             TestMaxDurationEndsTheRunCleanly
//	  no new SIM once it is stopped              TestAStoppedRunGoesOnWithoutRepeatingACall
//	  calls in flight have the grace period      TestAStoppedRunGoesOnWithoutRepeatingACall
//	  and no more                                TestCallsThatOutlastTheGracePeriodAreCutAndTheirSIMsCalledAgain
//	  what is not done is not complete           TestMaxDurationEndsTheRunCleanly
//	the fleet, besides the tests of package fleet
//	  passwords and escapes in it are tamed      TestWhatTheFleetHoldsReachesPeopleOnlyTamed
