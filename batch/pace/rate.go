package pace

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is how fast calls may start. The zero value is automatic: it follows the quota that the server
// announces.
type Rate struct {
	calls     float64 // per window; 0 unless the rate is fixed
	window    time.Duration
	unlimited bool
}

// PerSecond is a fixed rate of so many calls a second, which must be above 0.
func PerSecond(calls float64) Rate { return Rate{calls: calls, window: time.Second} }

// Unlimited is the rate at which only the gate holds calls back.
func Unlimited() Rate { return Rate{unlimited: true} }

// ParseRate understands "auto", "unlimited", and a number of calls above 0 per second, minute or hour: "20/s",
// "1000/m", "5000/h". Its error says so.
func ParseRate(text string) (Rate, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "auto":
		return Rate{}, nil
	case "unlimited":
		return Unlimited(), nil
	}
	wrong := fmt.Errorf("rate %q: use auto, unlimited, "+
		"or a number of calls per second, minute or hour such as 20/s, 1000/m or 5000/h", text)
	number, unit, found := strings.Cut(text, "/")
	calls, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !found || err != nil || calls <= 0 || math.IsInf(calls, 0) {
		return Rate{}, wrong
	}
	window, known := map[string]time.Duration{
		"s": time.Second, "sec": time.Second, "second": time.Second,
		"m": time.Minute, "min": time.Minute, "minute": time.Minute,
		"h": time.Hour, "hour": time.Hour,
	}[strings.ToLower(strings.TrimSpace(unit))]
	if !known {
		return Rate{}, wrong
	}
	return Rate{calls: calls, window: window}, nil
}

// Auto reports whether the rate follows the server.
func (r Rate) Auto() bool { return r.calls == 0 && !r.unlimited }

// perSecond is a fixed rate in calls a second; 0 for other rates.
func (r Rate) perSecond() float64 {
	if r.calls == 0 {
		return 0
	}
	return r.calls / r.window.Seconds()
}

// String writes the rate as ParseRate reads it.
func (r Rate) String() string {
	switch {
	case r.unlimited:
		return "unlimited"
	case r.Auto():
		return "auto"
	}
	unit := map[time.Duration]string{time.Second: "s", time.Minute: "m", time.Hour: "h"}[r.window]
	return fmt.Sprintf("%g/%s", r.calls, unit)
}
