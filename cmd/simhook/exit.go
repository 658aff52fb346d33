package main

import (
	"context"
	"errors"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/account"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/exitcode"
	"simhook/cmd/simhook/internal/listen"
	"simhook/cmd/simhook/internal/output"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/results"
)

// What the exit codes mean is said in the table of the package exitcode.
const (
	exitOK          = exitcode.OK
	exitBug         = exitcode.Bug
	exitDiffers     = exitcode.Differs
	exitTimeOver    = exitcode.TimeOver
	exitUsage       = exitcode.Usage
	exitRows        = exitcode.Rows
	exitFleet       = exitcode.Fleet
	exitAPI         = exitcode.API
	exitResults     = exitcode.Results
	exitAgain       = exitcode.Again
	exitCredentials = exitcode.Credentials
	exitSettings    = exitcode.Settings
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
	case is[*settingError](err), is[*access.SettingError](err), is[*file.MismatchError](err), is[*results.MergeError](err),
		is[*batch.TooManyFailuresError](err), is[*batch.TooManyDeletesError](err),
		is[*batch.UnexpectedDeletesError](err), is[*batch.RoundedError](err), is[*batch.WrongAPIError](err), is[*batch.CanaryError](err), is[*batch.WrongBaseURLError](err),
		is[*batch.OtherTypeError](err), is[*account.ShrunkError](err):
		return exitSettings
	case is[*api.CredentialsError](err):
		return exitCredentials
	case is[*account.UnsettledError](err), is[*file.LockedError](err), is[*history.BusyError](err), errors.Is(err, batch.ErrStopped), errors.Is(err, context.Canceled):
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
	if list, ok := errors.AsType[*account.ReadError](err); ok {
		if answer, ok := errors.AsType[*api.Error](list); ok && !api.Temporary(answer) {
			return exitSettings // the API refuses to list the account
		}
		return exitAPI
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
