package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// tokenFailure turns a failed request to the token endpoint into a *CredentialsError or a *tokenError. before tells
// whether the endpoint has given a token before.
func tokenFailure(ctx context.Context, err error, secret string, before bool) error {
	var answer *oauth2.RetrieveError
	var transport *url.Error
	switch {
	case errors.As(err, &answer):
		return tokenAnswerFailure(answer, secret, before)
	case ctx.Err() != nil:
		return &tokenError{reason: "token endpoint: " + causeTimeout}
	case errors.As(err, &transport):
		cause, _ := networkCause(transport.Err)
		return &tokenError{reason: "token endpoint: " + cause, err: transport.Err, hopeless: cannotPass(transport.Err, before)}
	default:
		return &tokenError{reason: "token endpoint: the answer holds no access token: check the token URL"}
	}
}

// refusingCodes are the errors of OAuth that a retry does not change (RFC 6749, section 5.2; access_denied is Keycloak's).
func refusingCodes() []string {
	return []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
		"access_denied",
	}
}

// tokenAnswerFailure takes only an error of OAuth for a refusal. Before the first token it also takes a 4xx of anything
// else for one: the token URL is wrong, or a proxy does not let the request through, and nothing was done yet.
func tokenAnswerFailure(answer *oauth2.RetrieveError, secret string, before bool) error {
	status := answer.Response.StatusCode
	reason := fmt.Sprintf("token endpoint: %d %s", status, http.StatusText(status))
	said := strings.TrimSpace(answer.ErrorCode + " " + answer.ErrorDescription)
	if answer.ErrorCode == "" {
		said = strangersWords(answer)
	}
	if said != "" {
		reason += ": " + oneLine(redact(said, secret, "[secret]"), maxMessageLength)
	}
	passing := []int{http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}
	switch {
	case slices.Contains(refusingCodes(), answer.ErrorCode) && status < 500 && status != http.StatusTooManyRequests:
		return &CredentialsError{
			Problem: "the client credentials were refused (" + reason + ")",
			Advice:  "check client id, client secret and token URL",
		}
	case !before && status >= 400 && status < 500 && !slices.Contains(passing, status):
		return &CredentialsError{
			Problem: "there is no token endpoint at the token URL (" + reason + ")",
			Advice:  "check the token URL, and any proxy or firewall on the way",
		}
	case status >= 300 && status < 400:
		reason += ": redirected to " + redirectHost(answer.Response) + ": check the token URL"
	}
	return &tokenError{reason: reason, retryAfter: readAnswer(answer.Response, time.Now()).RetryAfter}
}

// strangersWords is what an answer says that is not an error of OAuth; "": nothing.
func strangersWords(answer *oauth2.RetrieveError) string {
	var e Error
	e.readBody(answer.Response.Header.Get("Content-Type"), bytes.TrimSpace(answer.Body), "")
	if len(e.Messages) == 0 {
		return ""
	}
	return "not from a token server: " + strings.Join(e.Messages, "; ")
}

// tokenTransport sets headers that package oauth2 has no setting for, and makes answers what it understands.
type tokenTransport struct {
	next      http.RoundTripper
	userAgent string
}

func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", t.userAgent)
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	_ = resp.Body.Close() // the body is read already
	if err != nil {
		return nil, err
	}
	if plain, ok := plainToken(body); ok {
		body = plain
		resp.Header.Set("Content-Type", "application/json")
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// plainToken writes a JSON object so that package oauth2 understands it: whatever its Content-Type says, and with whole
// seconds in expires_in, which some servers give as a decimal number or as a string.
func plainToken(body []byte) (plain []byte, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return nil, false
	}
	if raw, given := members["expires_in"]; given {
		delete(members, "expires_in")
		seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
		if err == nil && seconds >= 1 && seconds < 1<<31 {
			members["expires_in"] = json.RawMessage(strconv.Itoa(int(seconds)))
		}
	}
	plain, err := json.Marshal(members)
	return plain, err == nil
}
