package pace_test

// Each of these tests was seen to fail once: with the guarantee on the left taken out of the code, the test on
// the right complained.
//
//	the rate
//	  a burst is worth 5 ms, no quota            TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429
//	  calls in flight are counted                TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429
//	  the reset is by the server's clock         TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429
//	  our share of the quota is kept             TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429
//	  what others use is left to them            TestASecondClientOnTheSameQuotaCostsNoMoreThanAHandfulOf429s
//	  shards divide an automatic rate            TestAutomaticRateStaysALittleUnderTheDocumentedQuotaWhenNoneIsAnnounced
//	  shards divide a fixed rate                 TestAFixedRateIsKeptWhateverTheServerAnnounces
//	  it is lower while no quota is announced    TestAutomaticRateStaysALittleUnderTheDocumentedQuotaWhenNoneIsAnnounced
//	  and is lowered by a 429                    TestAutomaticRateFallsToALowerQuotaThatIsNotAnnounced
//	  permits without a worker are taken back    TestPermitsThatFindNoFreeWorkerUseNoQuota
//	  a pause is not caught up with at once      TestWhatIsLeftOfTheQuotaAfterAPauseIsNotUsedAtOnce
//	  too few workers are told of once           TestTooFewWorkersForTheQuotaAreToldOfOnceWithTheNumberNeeded
//	  no log is needed                           TestNoLogIsNeeded
//	the gate
//	  a 429 closes it, for all workers           TestA429HoldsAllWorkersBackUntilTheReset
//	  a permit on offer is withdrawn             TestA429HoldsAllWorkersBackUntilTheReset
//	  until the reset, or Retry-After            TestA429HoldsAllWorkersBackUntilTheReset
