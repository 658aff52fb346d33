package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"

	"simhook/api"
)

// account holds the SIMs of the account and their subscriptions, in the order of the list.
type account struct {
	sims    []accountSIM
	numbers map[string]int // of the SIMs, by ICCID
	plans   []plan
	created int // plans so far
}

// accountSIM is a SIM that is or was in the account.
type accountSIM struct {
	iccid string
	left  bool // it is in the account no more
}

// plan is one subscription.
type plan struct {
	number  int // among all plans, in the order of their creation
	sim     int // its number
	status  string
	created time.Time
}

// A plan lasts a month. Those with which a sandbox begins are older: the newest by seedAge.
const (
	planLife = 30 * 24 * time.Hour
	seedAge  = planLife + 24*time.Hour
)

// newAccount gives every SIM its plans, created a minute apart. Two of three SIMs have two plans, so 6,000 SIMs have 10,000.
func newAccount(sims []string, newestFirst bool, now time.Time) account {
	a := account{numbers: map[string]int{}}
	for _, iccid := range sims {
		a.add(iccid, false, now)
	}
	for i := range a.plans {
		age := seedAge + time.Duration(len(a.plans)-1-i)*time.Minute
		a.plans[i].created = a.plans[i].created.Add(-age)
	}
	if newestFirst {
		slices.Reverse(a.plans)
	}
	return a
}

// add adds a SIM with its plans to the account, if it is not in it.
func (a *account) add(iccid string, inFront bool, now time.Time) {
	number, known := a.numbers[iccid]
	switch {
	case !known:
		number = len(a.sims)
		a.numbers[iccid] = number
		a.sims = append(a.sims, accountSIM{iccid: iccid})
	case !a.sims[number].left:
		return
	}
	a.sims[number].left = false
	count := 2
	if number%3 == 0 {
		count = 1
	}
	for newer := count - 1; newer >= 0; newer-- {
		a.addPlan(number, inFront, statusOf(number, newer), now)
	}
}

// statusOf is the status of a SIM's plan that has so many newer ones.
func statusOf(sim, newer int) string {
	if newer > 0 {
		return []string{"EXPIRED", "DEPLETED"}[sim%2]
	}
	switch sim % 10 {
	case 7:
		return "EXPIRED"
	case 8:
		return "DEPLETED"
	case 9:
		return "PENDING"
	default:
		return "ACTIVE"
	}
}

func (a *account) addPlan(sim int, inFront bool, status string, now time.Time) {
	p := plan{number: a.created, sim: sim, status: status, created: now.UTC().Truncate(time.Second)}
	a.created++
	if inFront {
		a.plans = slices.Insert(a.plans, 0, p)
	} else {
		a.plans = append(a.plans, p)
	}
}

// shift puts new plans of SIMs in the account in front of the list.
func (a *account) shift(count int, now time.Time) {
	if len(a.sims) == 0 {
		return
	}
	for range count {
		if sim := a.created % len(a.sims); !a.sims[sim].left {
			a.addPlan(sim, true, "PENDING", now)
		}
	}
}

// has reports whether calls about the SIM are answered. An account for which no SIMs were named
// has every SIM.
func (a *account) has(iccid string) bool {
	number, known := a.numbers[iccid]
	return len(a.sims) == 0 || known && !a.sims[number].left
}

// left reports whether the SIM was in the account, and is no more.
func (a *account) left(iccid string) bool {
	number, known := a.numbers[iccid]
	return known && a.sims[number].left
}

// remove takes a SIM and its plans out of the account.
func (a *account) remove(iccid string) {
	number, known := a.numbers[iccid]
	if !known {
		return
	}
	a.sims[number].left = true
	a.plans = slices.DeleteFunc(a.plans, func(p plan) bool { return p.sim == number })
}

// AddSIMs adds SIMs to the account, with one or two subscriptions each that are created now. They stand at the end of the
// list, or in front of it with NewestFirst. A SIM that is in the account stays as it is.
func (s *Sandbox) AddSIMs(iccids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, iccid := range iccids {
		s.account.add(iccid, s.opts.NewestFirst, now)
	}
}

// AddNewSIMs is AddSIMs for so many of the ICCIDs of [ICCIDs] that the account has never had. It returns them.
func (s *Sandbox) AddNewSIMs(count int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	added := make([]string, 0, count)
	for next := len(s.account.sims); len(added) < count; next++ {
		iccid := ICCIDs(next, 1)[0]
		if _, known := s.account.numbers[iccid]; !known {
			s.account.add(iccid, s.opts.NewestFirst, now)
			added = append(added, iccid)
		}
	}
	return added
}

// RemoveSIMs takes SIMs and their subscriptions out of the account. All calls about them are answered 404 from then on.
func (s *Sandbox) RemoveSIMs(iccids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, iccid := range iccids {
		s.account.remove(iccid)
	}
}

// SIMs returns the ICCIDs of the account, in the order in which they were added.
func (s *Sandbox) SIMs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var iccids []string
	for _, sim := range s.account.sims {
		if !sim.left {
			iccids = append(iccids, sim.iccid)
		}
	}
	return iccids
}

// ICCIDs returns ICCIDs with 19 digits and a right check digit, always the same ones: those from the first on, counted from
// 0.
func ICCIDs(first, count int) []string {
	iccids := make([]string, count)
	for i := range iccids {
		iccids[i] = withCheckDigit(fmt.Sprintf("894447%012d", first+i))
	}
	return iccids
}

// withCheckDigit adds the check digit of ISO/IEC 7812, after Luhn.
func withCheckDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// product is what was ordered with a plan.
func (p plan) product() api.Product {
	kind := p.number % 2
	return api.Product{
		ID:     []string{"cHJvZHVjdC0x", "cHJvZHVjdC01"}[kind],
		Name:   []string{"Europe 1 GB", "Europe 5 GB"}[kind],
		PlanID: []string{"EU-1", "EU-5"}[kind],
	}
}

// email is the customer's who ordered for a SIM.
func (p plan) email() string { return fmt.Sprintf("customer-%d@example.com", p.sim%2+1) }

func (p plan) id() string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "plan-%d", p.number))
}
