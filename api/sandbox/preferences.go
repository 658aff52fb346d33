package sandbox

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"

	"simhook/api"
)

// perform checks the call and carries it out.
func (s *Sandbox) perform(c call) reply {
	if c.Header.Get("X-Correlation-ID") == "" {
		return invalid("the header X-Correlation-ID is missing")
	}
	if media, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); media != "application/json" {
		return invalid("the Content-Type must be application/json")
	}
	if c.iccid != "" {
		if s.account.left(c.iccid) || s.opts.Unknown != nil && s.opts.Unknown(c.iccid) {
			return unknownSIM()
		}
		if s.opts.Foreign != nil && s.opts.Foreign(c.iccid) {
			return failure(http.StatusForbidden, "ACCESS_DENIED", "the SIM belongs to another account")
		}
	}
	if c.typeName == "" {
		if c.Method != http.MethodGet {
			return methodNotAllowed(c.Method)
		}
		return c.read(c)
	}
	t := api.NotificationType(c.typeName)
	if !s.webhooks.knows(t) {
		return invalid("the notification type is unknown")
	}
	switch c.Method {
	case http.MethodPost, http.MethodPut:
		if s.opts.RegisterMethod != "" && c.Method != s.opts.RegisterMethod {
			return methodNotAllowed(c.Method)
		}
		return s.register(c, t)
	case http.MethodDelete:
		return s.unregister(c, t)
	default:
		return methodNotAllowed(c.Method)
	}
}

// preferences answers with the webhooks of one SIM.
func (s *Sandbox) preferences(c call) reply {
	type notification struct {
		Type       string `json:"type"`
		WebhookURL string `json:"webhook_url"`
	}
	list := []notification{}
	for _, t := range s.webhooks.types {
		name := string(t)
		if s.opts.MisspeltType && t == api.SubscriptionEnd {
			name = "SUBSCRITPION_END"
		}
		if url := s.webhooks.get(c.iccid, t); url != "" {
			list = append(list, notification{name, url})
		}
	}
	return jsonReply(http.StatusOK, map[string]any{"notifications": list})
}

func (s *Sandbox) register(c call, t api.NotificationType) reply {
	var body struct {
		WebhookURL string `json:"webhook_url"`
	}
	if json.Unmarshal(c.body, &body) != nil {
		return failure(http.StatusBadRequest, "INVALID_HTTP_MESSAGE", "the body is not JSON")
	}
	u, err := url.Parse(body.WebhookURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return invalid("webhook_url must be an absolute URL")
	}
	exists := s.webhooks.get(c.iccid, t) != ""
	if exists && c.Method == http.MethodPost && s.opts.ConflictOnRegister {
		return failure(http.StatusConflict, "CONFLICT", "only one request per type is supported")
	}
	if !c.lost {
		s.noteEffect(c.iccid, t, registered)
		s.webhooks.set(c.iccid, t, body.WebhookURL)
	}
	return jsonReply(http.StatusOK, map[string]any{"type": t, "webhook_url": body.WebhookURL})
}

func (s *Sandbox) unregister(c call, t api.NotificationType) reply {
	if s.webhooks.get(c.iccid, t) == "" && s.opts.NotFoundOnUnregister {
		return failure(http.StatusNotFound, "NOT_FOUND", "no webhook is registered")
	}
	if !c.lost {
		s.noteEffect(c.iccid, t, unregistered)
		s.webhooks.set(c.iccid, t, "")
	}
	return reply{status: http.StatusNoContent}
}
