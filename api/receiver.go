package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// defaultMaxBody is the largest body of a notification, in bytes: 300 times the documentation's longest
// example.
const defaultMaxBody = 64 << 10

// ReceiverConfig is what a Receiver needs to know.
type ReceiverConfig struct {
	// Receive is called for every notification that is valid, a repeat of an earlier one included, on the
	// goroutine of its request, whose context ends when the sender goes away. Only after it returned nil is
	// the notification acknowledged; else the sender is told to try again.
	Receive func(context.Context, Notification) error

	// Username and Password are what the sender must authenticate with (RFC 7617). Both empty: it need
	// not.
	Username, Password string

	// MaxBody is the largest body that is read, in bytes. 0 means 64 KiB.
	MaxBody int64

	// OnReception is called after every request, on its goroutine.
	OnReception func(Reception)
}

// Reception is what can be logged and measured of one request to a webhook. It holds no credentials.
type Reception struct {
	Remote       string       // address of the sender, or of the proxy before us
	Status       int          // that it was answered
	Notification Notification // zero if the request held none
	Bytes        int          // of the body, as far as it was read
	Duration     time.Duration
	Err          error // why it was not acknowledged; nil if it was
}

// Receiver is the http.Handler behind a webhook. It answers
//
//	200  the notification is acknowledged
//	400  the body is no notification, or was cut off
//	401  the credentials are missing or wrong
//	405  the method is not POST
//	408  the body did not come in the time that the server allows
//	413  the body is too large
//	503  Receive failed: the same notification may be sent again
//
// with a reason in the form of the API's own errors: {"type":"…","messages":["…"]}.
type Receiver struct {
	config   ReceiverConfig
	username [sha256.Size]byte
	password [sha256.Size]byte
}

// NewReceiver returns an error if Receive is missing, or MaxBody negative, or only one of Username and
// Password is given.
func NewReceiver(config ReceiverConfig) (*Receiver, error) {
	switch {
	case config.Receive == nil:
		return nil, errors.New("a receiver of notifications needs a function to pass them to")
	case (config.Username == "") != (config.Password == ""):
		return nil, errors.New("a receiver of notifications needs both a username and a password, or neither")
	case config.MaxBody < 0:
		return nil, errors.New("the largest body of a notification is negative")
	case config.MaxBody == 0:
		config.MaxBody = defaultMaxBody
	}
	return &Receiver{
		config:   config,
		username: sha256.Sum256([]byte(config.Username)),
		password: sha256.Sum256([]byte(config.Password)),
	}, nil
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	started := time.Now()
	reception := Reception{Remote: req.RemoteAddr, Status: http.StatusOK}
	if rejected := r.receive(w, req, &reception); rejected != nil {
		rejected.write(w)
		reception.Status, reception.Err = rejected.status, rejected
	}
	reception.Duration = time.Since(started)
	if r.config.OnReception != nil {
		r.config.OnReception(reception)
	}
}

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request, reception *Reception) *rejection {
	if req.Method != http.MethodPost {
		return &rejection{status: http.StatusMethodNotAllowed, name: "METHOD_NOT_ALLOWED", reason: "notifications are sent by POST"}
	}
	if !r.authorised(req) {
		return &rejection{status: http.StatusUnauthorized, name: "UNAUTHORISED", reason: "the credentials are missing or wrong"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, r.config.MaxBody))
	reception.Bytes = len(body)
	if err != nil {
		return bodyRejection(err)
	}
	n, err := ParseNotification(body)
	if err != nil {
		return &rejection{status: http.StatusBadRequest, name: "INVALID_REQUEST_PARAMS", reason: err.Error()}
	}
	reception.Notification = n
	if err := r.config.Receive(req.Context(), n); err != nil {
		return &rejection{
			status: http.StatusServiceUnavailable, name: "SERVICE_UNAVAILABLE",
			reason: "the notification could not be taken: send it again", cause: err,
		}
	}
	return nil
}

// authorised compares digests, which are of one length, and always both: the time it takes tells nothing.
func (r *Receiver) authorised(req *http.Request) bool {
	if r.config.Username == "" {
		return true
	}
	username, password, _ := req.BasicAuth()
	givenName, givenPassword := sha256.Sum256([]byte(username)), sha256.Sum256([]byte(password))
	sameName := subtle.ConstantTimeCompare(givenName[:], r.username[:])
	samePassword := subtle.ConstantTimeCompare(givenPassword[:], r.password[:])
	return sameName&samePassword == 1
}

// bodyRejection tells why a body could not be read.
func bodyRejection(err error) *rejection {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &rejection{
			status: http.StatusRequestEntityTooLarge, name: "BODY_TOO_LARGE",
			reason: "the body is larger than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes", cause: err,
		}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &rejection{status: http.StatusRequestTimeout, name: "REQUEST_TIMEOUT", reason: "the body did not come in time", cause: err}
	}
	return &rejection{status: http.StatusBadRequest, name: "INVALID_HTTP_MESSAGE", reason: "the body cannot be read", cause: err}
}

// maxReason bounds what a sender is told, in bytes.
const maxReason = 500

// rejection is why a notification is not acknowledged. What the sender is told does not include the cause,
// which may be about this machine.
type rejection struct {
	status int
	name   string // the error's type
	reason string
	cause  error // nil: the reason says it all
}

func (r *rejection) Error() string {
	if r.cause == nil {
		return r.reason
	}
	return r.reason + ": " + r.cause.Error()
}

func (r *rejection) Unwrap() error { return r.cause }

// write answers in the form of the API's own errors.
func (r *rejection) write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type     string   `json:"type"`
		Messages []string `json:"messages"`
	}{r.name, []string{oneLine(r.reason, maxReason)}})
	if err != nil {
		panic("two strings cannot be encoded: " + err.Error())
	}
	header := w.Header()
	switch r.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Basic realm="notifications", charset="UTF-8"`)
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusRequestTimeout:
		header.Set("Connection", "close")
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(r.status)
	_, _ = w.Write(body) // the sender may have gone
}
