package api_test

// Each test on the right was seen to fail when the guarantee on its left was
// removed from the code.
//
//	tokens
//	  one renewal serves all waiting callers      TestOneRequestServesAllWorkers
//	  it continues when its first caller leaves   TestARenewalSurvivesItsFirstCaller
//	  a caller leaves when its context ends       TestACallerLeavesARenewalWhenItsContextEnds
//	  it happens before the token expires         TestATokenIsRenewedBeforeItExpires
//	  but not at once for a short lifetime        TestATokenIsRenewedBeforeItExpires
//	  a request to the endpoint has a timeout     TestFailuresOfTheTokenEndpoint
//	  a valid token outlives an endpoint's outage TestATokenOutlivesAShortOutageOfItsEndpoint
//	  a failed renewal is not repeated at once    TestATokenOutlivesAShortOutageOfItsEndpoint
//	  a wrong secret is sent once                 TestAWrongSecretIsSentOnce
//	  errors do not contain the secret            TestFailuresOfTheTokenEndpoint
//	  a redirect does not get the secret          TestFailuresOfTheTokenEndpoint
//	  a 401 invalidates the token                 TestARevokedTokenIsReplaced
//	  but not a newer token                       TestALateRefusalOfAnOldTokenDoesNotInvalidateANewerOne
//	  a refused token is not used again           TestARefusedTokenIsNotUsedAgain,
//	                                              TestATokenFileIsReadAgainWhenItsTokenIsRefused
//	  tokens refused for half a minute end the run TestThreeTokensThatAreRefusedForHalfAMinuteEndTheRunButOneRefusedInManyCallsDoesNot
//	  a token refused in many calls counts once   TestThreeTokensThatAreRefusedForHalfAMinuteEndTheRunButOneRefusedInManyCallsDoesNot
//	  a success resets the count                  TestARevokedTokenIsReplaced
//	  a gateway's page does not reset it          TestAGatewaysPageDoesNotAcceptATokenButTheAPIsErrorsDo
//	  a malformed token is not sent               TestATokenNoHeaderCanCarryIsRefusedWithoutRepeatingIt
//	attempts
//	  redirects are not followed                  TestTheBearerTokenNeverFollowsARedirect
//	  POST and PUT are not repeated               TestARegistrationIsOneAttemptEvenIfNothingWasWritten,
//	                                              TestARequestThatTheServerHasReadIsNotRepeated
//	  GET over HTTP/1 is not repeated             TestARequestThatTheServerHasReadIsNotRepeated
//	  GET over HTTP/2 has no content              TestAGETOverHTTP2HasNoContent
//	  bodies are read to the end                  TestConnectionsAreReused
//	  but at most 1 MiB, also of gzip             TestABodyWithoutEndDoesNotHoldACall
//	  all opened connections are kept             TestConnectionsAreReused
//	  dead HTTP/2 connections are noticed         TestADeadConnectionOfHTTP2IsGivenUpBeforeItsCallsTimeOut
//	  an ICCID cannot change the URL's path       TestAnICCIDCannotLeaveItsPlaceInThePath
//	  TLS older than 1.2 is refused               TestTLSBelow12IsRefused
//	  each attempt is reported to OnAttempt       TestAWebhookIsRegisteredReadAndRemoved
//	an attempt that reuses a request
//	  a new token is used                         TestARevokedTokenIsReplaced
//	  webhook and correlation ID are its own      TestACallContainsNothingOfAnEarlierOne
//	  the timeout is its own                      TestEveryCallHasItsFullTimeout
//	  a request that timed out is not reused      TestEveryCallHasItsFullTimeout
//	  nor one that failed                         TestARequestThatFailedIsNotReused
//	  the context is its own                      TestACallEndsWithItsOwnContextAndNoOther
//	  Ambiguous is about this attempt alone       TestACallWithoutAConnectionIsNotAmbiguousAfterCallsThatHadOne
//	pages of subscriptions
//	  a link's host and base path do not count    TestANextPageIsAskedForAtTheBaseURLAlone
//	  nor does what leads out of the list         TestANextPageIsAskedForAtTheBaseURLAlone
//	  or to the first or the same page again      TestANextPageIsAskedForAtTheBaseURLAlone
//	  a kept Next is checked before it is sent    TestWhatIsNoNextPageIsNotAskedFor
//	  the query is not that of an earlier call    TestAPageIsAskedForWithWhatIsWanted
//	  dates are rounded so that nothing is lost   TestAPageIsAskedForWithWhatIsWanted
//	  every entry has an id or an ICCID           TestOnlyAListOfSubscriptionsIsASuccess
//	  null is no empty list                       TestOnlyAListOfSubscriptionsIsASuccess
//	  an error does not repeat the list           TestOnlyAListOfSubscriptionsIsASuccess
//	  a list has 16 MiB, not 1 MiB                TestAPageCanBeLongerThanOtherAnswers
//	  another SIM's answer is not taken           TestAnAnswerAboutAnotherSIMIsNotTaken
//	answers
//	  HTML with 200 is not a success              TestAnErrorSaysWhatTheAnswerSaid
//	  but a temporary failure                     TestAnErrorSaysWhatTheAnswerSaid
//	  a read must be parsed to be a success       TestWhichAnswersAreASuccess
//	  SUBSCRITPION_END is SUBSCRIPTION_END        TestPreferencesUnderstandBothSpellingsAndIgnoreTheUnknown
//	  Retry-After can be a date                   TestRetryAfterIsSecondsOrADate
//	  by the server's clock                       TestTheAnswerHasItsHeadersAfterSuccessAndFailure
//	  and is at most an hour                      TestRetryAfterIsSecondsOrADate
//	  a quota needs three headers, reset in ms    TestTheQuotaIsAnnouncedOnlyByThreeSensibleHeaders
//	  or the text of a 429                        TestTheAnswerHasItsHeadersAfterSuccessAndFailure
//	  some statuses count though the body is cut  TestSomeStatusesCountAlthoughTheBodyIsCutOff
//	  but a 200 does not                          TestSomeStatusesCountAlthoughTheBodyIsCutOff
//	errors
//	  a request that was sent is ambiguous        TestFaultsAfterTheCallTookEffectAreTemporaryAndAmbiguous
//	  one that was not sent is not                TestWithoutAConnectionNothingTookEffect
//	  a 5xx is ambiguous                          TestTheFourServerErrorsAreTemporaryAndAmbiguous
//	  a bad certificate is not temporary          TestWithoutAConnectionNothingTookEffect
//	  a cancelled call is not a timeout           TestTheCallersCancellationIsNoTimeout
//	  errors do not contain the token             TestAnErrorsTextsAreBoundedAndPrintable
//	  nor passwords in URLs                       TestTheUserinfoOfURLsIsMasked, in package batch
//	                                              TestWhatTheAPISaysReachesPeopleOnlyTamed
//	  nor control characters and escapes          TestTextFromElsewhereIsMadeOneLine
//	  nor more than ten messages                  TestAnErrorsTextsAreBoundedAndPrintable
//	  nor a password in a setting                 TestAConfigurationThatCannotWorkIsRefusedWithoutQuotingIt
//	  they contain the correlation ID             TestAnErrorSaysWhatTheAnswerSaid,
//	                                              TestFaultsAfterTheCallTookEffectAreTemporaryAndAmbiguous
//	  causes do not contain the ICCID             TestAnErrorSaysWhatTheAnswerSaid
//	receiving notifications
//	  username and password are both checked      TestReceiverAnswers
//	  large bodies and other methods are refused  TestReceiverAnswers
//	  a failed notification is not acknowledged   TestReceiverAnswers
//	  the cause is not sent to the sender         TestReceiverAnswers
//	  slow senders get a 408                      TestASlowSenderIsToldSo
//	  unknown types are accepted                  TestParseNotificationIsLenientAboutTheRest
//	  unknown and undocumented fields are kept    TestParseNotificationIsLenientAboutTheRest
//	  IDs and ICCIDs are checked                  TestParseNotificationIsStrictAboutWhatIdentifies
//	  a name can end in a colon                   TestTheDocumentedNotificationsAreUnderstood
//	the sandbox
//	  each type has a webhook of its own          TestEveryTypeIsRegisteredReadNotifiedAndRemoved
//	  pages shift where it is asked for           TestPagesShiftWhileTheyAreRead
//	  links name another host                     TestLinksCanNameAnotherHost
//	  pages are numbered from 0 or 1              TestPagesAreNumberedAndLinked
//	  who left the account is unknown             TestOneSIMIsAnsweredAsTheAccountHasIt
//	  reads and writes have separate quotas       TestTheQuotaIsCountedInFixedWindowsForReadsAndWritesApart
//	  counted in fixed windows                    TestTheQuotaIsCountedInFixedWindowsForReadsAndWritesApart
//	  tokens expire                               TestTokensExpireAndAreRevoked
//	  a call takes effect before its latency      TestACallTakesEffectBeforeItsLatency
//	  half of the 5xx take effect                 TestTheFaultsDoToACallWhatTheyAreNamedAfter
//	  the statistics show repeated calls          TestTheStatisticsTellRepetitions
