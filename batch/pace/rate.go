package pace

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is how fast calls may start. The zero value follows the server ("auto").
type Rate struct {
	calls     float64 // per window; 0 with unlimited false: auto
	window    time.Duration
	unlimited bool
}

// PerSecond is a fixed rate of so many calls a second.
func PerSecond(calls float64) Rate { return Rate{calls: calls, window: time.Second} }

// Unlimited is the rate at which only the server's refusals slow calls down.
func Unlimited() Rate { return Rate{unlimited: true} }

// ParseRate understands auto, unlimited, and N/s, N/m or N/h.
func ParseRate(text string) (Rate, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "auto":
		return Rate{}, nil
	case "unlimited":
		return Unlimited(), nil
	}
	wrong := fmt.Errorf("rate %q: use auto, unlimited, or a number of calls per second, minute or hour such as 20/s, 1000/m or 5000/h", text)
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

// Unlimited reports whether nothing but the server's refusals slows calls down.
func (r Rate) Unlimited() bool { return r.unlimited }

// PerSecond is a fixed rate in calls per second; 0 where there is none.
func (r Rate) PerSecond() float64 {
	if r.calls == 0 {
		return 0
	}
	return r.calls / r.window.Seconds()
}

func (r Rate) String() string {
	switch {
	case r.unlimited:
		return "unlimited"
	case r.Auto():
		return "auto"
	}
	return fmt.Sprintf("%g/%s", r.calls, map[time.Duration]string{time.Second: "s", time.Minute: "m", time.Hour: "h"}[r.window])
}
