package fleet

import (
	"context"
	"fmt"
	"io"
	"os"
)

// spool copies what open gives to a temporary file in dir. The file has no name, so it is gone when the process
// ends, however it ends.
//
// Reading from a pipe cannot be interrupted. When ctx ends, spool returns its cause at once. The reading
// goroutine stays behind and closes the file if its read ever returns.
func spool(ctx context.Context, dir string, open func() (io.ReadCloser, error)) (*os.File, error) {
	type copied struct {
		file *os.File
		err  error
	}
	result := make(chan copied)
	go func() {
		file, err := copyToUnnamed(ctx, dir, open)
		select {
		case result <- copied{file, err}:
		case <-ctx.Done():
			if file != nil {
				_ = file.Close()
			}
		}
	}()
	select {
	case r := <-result:
		return r.file, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func copyToUnnamed(ctx context.Context, dir string, open func() (io.ReadCloser, error)) (_ *os.File, err error) {
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := os.CreateTemp(dir, "simhook-fleet-*")
	if err != nil {
		return nil, fmt.Errorf("keeping a temporary copy of it: %w", err)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	if err := os.Remove(file.Name()); err != nil {
		return nil, fmt.Errorf("keeping a temporary copy of it: %w", err)
	}
	if _, err := io.Copy(file, untilDone{ctx, in}); err != nil {
		return nil, fmt.Errorf("keeping a temporary copy of it: %w", err)
	}
	return file, nil
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx context.Context
	in  io.Reader
}

func (r untilDone) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.in.Read(p)
}
