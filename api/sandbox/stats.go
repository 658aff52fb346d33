package sandbox

import (
	"hash/maphash"
	"maps"
	"net/http"
	"time"

	"simhook/api"
)

// Stats counts what has happened since the sandbox began.
type Stats struct {
	Calls    map[string]int `json:"calls"`    // of the API by method, except while it is down
	Statuses map[int]int    `json:"statuses"` // of the API's answers, except those of broken connections
	Faults   map[Fault]int  `json:"faults"`   // how often each happened

	TokenRequests int `json:"token_requests"`
	RateLimited   int `json:"rate_limited"` // refused by the quota

	CorrelationIDs         int `json:"correlation_ids"`          // different ones; only of calls that token and quota allow
	RepeatedCorrelationIDs int `json:"repeated_correlation_ids"` // calls with an ID that an earlier call had

	// RepeatedCalls counts registrations that follow a registration of the same SIM and type, and removals that
	// follow a removal. Only calls that were carried out count.
	RepeatedCalls int `json:"repeated_calls"`

	InFlight    int `json:"in_flight"`
	MaxInFlight int `json:"max_in_flight"`

	Registrations int `json:"registrations"`

	Notifications Notifications `json:"notifications"`

	// How many calls each completed window counted, the oldest first, all quotas together. One quota for all calls counts
	// as writes. The last 1,440 windows are kept.
	WriteWindows []int `json:"write_windows"`
	ReadWindows  []int `json:"read_windows"`
}

func newStats() Stats {
	return Stats{
		Calls:    map[string]int{},
		Statuses: map[int]int{},
		Faults:   map[Fault]int{},
	}
}

// Stats returns a copy of the statistics.
func (s *Sandbox) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	var writes, reads []int
	for name, w := range s.quotas {
		w.advance(now)
		if name == "reads" || name == http.MethodGet {
			reads = addWindows(reads, w.completed)
		} else {
			writes = addWindows(writes, w.completed)
		}
	}
	stats := s.stats
	stats.Calls = maps.Clone(stats.Calls)
	stats.Statuses = maps.Clone(stats.Statuses)
	stats.Faults = maps.Clone(stats.Faults)
	stats.CorrelationIDs = len(s.seen)
	stats.Registrations = s.webhooks.count
	stats.WriteWindows, stats.ReadWindows = writes, reads
	return stats
}

// addWindows adds the counts of windows that began together.
func addWindows(sum, more []int) []int {
	for i, n := range more {
		if i == len(sum) {
			sum = append(sum, 0)
		}
		sum[i] += n
	}
	return sum
}

// enter counts a call, and returns its number.
func (s *Sandbox) enter(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Calls[method]++
	s.stats.InFlight++
	s.stats.MaxInFlight = max(s.stats.MaxInFlight, s.stats.InFlight)
	s.entered++
	return s.entered
}

func (s *Sandbox) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.InFlight--
}

func (s *Sandbox) noteCorrelationID(id string) {
	if id == "" {
		return
	}
	hash := maphash.String(s.seed, id)
	if _, known := s.seen[hash]; known {
		s.stats.RepeatedCorrelationIDs++
	}
	s.seen[hash] = struct{}{}
}

func (s *Sandbox) noteEffect(iccid string, t api.NotificationType, e effect) {
	if s.webhooks.note(iccid, t, e) {
		s.stats.RepeatedCalls++
	}
}
