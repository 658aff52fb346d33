package listen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"simhook/api"
	"simhook/cmd/simhook/internal/forward"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/server"
	"simhook/report/inbox"
)

// Paths that the server answers at beside the webhook's.
const (
	HealthPath  = "/healthz"
	MetricsPath = "/metrics"
)

const (
	// A notification is one small request: a sender who needs longer is broken or hostile.
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10 // bytes

	// stopTimeout is how long requests under way may take once the server stops.
	stopTimeout = 10 * time.Second
	// countsInterval is how often the counts are logged, if they have changed.
	countsInterval = 30 * time.Second
)

// Options say what to receive and where it goes.
type Options struct {
	Path               string // of the webhook
	Results            string // file that notifications are appended to
	RotateSize         int64  // bytes after which the file is put aside; 0: never
	Username, Password string // that senders must authenticate with; "": none
	Certificate        *Certificate
	Expected           *Expectation              // nil: no fleet is expected
	Print              io.Writer                 // takes each notification as a line of JSON; nil: none
	Targets            map[string]forward.Target // that get each notification, by the name of their files
	Log                *slog.Logger
	Console            *output.Console
}

// Server receives notifications.
type Server struct {
	path, results string
	authenticates bool
	certificate   *Certificate // nil: http
	expected      *Expectation // nil: no fleet is expected
	inbox         *inbox.Inbox
	rejects       *inbox.Rejects
	lines         *lines // nil: none are printed
	forwarders    map[string]*forward.Forwarder
	stopForwards  func() // and waits until they have
	receiver      http.Handler
	http          *server.Server // from Listen on
	counts        counts
	log           *slog.Logger
	console       *output.Console
}

// Open opens the file of notifications. Its errors are those of inbox.Open. A server that is opened must be closed.
func Open(o Options) (*Server, error) {
	s := &Server{
		path: o.Path, results: o.Results, authenticates: o.Username != "", certificate: o.Certificate,
		expected: o.Expected, log: o.Log, console: o.Console, rejects: inbox.OpenRejects(o.Results),
	}
	var err error
	s.receiver, err = api.NewReceiver(api.ReceiverConfig{
		Receive: s.receive, Username: o.Username, Password: o.Password, OnReception: s.reception,
	})
	if err != nil {
		return nil, err
	}
	if err := s.openInbox(o.RotateSize); err != nil {
		return nil, err
	}
	if err := s.startForwarders(o.Targets); err != nil {
		return nil, errors.Join(err, s.inbox.Close())
	}
	if o.Print != nil {
		s.lines = printLines(o.Print)
	}
	return s, nil
}

func (s *Server) startForwarders(targets map[string]forward.Target) error {
	s.forwarders = map[string]*forward.Forwarder{}
	for name, target := range targets {
		var err error
		if s.forwarders[name], err = forward.Open(s.results, name, target, s.log.With("target", name)); err != nil {
			return fmt.Errorf("reading how far --%s is: %w", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, f := range s.forwarders {
		running.Go(func() { f.Run(ctx) })
	}
	s.stopForwards = func() {
		cancel()
		running.Wait()
	}
	return nil
}

// openInbox says what it had to repair.
func (s *Server) openInbox(rotateSize int64) error {
	options := inbox.Options{RotateSize: rotateSize, OnRotate: s.logRotation, Recall: func(string) {}}
	if s.expected != nil {
		options.Recall = func(iccid string) { s.expected.Note(iccid) }
	}
	var err error
	if s.inbox, err = inbox.Open(s.results, options); err != nil {
		return err
	}
	if healed := s.inbox.Healed(); healed.Lines > 0 {
		s.console.Say("the end of %s had been cut off: set aside in %s; it had not been acknowledged",
			s.results, healed.Aside)
	}
	return nil
}

func (s *Server) logRotation(aside string, err error) {
	switch {
	case err != nil:
		s.log.Error("the file of notifications could not be put aside: going on with it", "error", err.Error())
	case aside != "":
		s.log.Info("the file of notifications was put aside", "file", aside)
	}
}

// Close closes the file. Whatever was acknowledged is in it.
func (s *Server) Close() error {
	if s.lines != nil {
		s.lines.end()
	}
	s.stopForwards()
	return s.inbox.Close()
}

// Listen starts to receive on addr, and says where. Its error is that addr cannot be listened on.
func (s *Server) Listen(addr string) error {
	var err error
	s.http, err = server.Start(addr, &http.Server{
		Handler:           s.routes(s.receiver),
		TLSConfig:         s.certificate.config(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	})
	if err != nil {
		return err
	}
	s.introduce()
	return nil
}

// introduce says which webhook to register, and warns where notifications can be forged or read on their way.
func (s *Server) introduce() {
	scheme := "http"
	if s.certificate != nil {
		scheme = "https"
	}
	s.console.Say("listening on %s://%s%s, writing to %s", scheme, s.http.Addr(), s.path, s.results)
	tcp, ok := s.http.Addr().(*net.TCPAddr)
	switch {
	case ok && tcp.IP.IsLoopback():
	case !s.authenticates:
		s.log.Warn("whoever reaches this address can send notifications: --credentials-file asks for authentication")
	case s.certificate == nil:
		s.log.Warn("the senders' credentials can be read on their way, unless a proxy before this address speaks https")
	}
}

// Serve receives until stopping ends, which is success. It ends with an error where it cannot serve, write or print
// any more: a *file.WriteError or a *PrintError, say. A hangup puts the file aside, reads the certificate again and
// says which SIMs of the fleet have been heard from.
func (s *Server) Serve(stopping context.Context, hangups <-chan os.Signal) error {
	counts := time.NewTicker(countsInterval)
	defer counts.Stop()
	for {
		select {
		case <-stopping.Done():
			return nil
		case <-s.http.Ended():
			return fmt.Errorf("serving: %w", s.http.Err())
		case <-s.inbox.Broken():
			return s.inbox.Err()
		case err := <-s.lines.broken():
			return err
		case <-hangups:
			s.hangUp()
		case <-counts.C:
			s.logCounts()
		}
	}
}

func (s *Server) hangUp() {
	s.logRotation(s.inbox.Rotate())
	if err := s.certificate.load(); err != nil {
		s.log.Error("the certificate could not be read again: going on with the old one", "error", err.Error())
	}
	s.tellExpected()
	s.log.Info("the hangup is dealt with")
}

// Shutdown takes no more requests, lets those under way finish for up to 10 s or until ctx ends, closes the file, and
// says the counts.
func (s *Server) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	s.http.Stop(ctx) // a request that is cut was not acknowledged
	err := errors.Join(s.inbox.Close(), s.lines.close(ctx))
	s.stopForwards()
	s.console.Say("stopped. %s", s.counts.now())
	s.tellExpected()
	return err
}
