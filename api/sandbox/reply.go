package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// reply is an answer before it is written.
type reply struct {
	status int
	header http.Header
	media  string
	body   []byte
}

// with adds a header. The reply's own fields stay.
func (r reply) with(header http.Header) reply {
	maps.Copy(header, r.header)
	r.header = header
	return r
}

func (r reply) write(w http.ResponseWriter) {
	r.writeHeader(w, len(r.body))
	_, _ = w.Write(r.body) // an error means that the client has gone
}

func (r reply) writeHeader(w http.ResponseWriter, length int) {
	maps.Copy(w.Header(), r.header)
	if r.status != http.StatusNoContent {
		if r.media != "" {
			w.Header().Set("Content-Type", r.media)
		}
		w.Header().Set("Content-Length", itoa(length))
	}
	w.WriteHeader(r.status)
}

func jsonReply(status int, value any) reply {
	body, err := json.Marshal(value)
	if err != nil {
		return failure(http.StatusInternalServerError, "INTERNAL_ERROR", err.Error())
	}
	return reply{status: status, media: "application/json", body: body}
}

// failure is an error of the API itself.
func failure(status int, name string, messages ...string) reply {
	return jsonReply(status, map[string]any{"type": name, "messages": messages})
}

func invalid(message string) reply {
	return failure(http.StatusBadRequest, "INVALID_REQUEST_PARAMS", message)
}

func methodNotAllowed(method string) reply {
	return failure(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", method+" is not supported here")
}

// errorType is the type that the API documents for a status, or a similar one.
func errorType(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_REQUEST_PARAMS"
	case http.StatusUnauthorized:
		return "UNAUTHORISED"
	case http.StatusForbidden:
		return "ACCESS_DENIED"
	case http.StatusInternalServerError:
		return "INTERNAL_ERROR"
	default:
		return strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_"))
	}
}

// gatewayFailure is an error of the gateway in front of the API.
func gatewayFailure(status int, message string) reply {
	return jsonReply(status, map[string]any{"message": message, "http_status_code": status})
}

// page is the HTML page of a gateway in front of the API.
func page(status int) reply {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return reply{
		status: status,
		media:  "text/html",
		body:   fmt.Appendf(nil, "<html>\r\n<head><title>%[1]s</title></head>\r\n<body>\r\n<center><h1>%[1]s</h1></center>\r\n</body>\r\n</html>\r\n", title),
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
