package api_test

// The tests of the client, of the receiver and of the sandbox were each seen to
// fail once: with the guarantee on the left taken out of the code, the test on the
// right complained.
//
//	tokens
//	  one renewal serves all who wait            TestOneRequestServesAllWorkers
//	  it does not end with the first of them     TestARenewalSurvivesItsFirstCaller
//	  nor holds one whose context ends           TestACallerLeavesARenewalWhenItsContextEnds
//	  it comes before the token expires          TestATokenIsRenewedBeforeItExpires
//	  not at once, however short the lifetime    TestATokenIsRenewedBeforeItExpires
//	  its endpoint has a time-out                TestFailuresOfTheTokenEndpoint
//	  an outage of it does not end a good token  TestATokenOutlivesAShortOutageOfItsEndpoint
//	  nor is it asked again at once              TestATokenOutlivesAShortOutageOfItsEndpoint
//	  a wrong secret is sent once                TestAWrongSecretCostsOneRequest
//	  and not repeated in errors                 TestFailuresOfTheTokenEndpoint
//	  a redirect does not get the secret         TestFailuresOfTheTokenEndpoint
//	  a 401 costs a token                        TestARevokedTokenIsReplaced
//	  but not the one obtained since             TestALateRefusalOfAnOldTokenCostsNoOther
//	  the same token is not taken again          TestATokenThatWasRefusedIsNotTakenAgain,
//	                                             TestATokenFileIsReadAgainWhenItsTokenIsRefused
//	  three different ones refused are the end   TestThreeFreshTokensRefusedInARowAreTheEndButOneRefusedToManyIsNot
//	  one refused to many counts once            TestThreeFreshTokensRefusedInARowAreTheEndButOneRefusedToManyIsNot
//	  a success starts the count anew            TestARevokedTokenIsReplaced
//	  a gateway's page does not                  TestAGatewaysPageDoesNotAcceptATokenButTheAPIsErrorsDo
//	  what no header can carry is not sent       TestATokenNoHeaderCanCarryIsRefusedWithoutRepeatingIt
//	attempts
//	  no redirect is followed                    TestTheBearerTokenNeverFollowsARedirect
//	  POST and PUT are not sent again            TestARegistrationIsOneAttemptEvenIfNothingWasWritten,
//	                                             TestNothingIsRepeatedBehindTheCallersBack
//	  GET is not, over HTTP/1                    TestNothingIsRepeatedBehindTheCallersBack
//	  and has no content over HTTP/2             TestAGETOverHTTP2HasNoContent
//	  bodies are read to the end                 TestConnectionsAreReused
//	  but no further than 1 MiB, gzip or not     TestABodyWithoutEndDoesNotHoldACall
//	  as many connections are kept as opened     TestConnectionsAreReused
//	  dead connections of HTTP/2 are noticed     TestADeadConnectionOfHTTP2IsGivenUpBeforeItsCallsTimeOut
//	  an ICCID stays in its place in the URL     TestAnICCIDCannotLeaveItsPlaceInThePath
//	  TLS is 1.2 at least                        TestTLSBelow12IsRefused
//	  each attempt is told of                    TestAWebhookIsRegisteredReadAndRemoved
//	attempts that follow one another
//	  have their own token                       TestARevokedTokenIsReplaced
//	  their own webhook and correlation ID       TestCallsThatFollowOneAnotherTakeNothingOverFromEachOther
//	  their own time-out                         TestACallAfterOthersHasItsTimeToItself
//	  nothing of one that timed out              TestACallAfterOthersHasItsTimeToItself
//	  or that failed                             TestARequestThatFailedIsLeftAlone
//	  their own context                          TestACallEndsWithItsOwnContextAndNoOther
//	  their own doubt                            TestACallWithoutAConnectionIsNotInDoubtAfterOthersThatHadOne
//	answers
//	  HTML with 200 is no success                TestAnErrorSaysWhatTheAnswerSaid
//	  but a passing failure                      TestAnErrorSaysWhatTheAnswerSaid
//	  nor is a read that is not understood       TestWhatASuccessMayLookLike
//	  SUBSCRITPION_END is SUBSCRIPTION_END       TestPreferencesUnderstandBothSpellingsAndIgnoreTheUnknown
//	  Retry-After may be a date                  TestRetryAfterIsSecondsOrADate
//	  by the server's clock                      TestAnAnswersHeadersAreToldWithSuccessAndFailure
//	  and is an hour at the most                 TestRetryAfterIsSecondsOrADate
//	  quotas are announced in ms, by 3 headers   TestTheQuotaIsAnnouncedOnlyByThreeSensibleHeaders
//	  or by the text of a 429                    TestAnAnswersHeadersAreToldWithSuccessAndFailure
//	  a status counts without the body's rest    TestAStatusThatSaysAllCountsThoughItsBodyIsCutOff
//	  but a 200 does not                         TestAStatusThatSaysAllCountsThoughItsBodyIsCutOff
//	errors
//	  what was sent is in doubt                  TestFaultsAfterTheCallTookEffectAreTemporaryAndAmbiguous
//	  what was not is in none                    TestWithoutAConnectionNothingTookEffect
//	  a 5xx is in doubt                          TestTheFourPassingErrorsAreTemporaryAndAmbiguous
//	  certificates do not become good            TestWithoutAConnectionNothingTookEffect
//	  being cancelled is no time-out             TestTheCallersCancellationIsNoTimeout
//	  they do not repeat the token               TestAnErrorsTextsAreBoundedAndPrintable
//	  nor the userinfo of URLs                   TestTheUserinfoOfURLsIsMasked, and in package batch
//	                                             TestWhatTheAPISaysReachesPeopleOnlyTamed
//	  nor control characters and escapes         TestTextFromElsewhereIsMadeOneLine
//	  nor more than ten messages                 TestAnErrorsTextsAreBoundedAndPrintable
//	  nor a configuration's password             TestAConfigurationThatCannotWorkIsRefusedWithoutQuotingIt
//	  they name the correlation ID               TestAnErrorSaysWhatTheAnswerSaid,
//	                                             TestFaultsAfterTheCallTookEffectAreTemporaryAndAmbiguous
//	  causes do not name the SIM                 TestAnErrorSaysWhatTheAnswerSaid
//	receiving notifications
//	  username and password are both checked     TestReceiverAnswers
//	  large bodies and other methods are refused TestReceiverAnswers
//	  what failed is not acknowledged            TestReceiverAnswers
//	  and the reason stays here                  TestReceiverAnswers
//	  slow senders are told                      TestASlowSenderIsToldSo
//	  unknown types are taken                    TestParseNotificationIsLenientAboutTheRest
//	  unknown and odd fields are kept            TestParseNotificationIsLenientAboutTheRest
//	  IDs and ICCIDs are checked                 TestParseNotificationIsStrictAboutWhatIdentifies
//	the sandbox
//	  reads and writes have a quota each         TestTheQuotaIsCountedInFixedWindowsForReadsAndWritesApart
//	  in windows that are fixed                  TestTheQuotaIsCountedInFixedWindowsForReadsAndWritesApart
//	  tokens expire                              TestTokensExpireAndAreRevoked
//	  effects come before latencies              TestACallTakesEffectBeforeItsLatency
//	  half of the 5xx take effect                TestTheFaultsDoToACallWhatTheyAreNamedAfter
//	  repetitions are told                       TestTheStatisticsTellRepetitions
