package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const oneNotification = `{"id":"1","type":"USAGE_THRESHOLD","iccid":"893000000002391231"}`

// recordingReceiver is a Receiver that records the notifications it accepts and the requests it reports.
type recordingReceiver struct {
	*Receiver
	taken  []Notification
	seen   []Reception
	answer error // of Receive
}

func newRecordingReceiver(t *testing.T, config ReceiverConfig) *recordingReceiver {
	t.Helper()
	d := &recordingReceiver{}
	config.Receive = func(_ context.Context, n Notification) error {
		d.taken = append(d.taken, n)
		return d.answer
	}
	config.OnReception = func(r Reception) { d.seen = append(d.seen, r) }
	var err error
	if d.Receiver, err = NewReceiver(config); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReceiverAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		config ReceiverConfig
		method string // "": POST
		body   string
		user   string // with a colon before the password; "": none
		fails  error
		status int
		reason string
		header string // that the answer must have
		taken  int
	}{
		"a notification is acknowledged":       {body: oneNotification, status: 200, taken: 1},
		"an unknown type is acknowledged":      {body: strings.Replace(oneNotification, "USAGE", "X", 1), status: 200, taken: 1},
		"another method is refused":            {method: "GET", status: 405, reason: "notifications are sent by POST", header: "Allow"},
		"PUT is another method":                {method: "PUT", body: oneNotification, status: 405, reason: "notifications are sent by POST"},
		"malformed JSON is refused":            {body: `{"id":`, status: 400, reason: "the body is not JSON: unexpected end of JSON input"},
		"a notification of no SIM is refused":  {body: `{"id":"1","type":"X"}`, status: 400, reason: `"iccid" is missing`},
		"the largest body is read":             {config: ReceiverConfig{MaxBody: int64(len(oneNotification))}, body: oneNotification, status: 200, taken: 1},
		"a larger one is refused":              {config: ReceiverConfig{MaxBody: int64(len(oneNotification)) - 1}, body: oneNotification, status: 413, reason: "the body is larger than 63 bytes"},
		"a failing consumer is not a 2xx":      {body: oneNotification, fails: errors.New("disk /var/x is full"), status: 503, reason: "the notification was not accepted: send it again", taken: 1},
		"the right credentials are let in":     {config: ReceiverConfig{Username: "me", Password: "se:cret"}, user: "me:se:cret", body: oneNotification, status: 200, taken: 1},
		"no credentials are refused":           {config: ReceiverConfig{Username: "me", Password: "secret"}, body: oneNotification, status: 401, reason: "the credentials are missing or wrong", header: "Www-Authenticate"},
		"a wrong password is refused":          {config: ReceiverConfig{Username: "me", Password: "secret"}, user: "me:Secret", body: oneNotification, status: 401, reason: "the credentials are missing or wrong"},
		"a wrong username is refused":          {config: ReceiverConfig{Username: "me", Password: "secret"}, user: "you:secret", body: oneNotification, status: 401, reason: "the credentials are missing or wrong"},
		"credentials not required are ignored": {user: "me:secret", body: oneNotification, status: 200, taken: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newRecordingReceiver(t, c.config)
			d.answer = c.fails
			method := "POST"
			if c.method != "" {
				method = c.method
			}
			req := httptest.NewRequest(method, "/notifications", strings.NewReader(c.body))
			if user, password, given := strings.Cut(c.user, ":"); given {
				req.SetBasicAuth(user, password)
			}
			w := httptest.NewRecorder()
			d.ServeHTTP(w, req)
			if w.Code != c.status || len(d.taken) != c.taken {
				t.Errorf("answered %d with %d taken, want %d and %d", w.Code, len(d.taken), c.status, c.taken)
			}
			if c.header != "" && w.Header().Get(c.header) == "" {
				t.Errorf("no %s among the headers %v", c.header, w.Header())
			}
			if got := reasonIn(t, w.Body.String()); got != c.reason {
				t.Errorf("the reason is %q, want %q", got, c.reason)
			}
			if len(d.seen) != 1 || d.seen[0].Status != c.status || (d.seen[0].Err == nil) != (c.status == 200) {
				t.Fatalf("reported as %+v", d.seen)
			}
			if c.fails != nil && !errors.Is(d.seen[0].Err, c.fails) {
				t.Errorf("reported with %v, which hides %v", d.seen[0].Err, c.fails)
			}
			if d.seen[0].Err != nil && strings.Contains(d.seen[0].Err.Error(), "secret") {
				t.Errorf("a secret in %v", d.seen[0].Err)
			}
		})
	}
}

// reasonIn is the message in the body of an error; "" for an empty body.
func reasonIn(t *testing.T, body string) string {
	t.Helper()
	if body == "" {
		return ""
	}
	var answer struct {
		Type     string
		Messages []string
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Type == "" || len(answer.Messages) != 1 {
		t.Fatalf("the answer is %q: %v", body, err)
	}
	return answer.Messages[0]
}

func TestReceiverAcceptsTheDocumentedExamples(t *testing.T) {
	d := newRecordingReceiver(t, ReceiverConfig{})
	for name, example := range documented(t) {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(example))))
		if w.Code != http.StatusOK {
			t.Errorf("%s is answered %d: %s", name, w.Code, w.Body)
		}
	}
	if len(d.taken) != 5 {
		t.Errorf("%d were taken", len(d.taken))
	}
}

func TestASlowSenderIsToldSo(t *testing.T) {
	d := newRecordingReceiver(t, ReceiverConfig{})
	server := httptest.NewUnstartedServer(d)
	server.Config.ReadTimeout = 50 * time.Millisecond
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 64\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusRequestTimeout || reasonIn(t, string(body)) != "the body did not arrive in time" {
		t.Errorf("%v: answered %d %s", err, resp.StatusCode, body)
	}
	if len(d.taken) > 0 {
		t.Errorf("taken: %+v", d.taken)
	}
}

func TestNewReceiverRefusesWhatCannotWork(t *testing.T) {
	receive := func(context.Context, Notification) error { return nil }
	for name, config := range map[string]ReceiverConfig{
		"no Receive function": {},
		"a username alone":    {Receive: receive, Username: "me"},
		"a password alone":    {Receive: receive, Password: "secret"},
		"a negative size":     {Receive: receive, MaxBody: -1},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewReceiver(config); err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
		})
	}
}
