package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"simhook/api/sandbox"
)

// TestOnATerminalTheBarIsOneLineAndAllElseStaysWhole runs the program on a terminal, and looks at the screen at the
// end. A status that a signal asks for meanwhile appears above the bar.
func TestOnATerminalTheBarIsOneLineAndAllElseStaysWhole(t *testing.T) {
	const columns = 100
	r := newRig(t, 4, sandbox.Options{LatencyMin: 20 * time.Millisecond, LatencyMax: 20 * time.Millisecond})
	fleet := newFleet(t, 100)
	calling := r.after(40)
	controller, terminal := openTerminal(t, columns)
	cmd := exec.CommandContext(t.Context(), "simhook", r.args(fleet)...)
	cmd.Env = append(os.Environ(), "SIMHOOK_CLIENT_SECRET=secret", "TERM=xterm", "NO_COLOR=1")
	cmd.Stderr = terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close()
	sent := make(chan []byte)
	go func() {
		output, _ := io.ReadAll(controller) // ends with an error when the program has
		sent <- output
	}()
	<-calling
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Error(err)
	}
	output := <-sent
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%q", err, output)
	}
	if frames := bytes.Count(output, []byte(" %  [")); frames < 3 {
		t.Errorf("only %d frames were drawn", frames)
	}
	lines := shown(output, columns)
	want := []string{
		`API: http://127.0.0.1:\d+/connect-api, client ID: id, webhook URL: https://example.com/hook`,
		`read fleet.csv: header on line 1, ICCIDs in "iccid"`,
		`register 100 SIMs \(300 calls\) as fast as the API answers\. Run \w{8}\.`,
		`\d+ of 100 SIMs done: \d+ ok, 0 failed, 0 refused`,
		`  \d+ attempts, .*`,
		`  0 retries`,
		`  \d of 4 workers busy, limited by the latency`,
		`  running for .*`,
		`100/100  100 %  \[#+\]  [0-9.]+ calls/s  100 ok.*`,
		`100 rows: 100 ok, 0 failed, 0 refused`,
		`run \w{8} took [0-9a-z ]+: 300 calls, [0-9,]+ a minute; 0 answered 429`,
		`results: .*`,
		`next: simhook report .*`,
	}
	matches := func(line, pattern string) bool { return regexp.MustCompile("^" + pattern + "$").MatchString(line) }
	if !slices.EqualFunc(lines[:min(len(lines), len(want))], want, matches) {
		t.Errorf("the screen shows\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// openTerminal returns both ends of a terminal of so many columns.
func openTerminal(t *testing.T, columns uint16) (controller, terminal *os.File) {
	t.Helper()
	controller, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be opened here: %v", err)
	}
	t.Cleanup(func() { _ = controller.Close() })
	control := func(request uintptr, argument unsafe.Pointer) {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, controller.Fd(), request, uintptr(argument)); err != 0 {
			t.Skipf("no terminal can be opened here: %v", err)
		}
	}
	var number, unlocked int32
	control(syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	control(syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{24, columns}
	control(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be opened here: %v", err)
	}
	return controller, terminal
}

// shown are the lines that a terminal shows after what was sent to it: characters, line ends, carriage returns, and the
// sequence that empties the rest of a line.
func shown(sent []byte, columns int) []string {
	lines, column := []string{""}, 0
	for _, part := range regexp.MustCompile(`\x1b\[K|[^\x1b]`).FindAllString(string(sent), -1) {
		last := &lines[len(lines)-1]
		switch part {
		case "\r":
			column = 0
		case "\x1b[K":
			*last = (*last)[:column]
		case "\n":
			lines = append(lines, "")
		default:
			if column == columns {
				lines, column = append(lines, ""), 0
				last = &lines[len(lines)-1]
			}
			*last = (*last)[:column] + part + (*last)[min(column+len(part), len(*last)):]
			column += len(part)
		}
	}
	return lines
}

// A listener puts its file aside at a hangup, but a closed terminal sends one too.
func TestAListenerEndsWithTheTerminalThatItWasStartedFrom(t *testing.T) {
	results := filepath.Join(t.TempDir(), "notifications.csv")
	controller, terminal := openTerminal(t, 200)
	cmd := exec.CommandContext(t.Context(), "simhook", "listen", "--addr", "127.0.0.1:0", "--results", results)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close()
	for said := ""; !strings.Contains(said, "writing to"); { // a read that is under way would keep the terminal open
		some := make([]byte, 256)
		n, err := controller.Read(some)
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		said += string(some[:n])
	}
	_ = controller.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it goes on although its terminal is closed")
	}
}
