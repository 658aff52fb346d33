package report

import "strings"

// advice tells an operator what to do about a row that is not ok.
func advice(row *Row) string {
	const again = "run the same command again"
	httpStatus := row.failedCall().HTTPStatus
	switch {
	case row.Status == StatusInvalid:
		return "fix the row in the fleet file, then " + again
	case strings.HasPrefix(row.Error, "internal error"):
		return "this is a bug of simhook: report it with the run's log"
	case strings.HasPrefix(row.Error, "stopped"):
		return again + ": it continues from there"
	case httpStatus < 500 && strings.Contains(row.Error, "not from the API"):
		return "something before the API answered: check --base-url and any proxy, then " + again
	case row.Status == StatusRefused:
		return refusalAdvice(httpStatus)
	case httpStatus == 500:
		return again + "; if it stays, give the operator's support the correlation ID"
	case httpStatus > 0:
		return again + " later"
	}
	return again + " later; if it stays, check the network"
}

// refusalAdvice knows the HTTP statuses that the API documents.
func refusalAdvice(httpStatus int) string {
	switch {
	case httpStatus == 400:
		return "look at the SIM's ICCID and webhook URL: the API does not take them"
	case httpStatus == 403:
		return "the SIM belongs to another account: take it out of the fleet, or use that account's credentials"
	case httpStatus == 404:
		return "the account has no such SIM: look for a wrong ICCID, or take it out of the fleet"
	case httpStatus == 405:
		return "try the other --register-method"
	case httpStatus >= 300 && httpStatus < 400:
		return "check --base-url"
	}
	return "give the operator's support the correlation ID"
}
