package output

import (
	"context"
	"log/slog"

	"simhook/api"
)

// LogAttempts logs every attempt of a call at level debug, under the names that the results have. An attempt holds no
// secret. It returns nil where that level is not logged.
func LogAttempts(log *slog.Logger) func(api.Attempt) {
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return nil
	}
	return func(a api.Attempt) {
		attrs := []any{
			"iccid", a.ICCID, "type", string(a.Type), "method", a.Method, "correlation_id", a.CorrelationID,
			"duration_seconds", a.Duration.Seconds(),
		}
		if a.Status != 0 {
			attrs = append(attrs, "http_status", a.Status)
		}
		if a.Err != nil {
			attrs = append(attrs, "error", api.Cause(a.Err))
		}
		log.Debug("attempt", attrs...)
	}
}
