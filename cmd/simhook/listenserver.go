package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/report/inbox"
)

// Paths of the listener's own.
const (
	healthPath  = "/healthz"
	metricsPath = "/metrics"
)

const (
	// A notification is one small request, so that a sender who needs longer is broken or hostile.
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10 // bytes

	// stopTimeout is how long requests under way may take when the listener is told to stop.
	stopTimeout = 10 * time.Second
	// countsInterval is how often the counts are logged, if they have changed.
	countsInterval = 30 * time.Second
)

// listener receives notifications until it is told to stop.
type listener struct {
	*program
	log                *slog.Logger
	addr, path         string
	results            string
	rotateSize         int64  // bytes; 0: never
	cert, key          string // files; "": http
	username, password string // "": no authentication
	json               bool
	fleetPath          string // "": nobody is expected
	fleetOptions       fleet.Options
	hangups            <-chan os.Signal
}

// Run serves until a signal comes, which is success: it then lets requests under way finish. A second
// signal ends it at once. Errors are those of opening what it needs, and a *report.WriteError when nothing
// can be written any more.
func (l *listener) Run(ctx context.Context) error {
	stopping, stop := context.WithCancel(ctx)
	defer stop()
	ctx, release := l.onSignals(ctx, func(cancel context.CancelCauseFunc, count int) {
		if count == 1 {
			stop()
			return
		}
		cancel(batch.ErrStopped)
	})
	defer release()

	secrets, err := l.loadCertificate()
	if err != nil {
		return err
	}
	expected, err := l.openExpected(stopping)
	if err != nil {
		return err
	}
	inbox, err := l.openInbox(expected)
	if err != nil {
		return err
	}
	defer inbox.Close() // all that was acknowledged is synced
	desk := &desk{inbox: inbox, expected: expected, log: l.log, console: l.console}
	if l.json {
		desk.lines = printLines(l.stdout)
	}
	server, err := l.serve(desk, secrets)
	if err != nil {
		return err
	}
	l.introduce(server)
	err = l.attend(stopping, server, desk, secrets)
	return errors.Join(err, l.finish(ctx, server, desk))
}

// openInbox tells what it finds out.
func (l *listener) openInbox(expected *expectation) (*inbox.Inbox, error) {
	inbox, err := inbox.Open(l.results, inbox.Options{
		RotateSize: l.rotateSize,
		OnRotate:   l.logRotation,
		Recall:     func(iccid string) { expected.note(iccid) },
	})
	if err != nil {
		return nil, err
	}
	if healed := inbox.Healed(); healed.Lines > 0 {
		l.console.Say("the end of %s had been cut off: set aside in %s; it had not been acknowledged", l.results, healed.Aside)
	}
	return inbox, nil
}

func (l *listener) logRotation(aside string, err error) {
	switch {
	case err != nil:
		l.log.Error("the file of notifications could not be put aside: going on with it", "error", err.Error())
	case aside != "":
		l.log.Info("the file of notifications was put aside", "file", aside)
	}
}

// running is a server that listens.
type running struct {
	*http.Server
	addr  net.Addr
	ended chan error // holds one
}

func (l *listener) serve(desk *desk, secrets *certificate) (*running, error) {
	receiver, err := api.NewReceiver(api.ReceiverConfig{
		Receive: desk.receive, Username: l.username, Password: l.password, OnReception: desk.reception,
	})
	if err != nil {
		return nil, err
	}
	socket, err := net.Listen("tcp", l.addr)
	if err != nil {
		return nil, settingf("listening: %v", err)
	}
	server := &running{
		Server: &http.Server{
			Handler:           desk.routes(l.path, receiver),
			ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
			MaxHeaderBytes: maxHeader,
			ErrorLog:       slog.NewLogLogger(l.log.Handler(), slog.LevelWarn),
		},
		addr:  socket.Addr(),
		ended: make(chan error, 1),
	}
	go func() {
		if secrets == nil {
			server.ended <- server.Serve(socket)
			return
		}
		server.TLSConfig = secrets.config()
		server.ended <- server.ServeTLS(socket, "", "")
	}()
	return server, nil
}

// introduce says where it listens and what to register.
func (l *listener) introduce(server *running) {
	scheme := "http"
	if l.cert != "" {
		scheme = "https"
	}
	l.console.Say("listening on %s://%s%s, writing to %s", scheme, server.addr, l.path, l.results)
	tcp, ok := server.addr.(*net.TCPAddr)
	switch {
	case ok && tcp.IP.IsLoopback():
	case l.username == "":
		l.log.Warn("whoever reaches this address can send notifications: --credentials-file asks for authentication")
	case l.cert == "":
		l.log.Warn("the senders' credentials can be read on their way, unless a proxy before this address speaks https")
	}
}

// attend serves until there is a reason to stop, which is an error if it is not a signal.
func (l *listener) attend(stopping context.Context, server *running, desk *desk, secrets *certificate) error {
	counts := time.NewTicker(countsInterval)
	defer counts.Stop()
	for {
		select {
		case <-stopping.Done():
			return nil
		case err := <-server.ended:
			return fmt.Errorf("serving: %w", err)
		case <-desk.inbox.Broken():
			return desk.inbox.Err()
		case err := <-desk.lines.broken():
			return &outputError{"to standard output", err}
		case <-l.hangups:
			l.hangUp(desk, secrets)
		case <-counts.C:
			desk.logCounts()
		}
	}
}

// hangUp does what whoever sends SIGHUP may want: begins a new file, reads the certificate again and says
// who has been heard from so far.
func (l *listener) hangUp(desk *desk, secrets *certificate) {
	l.logRotation(desk.inbox.Rotate())
	if err := secrets.load(); err != nil {
		l.log.Error("the certificate could not be read again: going on with the old one", "error", err.Error())
	}
	l.tellExpected(desk.expected)
	l.log.Info("the hangup is dealt with")
}

// finish lets requests under way come to their end, and says what came of it all.
func (l *listener) finish(ctx context.Context, server *running, desk *desk) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // cuts them: they were not acknowledged
	}
	err := errors.Join(desk.inbox.Close(), desk.lines.close(ctx))
	l.console.Say("stopped. %s", desk.counts.Stats())
	l.tellExpected(desk.expected)
	return err
}
