package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cronUser is the number of the user simhook in the root where cron runs.
const cronUser = 60_001

// Debian's cron runs the shipped line, every minute instead of every night, in a root of its own that only the test sees.
// Where a run fails it mails what simhook said, and where all is well, nothing.
func TestCronItselfRunsTheLineAndMailsFailuresOnly(t *testing.T) {
	root := cronRoot(t)
	sandbox, _ := sandboxed(t, "127.0.0.1:0", "--quota", "none")
	content, err := os.ReadFile("cron/simhook")
	if err != nil {
		t.Fatal(err)
	}
	everyMinute := regexp.MustCompile(`(?m)^30 1 \* \* \* `).ReplaceAllString(string(content), "* * * * * ")
	if everyMinute == string(content) {
		t.Fatal("the line is for another time than the test expects")
	}
	fleet, err := os.ReadFile("../testdata/fleet.csv")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"etc/cron.d/simhook": everyMinute, "etc/simhook/simhook.env": strings.Join(sandbox, "\n") + "\n", "etc/simhook/client-secret": "secret",
		"var/lib/simhook/fleet.csv": string(fleet),
		// Another account, whose fleet has been forgotten.
		"etc/cron.d/simhook-west": strings.NewReplacer("/var/lib/simhook", "/var/lib/west", textfiles, "/none").Replace(everyMinute),
	}
	for name, content := range files {
		mode := os.FileMode(0o644)
		if filepath.Base(name) == "client-secret" {
			mode = 0o600
		}
		putFor(t, root, name, content, mode)
	}
	folders := []string{"var/lib/simhook", "var/lib/west", textfiles, "var/mail"}
	for _, name := range folders {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(folders, "etc/simhook/client-secret", "var/lib/simhook/fleet.csv") { // as the README has it
		if err := os.Chown(filepath.Join(root, name), cronUser, cronUser); err != nil {
			t.Fatal(err)
		}
	}
	startCron(t, root)
	t.Parallel() // only now: while cron waits for its minute, the tests that follow run
	results, metrics := filepath.Join(root, "var/lib/simhook/fleet.reconcile.csv"), filepath.Join(root, textfiles, "simhook-reconcile.prom")
	mail := func() string {
		content, _ := os.ReadFile(filepath.Join(root, "var/mail/sent")) // there is none yet
		return string(content)
	}
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		written, _ := os.ReadFile(metrics) // there is none yet
		if strings.Contains(string(written), `simhook_last_exit_code{action="reconcile",fleet="fleet.csv"} 0`) && mail() != "" {
			break
		}
		if time.Since(began) > 100*time.Second {
			t.Fatalf("after more than a minute there are the metrics %q and the mail %q", written, mail())
		}
	}
	time.Sleep(2 * time.Second) // in which cron would mail what it should not
	info, err := os.Stat(results)
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != cronUser || info.Mode().Perm() != 0o600 {
		t.Errorf("the results are those of the user %d, with the mode %v", owner, info.Mode())
	}
	sent := mail()
	if !strings.Contains(sent, "To: fleet-operations@example.com") || !strings.Contains(sent, "simhook: reading fleet.csv: no such file") || strings.Contains(sent, "secret: chmod") {
		t.Errorf("the mail about the forgotten fleet is\n%s", sent)
	}
	if strings.Contains(sent, "cd /var/lib/simhook") { // the subject is the command
		t.Errorf("there is mail about a run that went well:\n%s", sent)
	}
}

// cronRoot is a root with this machine's programs, and nothing else of it: no crontabs, no users. What is sent by mail is
// in /var/mail/sent.
func cronRoot(t *testing.T) (root string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("it is root who starts cron")
	}
	cron := tool(t, "cron", "cron")
	tool(t, "unshare", "util-linux")
	if said, err := exec.CommandContext(t.Context(), "unshare", "--mount", "--pid", "--fork", "true").CombinedOutput(); err != nil {
		t.Skipf("this machine gives no namespaces: %v %s", err, said)
	}
	root = t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil { // it is for a user, too
		t.Fatal(err)
	}
	for to, from := range map[string]string{"usr/sbin/cron": cron, "usr/local/bin/simhook": buildProgram(t)} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		putFor(t, root, to, string(content), 0o755)
	}
	putFor(t, root, "usr/sbin/sendmail", "#!/bin/sh\nexec cat >>/var/mail/sent\n", 0o755)
	putFor(t, root, "etc/passwd", "root:x:0:0::/:/bin/sh\nsimhook:x:60001:60001::/var/lib/simhook:/usr/sbin/nologin\n", 0o644)
	putFor(t, root, "etc/group", "root:x:0:\nsimhook:x:60001:\n", 0o644)
	putFor(t, root, "etc/pam.d/cron", "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n", 0o644)
	putFor(t, root, "dev/null", "", 0o644)
	for _, name := range []string{"tmp", "run", "var/run", "var/spool/cron/crontabs"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"bin", "lib", "lib64"} { // links to folders of /usr
		target, err := os.Readlink("/" + name)
		if err != nil {
			t.Skipf("/%s is not in /usr here", name)
		}
		if err := os.Symlink(strings.TrimPrefix(target, "/"), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// startCron runs cron in a root until the test ends. The rest of the machine does not see its mounts, and its processes end with it.
func startCron(t *testing.T, root string) {
	t.Helper()
	const script = `set -e
mount --bind /dev/null "$0/dev/null"
for path in usr/bin usr/lib usr/lib64; do
	if [ -d "/$path" ]; then mkdir -p "$0/$path"; mount -o bind,ro "/$path" "$0/$path"; fi
done
chroot "$0" /usr/sbin/cron -f &
read -r _ || true # until the test ends; with this shell, the first of its namespace, all that cron has started ends too`
	cmd := exec.Command("unshare", "--mount", "--pid", "--fork", "/bin/sh", "-c", script, root)
	test, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = test.Close() // the shell sees it
		if err := cmd.Wait(); err != nil {
			t.Errorf("cron's root: %v", err)
		}
	})
}

// putFor writes a file of root's into a root.
func putFor(t *testing.T, root, name, content string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
