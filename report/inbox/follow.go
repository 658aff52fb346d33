package inbox

import (
	"os"
	"time"
)

// Another program, such as logrotate or a person, can rename, delete or truncate the file while it is written. What is
// acknowledged after that must be findable at the path.

// followFile makes the file at the path the one being written. A file without its rows also takes the memory of them:
// a sender that repeats one gets it written again. After an error nothing can be written until the next try.
func (b *Inbox) followFile() error {
	lost, moved, changed := b.lost(), b.moved(), b.resized()
	if lost {
		b.known = newRecent(b.options.Remember)
	}
	switch {
	case b.failure != nil:
		return b.failure
	case moved:
		old := b.file
		if err := b.openFile(); err != nil {
			return err
		}
		_ = old.Close() // all of it is synced
		b.followed = time.Now()
	case changed:
		size, err := b.prepare(b.file)
		if err != nil {
			return err
		}
		b.size = size
	}
	return nil
}

// lost reports whether rows that were written are no longer there: the file was deleted or truncated.
func (b *Inbox) lost() bool {
	info, err := b.file.Stat()
	return err == nil && (info.Size() < b.size || unlinked(info))
}

// resized reports whether another program wrote to the file or truncated it.
func (b *Inbox) resized() bool {
	info, err := b.file.Stat()
	return err == nil && info.Size() != b.size
}

// moved reports whether the file at the path is not the one being written, because another program renamed it.
func (b *Inbox) moved() bool {
	mine, err := b.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(b.path)
	return err != nil || !os.SameFile(mine, there)
}
