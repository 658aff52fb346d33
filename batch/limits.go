package batch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxSIMs bounds how many SIMs something happens to: a number of SIMs, or a percentage of all SIMs in question. Percent counts where it is above 0.
type MaxSIMs struct {
	Number  int
	Percent float64 // up to 100
}

// percentFrom is the number of SIMs from which on a percentage of failures counts: of fewer SIMs, a few failures
// would be many percent.
const percentFrom = 100

// ParseMaxFailures understands N and N%; 0 is no limit.
func ParseMaxFailures(text string) (MaxSIMs, error) {
	limit, err := parseLimit(text)
	if err != nil {
		err = fmt.Errorf("max failures %q: use a number of SIMs such as 100, a percentage such as 50%%, or 0 for no limit", text)
	}
	return limit, err
}

// ParseMaxDelete understands N and N%; 0 allows none.
func ParseMaxDelete(text string) (MaxSIMs, error) {
	limit, err := parseLimit(text)
	if err != nil {
		err = fmt.Errorf("max delete %q: use a number of SIMs such as 100, or a percentage such as 10%%", text)
	}
	return limit, err
}

// ParseAcceptRefused understands N and N%; 0 accepts none.
func ParseAcceptRefused(text string) (MaxSIMs, error) {
	limit, err := parseLimit(text)
	if err != nil {
		err = fmt.Errorf("%q: use a number of SIMs such as 3, or a percentage such as 0.1%%", text)
	}
	return limit, err
}

func parseLimit(text string) (limit MaxSIMs, err error) {
	if number, found := strings.CutSuffix(strings.TrimSpace(text), "%"); found {
		limit.Percent, err = ParsePercent(number)
		return limit, err
	}
	limit.Number, err = strconv.Atoi(strings.TrimSpace(text))
	if err == nil && limit.Number < 0 {
		err = errors.New("negative")
	}
	return limit, err
}

// ParsePercent understands a number from 0 to 100, with or without a percent sign. Without it a number up to 1 may be a percentage or
// a part of the whole, so it is refused.
func ParsePercent(text string) (float64, error) {
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return 0, fmt.Errorf("%q: use a percentage from 0%% to 100%%", text)
	}
	if percent > 0 && percent <= 1 && !strings.Contains(text, "%") {
		return 0, fmt.Errorf("%q may mean %g%% or %g%%: write the one that is meant, with its sign", text, 100*percent, percent)
	}
	return percent, nil
}

// exceeded reports whether so many SIMs of all are more than the limit allows.
func (l MaxSIMs) exceeded(count, all int) bool {
	if l.Percent > 0 {
		return float64(count) > l.Percent/100*float64(all)
	}
	return count > l.Number
}

func (l MaxSIMs) String() string {
	if l.Percent > 0 {
		return fmt.Sprintf("%g%%", l.Percent)
	}
	return strconv.Itoa(l.Number)
}

// checkFailures stops a run in which more SIMs failed or were refused than MaxFailures allows.
func checkFailures(limit MaxSIMs, failed, handled int) error {
	if limit == (MaxSIMs{}) || limit.Percent > 0 && handled < percentFrom || !limit.exceeded(failed, handled) {
		return nil
	}
	return &TooManyFailuresError{Failed: failed, Of: handled, Limit: limit}
}

// TooManyFailuresError says that a run was stopped by MaxFailures.
type TooManyFailuresError struct {
	Failed, Of int
	Limit      MaxSIMs
}

func (e *TooManyFailuresError) Error() string {
	return fmt.Sprintf("%d of %d SIMs failed or were refused, more than --max-failures %s allows: look at the reasons before running again", e.Failed, e.Of, e.Limit)
}
