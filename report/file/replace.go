package file

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace writes a file in one step: a reader finds the old content or the new, never half of one, also after a power
// cut or on a full disk. It follows links. What cannot be replaced is written over in place: a device, a file in a read-only
// folder, or a file mounted by itself, such as a Kubernetes termination log. The umask applies to mode.
func Replace(path string, data []byte, mode os.FileMode) error {
	return ReplaceWith(path, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// ReplaceWith is Replace for content that is too large to be in memory at once. content may be asked for it twice.
func ReplaceWith(path string, mode os.FileMode, content func(io.Writer) error) error {
	path, err := Resolve(path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return write(path, os.O_WRONLY, content, mode, false)
	}
	temp := tempBeside(path)
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err == nil {
		if err = fill(f, content, true); err == nil {
			err = os.Rename(temp, path)
		}
		if err == nil {
			return SyncDir(OS{}, path)
		}
		_ = os.Remove(temp) // the first error counts
	}
	if !isFixed(err) {
		return err
	}
	if inPlace := write(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, content, mode, true); inPlace != nil {
		return err
	}
	return nil
}

// isFixed reports whether a file cannot be replaced because of where it is.
func isFixed(err error) bool {
	for _, reason := range []error{fs.ErrPermission, syscall.EROFS, syscall.EBUSY, syscall.EXDEV, syscall.ENAMETOOLONG} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

func write(path string, flags int, content func(io.Writer) error, mode os.FileMode, regular bool) error {
	f, err := os.OpenFile(path, flags, mode)
	if err != nil {
		return err
	}
	return fill(f, content, regular)
}

// fill writes a file's content, and closes it.
func fill(f *os.File, content func(io.Writer) error, regular bool) error {
	out := bufio.NewWriter(f)
	err := content(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil && regular {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// nothing is no content.
func nothing(io.Writer) error { return nil }

func tempBeside(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text())
}

// CheckReplace reports whether Replace can write the file, as far as can be known before: its error says why not. It
// changes nothing.
func CheckReplace(path string) error {
	path, err := Resolve(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("is a folder")}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil // opening a pipe can wait for its reader
	}
	temp := tempBeside(path)
	failure := write(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, nothing, 0o600, false)
	if failure == nil {
		return os.Remove(temp)
	}
	if err != nil {
		return failure // there is no file that could be written over
	}
	return write(path, os.O_WRONLY, nothing, 0o600, false)
}

// Follow returns where a link leads, and every other path as it is.
func Follow(path string) string {
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return path
	}
	target, err := Resolve(path)
	if err != nil {
		return path // opening it gives the better error
	}
	return target
}

// Resolve follows the links of a path to the file that writing to it would change, which need not be there yet.
func Resolve(path string) (string, error) {
	const most = 40 // links; Linux follows as many
	for range most {
		target, err := filepath.EvalSymlinks(path)
		if err == nil {
			return target, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		link, _ := os.Readlink(path) // "": it is none
		if link == "" {
			return filepath.Join(dir, filepath.Base(path)), nil
		}
		if !filepath.IsAbs(link) { // it leads to a file that is not there yet
			link = filepath.Join(dir, link)
		}
		path = link
	}
	return "", fmt.Errorf("%s: too many links", path)
}

// Same reports whether writing to one of two paths changes the other, whether the files are there or not.
func Same(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	a, errA = Resolve(a)
	b, errB = Resolve(b)
	return errA == nil && errB == nil && a == b
}
