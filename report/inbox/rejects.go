package inbox

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// maxRejects is the size of a file of rejects, in bytes: 16 MiB. There are two at most.
const maxRejects = 16 << 20

// Reject is a request that contained no notification that is understood.
type Reject struct {
	ReceivedAt  time.Time
	Remote      string
	Status      int // of the answer
	Reason      string
	ContentType string
	Body        []byte // as it was received; it may be cut off
}

// Rejects keeps requests that were refused, so that a change of format loses nothing: notifications.rejected.jsonl
// holds one JSON object on each line. At 16 MiB the file becomes notifications.rejected.1.jsonl and replaces the one
// before. It is safe for concurrent use.
type Rejects struct {
	path, older string

	mu sync.Mutex
}

// OpenRejects keeps requests beside the inbox at path. The file is created with the first one.
func OpenRejects(path string) *Rejects {
	stem := strings.TrimSuffix(path, filepath.Ext(path)) + ".rejected"
	return &Rejects{path: stem + ".jsonl", older: stem + ".1.jsonl"}
}

// Add appends a request. When it returns nil, the request survives a power cut. The file is opened each time: requests
// are rarely refused, and another program may have moved it.
func (r *Rejects) Add(reject Reject) error {
	text, err := reject.line()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() >= maxRejects {
		if err := os.Rename(r.path, r.older); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// line holds a body of UTF-8 as text, and another one as base64.
func (r Reject) line() ([]byte, error) {
	line := struct {
		ReceivedAt  time.Time `json:"received_at"`
		Remote      string    `json:"remote"`
		Status      int       `json:"http_status"`
		Reason      string    `json:"reason"`
		ContentType string    `json:"content_type,omitempty"`
		Body        string    `json:"body,omitempty"`
		Base64      []byte    `json:"body_base64,omitempty"`
	}{ReceivedAt: r.ReceivedAt.UTC(), Remote: r.Remote, Status: r.Status, Reason: r.Reason, ContentType: r.ContentType}
	if utf8.Valid(r.Body) {
		line.Body = string(r.Body)
	} else {
		line.Base64 = r.Body
	}
	text, err := json.Marshal(line)
	return append(text, '\n'), err
}
