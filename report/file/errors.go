package file

import "fmt"

// MismatchError says that a file is not one that can be continued: results of another command, API or shard, or
// something else. It was not changed.
type MismatchError struct {
	Path   string
	Reason string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s: %s; it was left as it is: choose another --results or move it away", e.Path, e.Reason)
}

// WriteError says that a file could not be written, for example on a full disk or in a read-only folder. Unrecorded
// are the ICCIDs whose calls were made, but whose rows are not in the file or may not survive a power cut. Each is
// named by one error only.
type WriteError struct {
	Path       string
	Err        error
	Unrecorded []string
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("writing results to %s: %v", e.Path, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }
