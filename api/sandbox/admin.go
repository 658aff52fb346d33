package sandbox

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"simhook/api"
)

// addAdmin adds the resources for people. They show the state and cause faults, and need no token.
func (s *Sandbox) addAdmin() {
	s.mux.HandleFunc("GET /sandbox/stats", func(w http.ResponseWriter, _ *http.Request) {
		jsonReply(http.StatusOK, s.Stats()).write(w)
	})
	s.mux.HandleFunc("GET /sandbox/sims/{iccid}", s.serveSIM)
	s.mux.HandleFunc("POST /sandbox/sims/{iccid}/notifications/{type}", s.serveNotify)
	s.mux.HandleFunc("GET /{$}", s.servePage)
	s.mux.HandleFunc("POST /sandbox/revoke", func(w http.ResponseWriter, _ *http.Request) {
		s.RevokeTokens()
		w.WriteHeader(http.StatusNoContent)
	})
	s.mux.HandleFunc("POST /sandbox/down", s.serveDown)
	s.mux.HandleFunc("POST /sandbox/sims", s.serveAddSIMs)
}

// serveSIM answers with the webhooks of one SIM, by type.
func (s *Sandbox) serveSIM(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	urls := s.webhooks.of(r.PathValue("iccid"))
	s.mu.Unlock()
	if len(urls) == 0 {
		failure(http.StatusNotFound, "NOT_FOUND", "the SIM has no webhooks").write(w)
		return
	}
	jsonReply(http.StatusOK, urls).write(w)
}

// serveNotify sends a notification to the webhook of one SIM.
func (s *Sandbox) serveNotify(w http.ResponseWriter, r *http.Request) {
	t, err := api.ParseNotificationType(r.PathValue("type"))
	if err != nil {
		invalid(err.Error()).write(w)
		return
	}
	switch id, err := s.Notify(strings.Clone(r.PathValue("iccid")), t); {
	case errors.Is(err, ErrNoWebhook):
		failure(http.StatusNotFound, "NOT_FOUND", err.Error()).write(w)
	case err != nil:
		failure(http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", err.Error()).write(w)
	default:
		jsonReply(http.StatusAccepted, map[string]string{"id": id}).write(w)
	}
}

// serveDown takes the API down for the time in the parameter "for".
func (s *Sandbox) serveDown(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("for"))
	if err != nil || d <= 0 {
		invalid("the parameter for must be a time, as in /sandbox/down?for=10s").write(w)
		return
	}
	s.mu.Lock()
	s.downUntil = time.Now().Add(d)
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// maxAdded is how many SIMs one request can add.
const maxAdded = 1_000_000

// serveAddSIMs adds as many SIMs to the account as the parameter "add" says, and answers with their ICCIDs.
func (s *Sandbox) serveAddSIMs(w http.ResponseWriter, r *http.Request) {
	count, err := strconv.Atoi(r.FormValue("add"))
	if err != nil || count < 1 || count > maxAdded {
		invalid("the parameter add must be a number of SIMs, as in /sandbox/sims?add=50").write(w)
		return
	}
	jsonReply(http.StatusCreated, s.AddNewSIMs(count)).write(w)
}
