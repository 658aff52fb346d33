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

// defaultMaxBody is in bytes. It is 300 times the documentation's longest example.
const defaultMaxBody = 64 << 10

// ReceiverConfig holds the settings of a Receiver. Receive is required.
type ReceiverConfig struct {
	// Receive is called for every valid notification of a request, repeats included, on the goroutine of its request.
	// Its context ends when the sender disconnects. After nil the notification is acknowledged. After an
	// error the sender is asked to send it again.
	Receive func(context.Context, Notification) error

	// Username and Password are the sender's credentials for Basic authentication (RFC 7617). Both empty:
	// none are required.
	Username, Password string

	// MaxBody is the largest body that is read, in bytes. 0 means 64 KiB.
	MaxBody int64

	// OnReception is called after every request, on its goroutine. nil: not called.
	OnReception func(Reception)
}

// Reception describes one request to a webhook for logs and metrics. It contains no credentials.
type Reception struct {
	Remote       string       // address of the sender, or of the proxy in front of the receiver
	Status       int          // of the answer
	Notification Notification // the last one that was received; zero if the request contained no valid one
	Bytes        int          // read from the body
	ContentType  string
	Body         []byte // as it was read, compressed or not, cut off or not
	Duration     time.Duration
	Err          error // why it was not acknowledged; nil: it was
}

// Receiver is the http.Handler behind a webhook. It answers
//
//	200  the notification is acknowledged
//	400  the body is not a notification, or is cut off
//	401  the credentials are missing or wrong
//	405  the method is not POST
//	408  the body did not arrive within the server's read timeout
//	413  the body is too large
//	503  Receive failed: send the notification again
//
// Every answer but 200 has a body in the form of the API's errors: {"type":"…","messages":["…"]}.
type Receiver struct {
	config   ReceiverConfig
	username [sha256.Size]byte
	password [sha256.Size]byte
}

// NewReceiver returns an error if Receive is missing, if MaxBody is negative, or if only one of Username and
// Password is given.
func NewReceiver(config ReceiverConfig) (*Receiver, error) {
	switch {
	case config.Receive == nil:
		return nil, errors.New("the receiver of notifications needs a Receive function")
	case (config.Username == "") != (config.Password == ""):
		return nil, errors.New("the receiver of notifications needs both a username and a password, or neither")
	case config.MaxBody < 0:
		return nil, errors.New("the largest body of a notification cannot be negative")
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
	reception := Reception{
		Remote: req.RemoteAddr, Status: http.StatusOK, ContentType: oneLine(req.Header.Get("Content-Type"), maxReason),
	}
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
		return &rejection{
			status: http.StatusMethodNotAllowed, name: "METHOD_NOT_ALLOWED", reason: "notifications are sent by POST",
		}
	}
	if !r.authorised(req) {
		return &rejection{
			status: http.StatusUnauthorized, name: "UNAUTHORISED", reason: "the credentials are missing or wrong",
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, r.config.MaxBody))
	reception.Body, reception.Bytes = body, len(body)
	if err != nil {
		return bodyRejection(err)
	}
	all, err := ParseNotifications(body)
	if err != nil {
		return &rejection{status: http.StatusBadRequest, name: "INVALID_REQUEST_PARAMS", reason: err.Error()}
	}
	for _, n := range all {
		reception.Notification = n
		if err := r.config.Receive(req.Context(), n); err != nil {
			return &rejection{
				status: http.StatusServiceUnavailable, name: "SERVICE_UNAVAILABLE",
				reason: "the notification was not accepted: send it again", cause: err,
			}
		}
	}
	return nil
}

// authorised takes the same time for every wrong username or password, so that the time reveals nothing:
// it compares digests, which have the same length, and always compares both.
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

func bodyRejection(err error) *rejection {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &rejection{
			status: http.StatusRequestEntityTooLarge, name: "BODY_TOO_LARGE",
			reason: "the body is larger than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes", cause: err,
		}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &rejection{
			status: http.StatusRequestTimeout, name: "REQUEST_TIMEOUT",
			reason: "the body did not arrive in time", cause: err,
		}
	}
	return &rejection{
		status: http.StatusBadRequest, name: "INVALID_HTTP_MESSAGE", reason: "the body cannot be read", cause: err,
	}
}

// maxReason is the longest reason that is sent, in bytes.
const maxReason = 500

// rejection says why a notification is not acknowledged. The sender gets the reason, but not the cause,
// which can contain details of this machine.
type rejection struct {
	status int
	name   string // the error's type
	reason string
	cause  error // for OnReception only; nil: none
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
	_, _ = w.Write(body) // the sender may have disconnected
}
