package sandbox

import (
	"hash/maphash"
	"html/template"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"simhook/api"
)

// The paths of the API, the same as in production.
const (
	// TokenPath is the path of the token endpoint.
	TokenPath = "/auth/realms/tru-staff/protocol/openid-connect/token"

	// BasePath is the path of the API's base URL.
	BasePath = "/connect-api"
)

// Sandbox is a Connect API in memory. It is safe for concurrent use.
type Sandbox struct {
	opts  Options
	start time.Time
	mux   *http.ServeMux
	page  *template.Template
	seed  maphash.Seed // for the hashes of correlation IDs

	mu        sync.Mutex // guards everything below
	random    *rand.Rand
	webhooks  webhooks
	account   account
	tokens    map[string]grant
	issued    int
	quotas    map[string]*window // by QuotaPer.quota
	rules     []rule
	errors    int // how many calls ErrorRate has answered
	down      bool
	downUntil time.Time
	tokenDown bool
	stats     Stats
	entered   int                 // calls so far
	seen      map[uint64]struct{} // hashes of correlation IDs
	calls     recent[callRecord]
	outbox    outbox
}

// New returns a sandbox without webhooks. Its account has Options.SIMs. Quota windows and RevokeEvery begin now. It panics if there is no such QuotaModel.
func New(opts Options) *Sandbox {
	if opts.TokenLifetime == 0 {
		opts.TokenLifetime = defaultTokenLifetime
	}
	opts = opts.spedUp()
	now := time.Now()
	s := &Sandbox{
		opts:     opts,
		start:    now,
		seed:     maphash.MakeSeed(),
		random:   rand.New(rand.NewPCG(opts.Seed, opts.Seed)),
		webhooks: newWebhooks(),
		account:  newAccount(opts.SIMs, opts.NewestFirst, now),
		tokens:   map[string]grant{},
		quotas:   map[string]*window{},
		stats:    newStats(),
		seen:     map[uint64]struct{}{},
		outbox:   newOutbox(),
		rules:    newRules(opts.Rules),
		page:     newPage(),
	}
	s.quota("reads")
	s.quota("writes")
	s.mux = http.NewServeMux()
	s.mux.HandleFunc(TokenPath, s.serveToken)
	s.addAPI()
	s.mux.HandleFunc(BasePath+"/", func(w http.ResponseWriter, _ *http.Request) {
		failure(http.StatusNotFound, "NOT_FOUND", "no such resource").write(w)
	})
	s.addAdmin()
	return s
}

func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, BasePath) && s.isDown() {
		page(http.StatusServiceUnavailable).write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// SetDown takes the API down or brings it back. While it is down, a gateway's 503 answers every call. The token
// endpoint keeps working.
func (s *Sandbox) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.downUntil = down, time.Time{}
}

// SetTokenDown takes the token endpoint down or brings it back. The API keeps working.
func (s *Sandbox) SetTokenDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokenDown = down
}

func (s *Sandbox) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	down := s.down || time.Now().Before(s.downUntil)
	if down {
		s.stats.Statuses[http.StatusServiceUnavailable]++
		s.stats.Faults[FaultDown]++
	}
	return down
}

// quota is the one of this name.
func (s *Sandbox) quota(name string) *window {
	w := s.quotas[name]
	if w == nil {
		w = s.newWindow()
		s.quotas[name] = w
	}
	return w
}

// SetQuota changes the quota from the next window on, or at once if there was no quota.
func (s *Sandbox) SetQuota(quota int, window time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Quota, s.opts.Window = quota, window
	for _, w := range s.quotas {
		w.set(quota, window, time.Now())
		s.limit(w)
	}
}

// Consume uses up to n calls of the quota of writes, as another client with the same credentials does.
func (s *Sandbox) Consume(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota("writes").consume(n, time.Now())
}

// Webhook returns the webhook URL that a SIM has for a type, and whether it has one.
func (s *Sandbox) Webhook(iccid string, t api.NotificationType) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	url := s.webhooks.get(iccid, t)
	return url, url != ""
}

// Set changes the webhook of a SIM and type without a call. The URL "" removes it.
func (s *Sandbox) Set(iccid string, t api.NotificationType, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhooks.set(iccid, t, url)
}

// Webhooks returns the webhook URLs of all SIMs that have one, by ICCID and type. The copy no longer changes.
func (s *Sandbox) Webhooks() map[string]map[api.NotificationType]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.webhooks.all()
}

// Registrations returns the number of webhooks of all SIMs.
func (s *Sandbox) Registrations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.webhooks.count
}
