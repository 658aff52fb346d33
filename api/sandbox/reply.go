package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// reply is an answer before it is written.
type reply struct {
	status int
	header http.Header
	media  string
	body   []byte
}

func (r reply) with(header http.Header) reply {
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
		w.Header().Set("Content-Type", r.media)
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

// exceeded is a 429, which has the shape of the gateway's rate limit.
func exceeded(message string) reply {
	return jsonReply(http.StatusTooManyRequests, map[string]any{
		"message":          message,
		"http_status_code": http.StatusTooManyRequests,
	})
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
