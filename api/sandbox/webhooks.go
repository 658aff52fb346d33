package sandbox

import "simhook/api"

// webhooks holds the webhooks of all SIMs. It stores each URL once, so it has room for millions of SIMs.
type webhooks struct {
	sims  map[string]sim
	urls  []string // the first is "" and means none
	index map[string]uint32
	count int
}

// sim holds the webhook of each of the two types, as an index of urls, and the last effect on it.
type sim struct {
	url  [2]uint32
	last [2]effect
}

// effect is what a call that was carried out did.
type effect uint8

const (
	noEffect effect = iota
	registered
	unregistered
)

func newWebhooks() webhooks {
	return webhooks{
		sims:  map[string]sim{},
		urls:  []string{""},
		index: map[string]uint32{"": 0},
	}
}

func (w *webhooks) get(iccid string, t api.NotificationType) string {
	return w.urls[w.sims[iccid].url[slot(t)]]
}

func (w *webhooks) set(iccid string, t api.NotificationType, url string) {
	sim := w.sims[iccid]
	was := sim.url[slot(t)]
	now := w.intern(url)
	switch {
	case was == 0 && now != 0:
		w.count++
	case was != 0 && now == 0:
		w.count--
	}
	sim.url[slot(t)] = now
	w.sims[iccid] = sim
}

// of returns the webhooks of one SIM by type.
func (w *webhooks) of(iccid string) map[api.NotificationType]string {
	urls := map[api.NotificationType]string{}
	for _, t := range api.NotificationTypes() {
		if url := w.get(iccid, t); url != "" {
			urls[t] = url
		}
	}
	return urls
}

// all returns the webhooks of the SIMs that have one.
func (w *webhooks) all() map[string]map[api.NotificationType]string {
	sims := map[string]map[api.NotificationType]string{}
	for iccid := range w.sims {
		if urls := w.of(iccid); len(urls) > 0 {
			sims[iccid] = urls
		}
	}
	return sims
}

// note keeps an effect, and reports whether it is the same as the last one.
func (w *webhooks) note(iccid string, t api.NotificationType, e effect) (repeated bool) {
	sim := w.sims[iccid]
	repeated = sim.last[slot(t)] == e
	sim.last[slot(t)] = e
	w.sims[iccid] = sim
	return repeated
}

func (w *webhooks) intern(url string) uint32 {
	i, ok := w.index[url]
	if !ok {
		i = uint32(len(w.urls))
		w.urls = append(w.urls, url)
		w.index[url] = i
	}
	return i
}

func slot(t api.NotificationType) int {
	if t == api.SubscriptionEnd {
		return 0
	}
	return 1
}
