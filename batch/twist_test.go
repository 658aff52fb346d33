package batch

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"simhook/api/sandbox"
)

// twist gives some requests another answer: to the API those that have taken
// effect, or else those for a token.
type twist struct {
	next   http.Handler
	answer http.HandlerFunc
	when   func(n int64) bool // the n-th such request, counted from 0
	tokens bool

	seen, fired atomic.Int64
	repaired    atomic.Bool
}

func (h *twist) repair() { h.repaired.Store(true) }

func (h *twist) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isToken := r.URL.Path == sandbox.TokenPath; isToken != h.tokens || h.repaired.Load() || !h.when(h.seen.Add(1)-1) {
		h.next.ServeHTTP(w, r)
		return
	}
	h.fired.Add(1)
	if !h.tokens {
		h.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	h.answer(w, r)
}

func always(int64) bool { return true }

func senselessAnswers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"a page of HTML with 200": htmlPage,
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			var bomb bytes.Buffer
			deflate := gzip.NewWriter(&bomb)
			_, _ = io.CopyN(deflate, zeros{}, 1<<20)
			_ = deflate.Close()
			for range 1 << 12 { // one after the other, they are one text of 4 GiB
				if _, err := w.Write(bomb.Bytes()); err != nil {
					return
				}
			}
		},
		"a body without end": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, zeros{})
		},
	}
}

type tokenFault struct {
	answer http.HandlerFunc
	cause  string // what the error says
}

func tokenFaults() map[string]tokenFault {
	const rubbish = "token endpoint: the answer holds no access token: check the token URL"
	return map[string]tokenFault{
		"hangs": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, "token endpoint: timeout"},
		"500": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "oops", http.StatusInternalServerError)
		}, "token endpoint: 500 Internal Server Error"},
		"a page of HTML with 200": {htmlPage, rubbish},
		"JSON without a token": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"expires_in":300,"token_type":"Bearer"}`)
		}, rubbish},
		"a megabyte of text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, strings.Repeat("rubbish ", 1<<17))
		}, rubbish},
	}
}

func htmlPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<html><body>Please sign in</body></html>")
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func address(server *httptest.Server) string { return server.Listener.Addr().String() }
