package main

import (
	"context"
	"errors"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/listen"
	"simhook/cmd/simhook/internal/output"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/results"
)

// The exit codes are those of sysexits.h, which systemd and people know, and 3 and 4. 2 is never used: a Go panic ends
// with it.
const (
	exitOK          = 0  // every SIM has its outcome and all are ok
	exitBug         = 1  // unexpected
	exitDiffers     = 3  // --detailed-exitcode: a plan found differences
	exitTimeOver    = 4  // --max-duration is over and SIMs remain
	exitUsage       = 64 // the command line
	exitRows        = 65 // finished; some rows are refused or invalid, and running again will not help
	exitFleet       = 66 // the fleet file is missing, unreadable or without a valid row
	exitAPI         = 69 // the API kept failing: run again later
	exitResults     = 74 // the results cannot be written
	exitAgain       = 75 // stopped, or another run holds the results: run again
	exitCredentials = 77 // refused
	exitSettings    = 78 // missing settings, results of another run, --max-failures reached
)

// exitCode is the exit code for each kind of error. Where an error is of several kinds, the first case that fits
// decides.
func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case is[*usageError](err):
		return exitUsage
	case is[*file.WriteError](err), is[*outputError](err), is[*listen.PrintError](err):
		return exitResults
	case is[*batch.PanicError](err):
		return exitBug
	case is[*fleet.Error](err), is[*fileError](err):
		return exitFleet
	case is[*settingError](err), is[*file.MismatchError](err), is[*results.MergeError](err),
		is[*batch.TooManyFailuresError](err), is[*batch.TooManyDeletesError](err),
		is[*batch.UnexpectedDeletesError](err), is[*batch.WrongAPIError](err), is[*batch.CanaryError](err), is[*batch.WrongBaseURLError](err):
		return exitSettings
	case is[*api.CredentialsError](err):
		return exitCredentials
	case is[*file.LockedError](err), is[*history.BusyError](err), errors.Is(err, batch.ErrStopped), errors.Is(err, context.Canceled):
		return exitAgain
	case errors.Is(err, batch.ErrMaxDuration):
		return exitTimeOver
	case is[*batch.GoneError](err), is[*batch.VerifyError](err):
		return exitAPI
	case is[*differencesError](err):
		return exitDiffers
	}
	if rows, ok := errors.AsType[*rowsError](err); ok {
		return rows.exitCode()
	}
	return exitBug
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// nextStep is what to do about an error; "": the error itself says it.
func nextStep(err error) string {
	switch {
	case err == nil:
		return ""
	case is[*file.WriteError](err):
		return output.WriteAdvice(err) + "; the same command again continues"
	case errors.Is(err, batch.ErrStopped), errors.Is(err, batch.ErrMaxDuration):
		return "the same command again continues from here"
	case is[*batch.GoneError](err):
		return "the same command again continues: run it later"
	case exitCode(err) == exitBug:
		return "this is a bug of simhook: please report it with its log"
	}
	if usage, ok := errors.AsType[*usageError](err); ok {
		return usage.reference()
	}
	return ""
}
