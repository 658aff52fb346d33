package pace

import (
	"time"

	"simhook/api"
)

// Kind is what a call does, as far as gateways tell calls apart.
type Kind struct{ Method, Type string }

// sharing is which kinds of calls share a quota. The documentation does not say it.
type sharing int

// The ways to share, the simplest first.
const (
	together sharing = iota
	byType
	byMethod
	byKind
)

// String is for people.
func (s sharing) String() string {
	return [...]string{
		"one quota for all", "a quota for each notification type", "a quota for each method", "a quota for each type and method",
	}[s]
}

// quota is what all kinds that share a quota with this one have in common.
func (s sharing) quota(k Kind) Kind {
	switch s {
	case together:
		return Kind{}
	case byType:
		return Kind{Type: k.Type}
	case byMethod:
		return Kind{Method: k.Method}
	default:
		return k
	}
}

// evidence compares what the server counted with what was called, to learn which kinds share a quota.
//
// It looks at one kind at a time, from one of its answers (the mark) to a later one. Calls that were sent after the mark and
// answered before the later call was sent lie between them for certain. If a quota counts them, "remaining" has fallen by at
// least as many:
//
//	                    calls between the two answers   remaining falls by at least
//	POST type A         10                              10 if A has its own quota
//	POST type B         10                              20 if A and B share one
//
// A sharing that several times asks for more than was counted is not how it is: then the next one is looked at.
type evidence struct {
	current sharing
	against int // answers that contradict it, since a window without any
	marks   map[Kind]*mark
	made    int // marks so far
}

// between counts calls since a mark.
type between struct {
	mark   int // which one
	own    int // of the same kind
	shared int // of the same quota, as it is thought to be shared at present
}

// mark is the answer from which one kind is watched.
type mark struct {
	between
	at          time.Time
	reset       time.Time
	limit, used int
	contradicts bool // in this window
	erratic     bool // resets jump back: what nodes announce that count by themselves tells nothing
}

// sent returns what an answer to a call of this kind, sent now, will be compared with.
func (e *evidence) sent(k Kind) between {
	if m := e.marks[k]; m != nil {
		return m.between
	}
	return between{}
}

// answered takes an answer into account, and reports whether it changed the sharing. before is what sent returned.
func (e *evidence) answered(k Kind, a api.Answer, before between, sent, now time.Time) (changed bool) {
	if a.Status == 0 || refuses(a) || !a.Quota.Announced() || a.Quota.Reset.Sub(now) > longestWindow {
		return false
	}
	e.count(k, sent)
	m := e.marks[k]
	switch {
	case m == nil:
		if e.marks == nil {
			e.marks = map[Kind]*mark{}
		}
		m = &mark{}
		e.marks[k] = m
		e.begin(m, a.Quota, now)
	case m.over(a.Quota, sent):
		if !m.contradicts && m.shared-m.own >= needed(a.Quota.Limit) {
			e.against = 0
		}
		m.contradicts = false
		e.begin(m, a.Quota, now)
	case before.mark == m.mark && m.contradict(a.Quota, before):
		e.begin(m, a.Quota, now)
		m.contradicts = true
		e.against++
		return e.conclude()
	}
	return false
}

// count counts a call that was answered.
func (e *evidence) count(k Kind, sent time.Time) {
	for kind, m := range e.marks {
		if sent.Before(m.at) || e.current.quota(kind) != e.current.quota(k) {
			continue
		}
		m.shared++
		if kind == k {
			m.own++
		}
	}
}

// over reports whether a mark cannot be compared with an answer: the answer is about another window.
func (m *mark) over(q api.Quota, sent time.Time) bool {
	moved, tolerance := q.Reset.Sub(m.reset), toleranceOf(m.reset.Sub(m.at))
	if moved < -tolerance && sent.After(m.at) {
		m.erratic = true
	}
	return moved > tolerance || q.Limit != m.limit || sent.After(m.at) && (moved < -tolerance || q.Limit-q.Remaining < m.used)
}

func (e *evidence) begin(m *mark, q api.Quota, now time.Time) {
	e.made++
	m.between = between{mark: e.made}
	m.at, m.reset, m.limit, m.used = now, q.Reset, q.Limit, q.Limit-q.Remaining
}

// Limits of what is taken for evidence. They are chosen: few calls tell little, and what remains may be announced late.
const (
	mostNeeded     = 25 // calls of other kinds
	leastNeeded    = 3
	partNeeded     = 20 // of the limit: a twentieth
	slackPart      = 4  // of the calls of other kinds: a quarter may be missing from what was counted
	maxContradicts = 3
)

// needed is how many calls of other kinds tell something.
func needed(limit int) int { return min(max(limit/partNeeded, leastNeeded), mostNeeded) }

// contradict reports whether an answer and its mark show that calls of another kind are not counted.
func (m *mark) contradict(q api.Quota, before between) bool {
	counted, others := q.Limit-q.Remaining-m.used, before.shared-before.own
	if counted < before.own {
		m.erratic = true
	}
	return !m.erratic && others >= needed(q.Limit) && counted < before.shared-others/slackPart
}

// conclude moves to the next sharing once this one is contradicted.
func (e *evidence) conclude() (changed bool) {
	if e.against < maxContradicts || e.current == byKind {
		return false
	}
	e.current++
	e.against = 0
	clear(e.marks)
	return true
}
