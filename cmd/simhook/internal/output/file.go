package output

import (
	"os"
	"path/filepath"
)

// ReplaceFile writes a file in one step: a reader finds the old content or the new, never half of one. What cannot be
// replaced is written over in place: a device, a file in a read-only folder, or a file mounted by itself, such as
// a Kubernetes termination log.
func ReplaceFile(path string, data []byte, mode os.FileMode) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, mode)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return os.WriteFile(path, data, mode)
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil && os.Rename(temp.Name(), path) == nil {
		return nil
	}
	_ = os.Remove(temp.Name())
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, mode)
}
