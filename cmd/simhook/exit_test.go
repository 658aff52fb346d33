package main

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/account"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/file"
)

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"all is well":                   {nil, 0},
		"an unknown error":              {errors.New("?"), 1},
		"a panic":                       {&batch.PanicError{}, 1},
		"the time is over":              {batch.ErrMaxDuration, 4},
		"usage":                         {usagef("x"), 64},
		"rows refused":                  {badRows(report.Summary{Refused: 1}), 65},
		"rows invalid":                  {badRows(report.Summary{Invalid: 1}), 65},
		"the fleet":                     {&fleet.Error{Err: fs.ErrNotExist}, 66},
		"rows failed and refused":       {badRows(report.Summary{Failed: 1, Refused: 1}), 69},
		"the API is gone":               {&batch.GoneError{Last: errors.New("x")}, 69},
		"the API is gone, by its error": {&batch.GoneError{Last: &api.Error{Status: 503}}, 69},
		"results not written":           {&file.WriteError{Err: fs.ErrPermission}, 74},
		"results not written and a bug": {errors.Join(&file.WriteError{Err: fs.ErrPermission}, &batch.PanicError{}), 74},
		"stopped":                       {fmt.Errorf("x: %w", batch.ErrStopped), 75},
		"locked":                        {&file.LockedError{}, 75},
		"the account may not be listed": {&account.ReadError{Err: &api.Error{Status: 403}}, 78},
		"the account cannot be listed":  {&account.ReadError{Err: &api.Error{Status: 503}}, 69},
		"a list that never settles":     {&account.UnsettledError{}, 75},
		"a list that has shrunk":        {errors.Join(&account.ShrunkError{}, nil), 78},
		"a type that is left out":       {&batch.OtherTypeError{}, 78},
		"credentials":                   {&api.CredentialsError{}, 77},
		"settings":                      {settingf("x"), 78},
		"results of another run":        {&file.MismatchError{}, 78},
		"too many failures":             {&batch.TooManyFailuresError{}, 78},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(c.err); got != c.code {
				t.Errorf("exit code %d, want %d", got, c.code)
			}
		})
	}
}
