package batch

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// staticServerVariable makes the test binary a server, so that a benchmark's own
// CPU time is the client's alone.
const staticServerVariable = "SIMHOOK_TEST_STATIC_SERVER"

// staticAnswer is what the server says to every request, as cheaply as can be.
const staticAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

// startStaticServer returns the address of a server in a process of its own.
func startStaticServer(b *testing.B) (address string) {
	b.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), staticServerVariable+"=1")
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close() // which ends it
		_ = server.Wait()
	})
	if _, err := fmt.Fscanln(stdout, &address); err != nil {
		b.Fatal(err)
	}
	return address
}

// serveStatic serves until standard input ends.
func serveStatic() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr())
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerAll(conn)
		}
	}()
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// answerAll answers the requests of one connection, whose bodies must not span
// lines: each is one, without its end.
func answerAll(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		switch header := string(line); {
		case strings.HasPrefix(header, "Content-Length: "):
			_, _ = fmt.Sscan(header[len("Content-Length: "):], &length)
		case header == "\r\n":
			if _, err := in.Discard(length); err != nil {
				return
			}
			length = 0
			if _, err := conn.Write([]byte(staticAnswer)); err != nil {
				return
			}
		}
	}
}
