package sandbox

import (
	"slices"

	"simhook/api"
)

// webhooks holds the webhooks of all SIMs. It stores each URL once, so it has room for millions of SIMs.
type webhooks struct {
	types []api.NotificationType
	sims  map[string]int // each SIM's number, counted from 0
	url   []uint32       // index of urls, for each type of each SIM: see place
	last  []effect       // the last effect on each of them
	urls  []string       // the first is "" and means none
	index map[string]uint32
	count int
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
		types: api.AllNotificationTypes(),
		sims:  map[string]int{},
		urls:  []string{""},
		index: map[string]uint32{"": 0},
	}
}

// knows reports whether there is such a type.
func (w *webhooks) knows(t api.NotificationType) bool { return slices.Contains(w.types, t) }

// place is where the type of a SIM stands in url and last. It makes room for a new SIM.
func (w *webhooks) place(iccid string, t api.NotificationType) int {
	number, known := w.sims[iccid]
	if !known {
		number = len(w.sims)
		w.sims[iccid] = number
		w.url = append(w.url, make([]uint32, len(w.types))...)
		w.last = append(w.last, make([]effect, len(w.types))...)
	}
	return number*len(w.types) + slices.Index(w.types, t)
}

func (w *webhooks) get(iccid string, t api.NotificationType) string {
	number, known := w.sims[iccid]
	if !known {
		return ""
	}
	return w.urls[w.urlsOf(number)[slices.Index(w.types, t)]]
}

// urlsOf are the indexes of a SIM's URLs, by type.
func (w *webhooks) urlsOf(number int) []uint32 {
	return w.url[number*len(w.types):][:len(w.types)]
}

func (w *webhooks) set(iccid string, t api.NotificationType, url string) {
	place := w.place(iccid, t)
	was, now := w.url[place], w.intern(url)
	switch {
	case was == 0 && now != 0:
		w.count++
	case was != 0 && now == 0:
		w.count--
	}
	w.url[place] = now
}

// of returns the webhooks of one SIM by type.
func (w *webhooks) of(iccid string) map[api.NotificationType]string {
	urls := map[api.NotificationType]string{}
	for _, t := range w.types {
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
	place := w.place(iccid, t)
	repeated = w.last[place] == e
	w.last[place] = e
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
