package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keptBy names the tests that keep each line of batch/README.md's "What it promises". TestScripts keeps secrets out of all
// output with its script secrets.txtar.
func keptBy() map[string][]string {
	return map[string][]string{
		"Every valid SIM is called for once, and has one row.": {
			"TestEverySIMIsRegisteredOnceForBothTypes",
		},
		"A kill at any moment loses no SIM. Only the calls that were in flight are made again.": {
			"TestARunKilledAtItsLastCallsLosesNothing",
			"TestAFileCutAnywhereComesToTheSameResults",
		},
		"A first Ctrl-C or SIGTERM loses no call and repeats none.": {
			"TestARunEndedAgainAndAgainLosesNothing",
			"TestAStoppedRunGoesOnWithoutRepeatingACall",
		},
		"A power cut loses no row that was synced. Rows of the last moments may be lost, and their SIMs are called again.": {
			"TestNothingIsLostWhereThePowerIsCut",
		},
		"A disk that fails or is full stops the run with 74, and the run names what it could not record.": {
			"TestNothingIsLostWhereTheDiskFails",
			"TestAFullDiskStopsARun",
			"TestAFileThatMayNotGrowStopsARun",
		},
		"`RESULTS.csv` is complete or not there.": {
			"TestResultsAreNotCompleteWithoutARowForEverySIM",
			"TestAMergeThatEndsBeforeTheRowsAreDiscardedIsMadeUpFor",
		},
		"Results of another run are refused and left as they are. Two runs never write the same results.": {
			"TestResultsOfAnotherKindAreRefusedAndLeftAlone",
			"TestASecondRunAtTheSameTimeChangesNothing",
		},
		"The announced quota, or the share that `--quota-share` sets, is used to 99.5 % without a 429.": {
			"TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429",
		},
		"Where the gateway keeps its quota in another way than in fixed windows, simhook learns that from the answers.": {
			"TestEveryWayToKeepAQuotaIsFollowed",
			"TestEachQuotaModelOfTheSandboxIsUsedInRealTime",
		},
		"Shards use what other shards leave.": {
			"TestShardsUseWhatOthersLeave",
		},
		"Nothing that is announced makes it faster than the documented quota, unless the answers prove that more is allowed.": {
			"TestEveryWayToKeepAQuotaIsFollowed",
			"TestARateThatHeadersTellIsKeptUnlessItIsAboveTheDocumentedOne",
		},
		"Other clients of the same quota keep their part.": {
			"TestASecondClientOnTheSameQuotaCostsNoMoreThanAHandfulOf429s",
		},
		"Expired and revoked tokens fail no SIM. One renewal serves all workers.": {
			"TestTokensThatExpireAndAreRevokedFailNoSIM",
			"TestOneRequestServesAllWorkers",
		},
		"Resets, timeouts, cut answers and 5xx fail no SIM as long as they pass.": {
			"TestPassingFaultsOfWritesThatTookEffectLeaveEverySIMOK",
			"TestANetworkThatBreaksEveryFourthRequestFailsNoSIM",
		},
		"An outage shorter than `--retry-max-time` fails no SIM. A longer one ends the run, and the next run does the rest.": {
			"TestAnOutageOfTenMinutesFailsNoSIM",
			"TestAnAPIThatIsGoneForGoodEndsTheRunAndLeavesTheRestToDo",
		},
		"Hours of all these faults together still use 99 % of what the server allows.": {
			"TestHoursOfEverythingGoingWrong",
		},
		"A call counts as `ok` only when it was answered so, or when a read showed its effect.": {
			"TestAWriteThatEndedInDoubtIsSettledByLooking",
		},
		"The access token goes to the API's host alone, and no output holds a secret.": {
			"TestTheBearerTokenNeverFollowsARedirect",
			"TestScripts",
		},
		"Text from the API or the fleet reaches terminal, log and spreadsheet only as one harmless line.": {
			"TestWhatTheAPISaysReachesPeopleOnlyTamed",
			"TestWhatTheFleetHoldsReachesPeopleOnlyTamed",
			"TestNoTextIsAFormula",
		},
		"Memory grows by at most 32 bytes a SIM. Connections and open files do not grow in number.": {
			"TestTableTakesAtMost32BytesASIM",
			"TestALongRunKeepsWithinItsBounds",
		},
		"A webhook that was replaced or removed is there again after `restore`, whatever ended the run.": {
			"TestWebhooksThatAKilledRunRemovedAreRestored",
			"TestAWebhookThatCouldNotBePutBackIsRestored",
		},
		"Where the new webhook cannot be set, the old one stays or is put back.": {
			"TestAWebhookThatCannotBeReplacedStays",
		},
		"A kind of call that fails for every SIM ends the run, although other kinds succeed.": {
			"TestACallThatFailsForAllSIMsEndsTheRunAlthoughOtherCallsSucceed",
		},
		"\"Nothing to do\" is said only where no other run has changed the SIMs since.": {
			"TestScripts",
		},
		"One run changes a fleet at a time, or the shards of one.": {
			"TestAFleetIsChangedByOneRunOrByTheShardsOfOne",
		},
		"Pruning removes no more webhooks than `--max-delete` allows or `--expect-gone` expects.": {
			"TestPruning",
			"TestScripts",
		},
	}
}

// TestEachPromiseIsKeptByATest compares batch/README.md with keptBy, and keptBy with the tests that exist.
func TestEachPromiseIsKeptByATest(t *testing.T) {
	keptBy := keptBy()
	readme, err := os.ReadFile("../../batch/README.md")
	if err != nil {
		t.Fatal(err)
	}
	exists := testsOfTheModule(t)
	promises := bullets(section(string(readme), "What it promises"))
	for _, promise := range promises {
		if len(keptBy[promise]) == 0 {
			t.Errorf("no test is named for %q", promise)
		}
		for _, name := range keptBy[promise] {
			if !exists[name] {
				t.Errorf("%q is to be kept by %s, which does not exist", promise, name)
			}
		}
	}
	for promise := range keptBy {
		if !slices.Contains(promises, promise) {
			t.Errorf("batch/README.md does not promise %q", promise)
		}
	}
}

// TestTheTestsThatTablesOfGuaranteesNameExist reads the tables of each doc_test.go.
func TestTheTestsThatTablesOfGuaranteesNameExist(t *testing.T) {
	exists := testsOfTheModule(t)
	named := 0
	for file, source := range testFiles(t) {
		if filepath.Base(file) != "doc_test.go" {
			continue
		}
		for _, match := range regexp.MustCompile(`(?m)^//.*?\b(Test[A-Za-z0-9]+)`).FindAllStringSubmatch(source, -1) {
			named++
			if !exists[match[1]] {
				t.Errorf("%s: there is no %s", file, match[1])
			}
		}
	}
	if named < 100 {
		t.Errorf("the tables name %d tests: are they read right?", named)
	}
}

// testsOfTheModule are the names of all test functions.
func testsOfTheModule(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, source := range testFiles(t) {
		for _, match := range regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`).FindAllStringSubmatch(source, -1) {
			names[match[1]] = true
		}
	}
	return names
}

// testFiles are the module's test files: path, then content.
func testFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		files[path] = string(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// section is the text below a heading of the second level.
func section(markdown, heading string) string {
	_, text, _ := strings.Cut(markdown, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// bullets are the list items of a Markdown text, one line each.
func bullets(markdown string) []string {
	var items []string
	for line := range strings.Lines(markdown) {
		if item, is := strings.CutPrefix(line, "- "); is {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return items
}
