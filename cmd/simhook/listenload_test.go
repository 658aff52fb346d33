package main

// The flags of this test: -listenrate notifications a second for -listentime. The long form, without the
// race detector, whose own memory is then not part of what is measured:
//
//	go test ./cmd/simhook -run TestTheListenerKeepsUp -v -listenrate 10000 -listentime 30s

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

var (
	listenRate = flag.Int("listenrate", 1000, "notifications a second of the test of a listener under load")
	listenTime = flag.Duration("listentime", 2*time.Second, "how long they come")
)

func TestTheListenerKeepsUp(t *testing.T) {
	const connections = 64
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"), "--rotate-size", "10MB")
	all := int(float64(*listenRate) * listenTime.Seconds())
	load := &load{
		t: t, address: strings.TrimSuffix(strings.TrimPrefix(l.url, "http://"), "/notifications"), all: int64(all),
		pace: rate.NewLimiter(rate.Limit(*listenRate), max(group, *listenRate/100)),
	}
	begun := time.Now()
	memory := load.watch(l.process, connections)
	took := time.Since(begun)
	l.stop()
	cpu := l.ProcessState.UserTime() + l.ProcessState.SystemTime()
	t.Logf("%d notifications in %s, %.0f a second; the slowest took %s; %s of a CPU each; %d to %d KiB of memory, %d at a fifth of the time",
		all, took.Round(time.Millisecond), float64(all)/took.Seconds(), time.Duration(load.slowest.Load()).Round(time.Microsecond),
		cpu/time.Duration(all), memory.least>>10, memory.most>>10, memory.first>>10)
	l.holdsOnce(all)
	if took > *listenTime*5/4+time.Second {
		t.Errorf("%d notifications took %s, want %s", all, took, *listenTime)
	}
	const perID = 40 // bytes at the most to remember an ID
	if grown, most := memory.most-memory.first, perID*all+2*memorySlack(); grown > most {
		t.Errorf("memory grew by %d KiB, want %d KiB at the most", grown>>10, most>>10)
	}
}

// group is how many notifications a connection sends before it asks again for the pace, which has its price
// too.
const group = 10

// load sends notifications at a pace, over connections that are kept.
type load struct {
	t       *testing.T
	address string
	all     int64
	pace    *rate.Limiter
	sent    atomic.Int64
	slowest atomic.Int64 // nanoseconds
}

// watch sends everything, and meanwhile looks at the memory of the process from a fifth of the way on.
func (l *load) watch(p *process, connections int) (memory samples) {
	var sending sync.WaitGroup
	for range connections {
		sending.Go(l.send)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		sending.Wait()
	}()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			const least = 20
			if memory.count < least {
				l.t.Fatalf("only %d looks at the process, want %d", memory.count, least)
			}
			return memory
		case <-ticker.C:
			bytes, ok := residentMemory(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
			if ok && l.sent.Load() > l.all/5 {
				memory.add(bytes)
			}
		}
	}
}

// send is one connection.
func (l *load) send() {
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		l.t.Error(err)
		return
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	var request []byte
	for own := 0; ; own++ {
		n := l.sent.Add(1) - 1
		if n >= l.all {
			return
		}
		if own%group == 0 {
			if err := l.pace.WaitN(context.Background(), group); err != nil {
				l.t.Error(err)
				return
			}
		}
		body := noteBody(int(n))
		request = fmt.Appendf(request[:0], "POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		begun := time.Now()
		if _, err := conn.Write(request); err != nil {
			l.t.Error(err)
			return
		}
		if status, err := readEmptyAnswer(answers); err != nil || !strings.HasPrefix(status, "HTTP/1.1 200 ") {
			l.t.Errorf("%s is answered %q, %v", noteID(int(n)), status, err)
			return
		}
		for took, most := int64(time.Since(begun)), l.slowest.Load(); took > most && !l.slowest.CompareAndSwap(most, took); {
			most = l.slowest.Load()
		}
	}
}

// readEmptyAnswer reads an answer without a body, at a fraction of what net/http needs for it.
func readEmptyAnswer(answers *bufio.Reader) (status string, err error) {
	status, err = answers.ReadString('\n')
	for err == nil {
		var header []byte
		if header, err = answers.ReadSlice('\n'); len(header) <= len("\r\n") {
			break
		}
	}
	return status, err
}
