package file

import "fmt"

// MismatchError says that a file is not what this run could go on with: results
// of another command, API or shard, or no results at all. It was not touched.
type MismatchError struct {
	Path   string
	Reason string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s: %s; it was left as it is: choose another --results or move it away", e.Path, e.Reason)
}

// WriteError says that results could not be written: a full disk, a folder
// that is read-only. Unrecorded are the ICCIDs whose rows are not in the file, or
// would not survive a power cut, although their calls were made; each is named by
// one error only.
type WriteError struct {
	Path       string
	Err        error
	Unrecorded []string
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("writing results to %s: %v", e.Path, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }
