package batch

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"testing"
)

// fault is what a faultProxy does to a request.
type fault string

const (
	noFault     fault = ""
	resetBefore fault = "reset before the request is read"
	resetAfter  fault = "reset after the request took effect"
	silence     fault = "no answer"
	cutAnswer   fault = "answer cut in the middle"
)

// faultProxy stands between simhook and a server, and breaks connections as bad
// networks do. It knows just enough HTTP/1 to tell one request from the next.
type faultProxy struct {
	relay  *relay
	choose func(n int64) fault // what happens to the n-th request, counted from 0

	requests atomic.Int64
	mu       sync.Mutex
	fired    map[fault]int
}

// newFaultProxy listens for connections to the server at address.
func newFaultProxy(t *testing.T, address string, choose func(n int64) fault) *faultProxy {
	p := &faultProxy{choose: choose, fired: map[fault]int{}}
	p.relay = newRelay(t, address, p.serve)
	return p
}

// count is how often a fault happened.
func (p *faultProxy) count(f fault) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fired[f]
}

func (p *faultProxy) serve(client, server net.Conn) {
	requests, answers := bufio.NewReader(client), bufio.NewReader(server)
	for {
		if _, err := requests.Peek(1); err != nil {
			return // the client has no more
		}
		f := p.choose(p.requests.Add(1) - 1)
		done := p.exchange(f, client, server, requests, answers)
		p.mu.Lock()
		p.fired[f]++
		p.mu.Unlock()
		if !done || f != noFault {
			return
		}
	}
}

// exchange passes one request and its answer on, as far as the fault lets it.
func (p *faultProxy) exchange(f fault, client, server net.Conn, requests, answers *bufio.Reader) (done bool) {
	if f == resetBefore {
		reset(client)
		return true
	}
	request, err := http.ReadRequest(requests)
	if err != nil {
		return false
	}
	if f == silence {
		_, _ = io.Copy(io.Discard, requests) // until the client has had enough
		return true
	}
	if request.Write(server) != nil {
		return false
	}
	answer, err := http.ReadResponse(answers, request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	text, err := httputil.DumpResponse(answer, true)
	switch {
	case err != nil:
		return false
	case f == resetAfter:
		reset(client)
		return true
	case f == cutAnswer:
		text = text[:len(text)-len(text)/4]
	}
	_, err = client.Write(text)
	return err == nil
}

// reset closes a connection so that the other side sees a TCP reset.
func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// tunnel carries bytes both ways, whatever they are, until it goes dead: then it
// swallows those of the connections there are, as a firewall does that has
// forgotten them. New connections are carried again.
type tunnel struct {
	relay *relay

	mu    sync.Mutex
	dead  *atomic.Bool // of the connections there are
	count atomic.Int64 // connections so far
	lost  atomic.Int64 // bytes swallowed
}

func newTunnel(t *testing.T, address string) *tunnel {
	u := &tunnel{dead: new(atomic.Bool)}
	u.relay = newRelay(t, address, u.serve)
	return u
}

// goDead silences the connections there are.
func (u *tunnel) goDead() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dead.Store(true)
	u.dead = new(atomic.Bool)
}

func (u *tunnel) serve(client, server net.Conn) {
	u.mu.Lock()
	dead := u.dead
	u.mu.Unlock()
	u.count.Add(1)
	var answers sync.WaitGroup
	answers.Go(func() { u.carry(client, server, dead) })
	u.carry(server, client, dead)
	answers.Wait()
}

// carry ends when either side has closed, and then closes the other.
func (u *tunnel) carry(to, from net.Conn, dead *atomic.Bool) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		switch {
		case err != nil:
			return
		case dead.Load():
			u.lost.Add(int64(n))
		default:
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
}

// relay accepts connections, and for each opens one to a server.
type relay struct {
	listener net.Listener
	server   string
	serve    func(client, server net.Conn) // has both closed after it

	work  sync.WaitGroup
	mu    sync.Mutex
	conns map[net.Conn]struct{}
	over  bool
}

// newRelay listens until the test is over.
func newRelay(t *testing.T, server string, serve func(client, server net.Conn)) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, server: server, serve: serve, conns: map[net.Conn]struct{}{}}
	r.work.Go(r.accept)
	t.Cleanup(r.stop)
	return r
}

func (r *relay) address() string { return r.listener.Addr().String() }

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.work.Go(func() { r.connect(client) })
	}
}

func (r *relay) connect(client net.Conn) {
	defer r.forget(client)
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	defer r.forget(server)
	if r.note(client) && r.note(server) {
		r.serve(client, server)
	}
}

// note reports false when the test is over.
func (r *relay) note(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[conn] = struct{}{}
	return !r.over
}

func (r *relay) forget(conn net.Conn) {
	_ = conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, conn)
}

func (r *relay) stop() {
	_ = r.listener.Close()
	r.mu.Lock()
	r.over = true
	for conn := range r.conns {
		_ = conn.Close()
	}
	r.mu.Unlock()
	r.work.Wait()
}
