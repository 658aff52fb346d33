package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// tokenFailure turns a failed request to the token endpoint into a *CredentialsError or a *tokenError.
func tokenFailure(ctx context.Context, err error, secret string) error {
	var answer *oauth2.RetrieveError
	var transport *url.Error
	switch {
	case errors.As(err, &answer):
		return tokenAnswerFailure(answer, secret)
	case ctx.Err() != nil:
		return &tokenError{reason: "token endpoint: " + causeTimeout}
	case errors.As(err, &transport):
		cause, _ := networkCause(transport.Err)
		return &tokenError{reason: "token endpoint: " + cause, err: transport.Err}
	default:
		return &tokenError{reason: "token endpoint: the answer holds no access token: check the token URL"}
	}
}

func tokenAnswerFailure(answer *oauth2.RetrieveError, secret string) error {
	status := answer.Response.StatusCode
	reason := fmt.Sprintf("token endpoint: %d %s", status, http.StatusText(status))
	if answer.ErrorCode != "" {
		said := strings.TrimSpace(answer.ErrorCode + " " + answer.ErrorDescription)
		reason += ": " + oneLine(redact(said, secret, "[secret]"), maxMessageLength)
	}
	switch {
	case status == http.StatusBadRequest, status == http.StatusUnauthorized, status == http.StatusForbidden,
		status == http.StatusOK && answer.ErrorCode != "":
		return &CredentialsError{
			Problem: "the client credentials were refused (" + reason + ")",
			Advice:  "check client id, client secret and token URL",
		}
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return &CredentialsError{
			Problem: "there is no token endpoint at the token URL (" + reason + ")",
			Advice:  "check the token URL",
		}
	case status >= 300 && status < 400:
		reason += ": redirected to " + redirectHost(answer.Response) + ": check the token URL"
	}
	return &tokenError{reason: reason}
}

// tokenTransport sets headers that package oauth2 has no setting for.
type tokenTransport struct {
	next      http.RoundTripper
	userAgent string
}

func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", t.userAgent)
	return t.next.RoundTrip(req)
}
