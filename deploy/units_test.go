package deploy

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// unit is a systemd unit: section, then name, then values.
type unit map[string]map[string][]string

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	u, section := unit{}, ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		name, value, assigned := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			u[section] = map[string][]string{}
		case assigned:
			u[section][name] = append(u[section][name], value)
		default:
			t.Fatalf("%s: what is %q?", path, line)
		}
	}
	return u
}

// service is the value of a setting that [Service] has once.
func (u unit) service(t *testing.T, name string) string {
	t.Helper()
	values := u["Service"][name]
	if len(values) == 1 {
		return values[0]
	}
	t.Fatalf("%s= stands in [Service] %d times", name, len(values))
	return ""
}

// codes are the numbers of a setting.
func (u unit) codes(t *testing.T, name string) map[int]bool {
	t.Helper()
	codes := map[int]bool{}
	for field := range strings.FieldsSeq(u.service(t, name)) {
		code, err := strconv.Atoi(field)
		if err != nil {
			t.Fatalf("%s=: %v", name, err)
		}
		codes[code] = true
	}
	return codes
}

func TestTheServiceIsStartedAgainWhereThatHelps(t *testing.T) {
	service := readUnit(t, "systemd/simhook-reconcile.service")
	if restart := service.service(t, "Restart"); restart != "on-failure" {
		t.Fatalf("Restart=%s", restart)
	}
	prevented, fine := service.codes(t, "RestartPreventExitStatus"), service.codes(t, "SuccessExitStatus")
	timeOver := programCodes(t)["TimeOver"]
	for code, response := range wanted(t) {
		again := !prevented[code] && !fine[code] && code != 0
		if want := response == count || response == ignore; again != want {
			t.Errorf("exit code %d: started again: %v, want %v", code, again, want)
		}
		if wantFine := code == timeOver; fine[code] != wantFine {
			t.Errorf("exit code %d is fine: %v, want %v", code, fine[code], wantFine)
		}
		delete(prevented, code)
	}
	for code := range prevented {
		t.Errorf("simhook has no exit code %d", code)
	}
}

func TestTheTimerMakesUpForANightThatTheMachineWasOff(t *testing.T) {
	timer := readUnit(t, "systemd/simhook-reconcile.timer")["Timer"]
	if len(timer["OnCalendar"]) != 1 || len(timer["Persistent"]) != 1 || timer["Persistent"][0] != "yes" {
		t.Errorf("the timer is %v", timer)
	}
}

func TestSystemdUnderstandsTheUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd is not installed here")
	}
	folder := t.TempDir()
	for _, name := range []string{"simhook-reconcile.service", "simhook-reconcile.timer", "simhook-listen.service"} {
		content, err := os.ReadFile(filepath.Join("systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		// systemd looks whether the program is there.
		installed := strings.ReplaceAll(string(content), "/usr/local/bin/simhook", buildProgram(t))
		if err := os.WriteFile(filepath.Join(folder, name), []byte(installed), 0o600); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command("systemd-analyze", "verify", filepath.Join(folder, name)).CombinedOutput()
		if err != nil || len(output) > 0 {
			t.Errorf("systemd-analyze verify %s: %v\n%s", name, err, output)
		}
	}
	// Of 0 to 100, where 100 is a service that may do anything.
	for _, name := range []string{"simhook-reconcile.service", "simhook-listen.service"} {
		output, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=15", filepath.Join(folder, name)).CombinedOutput()
		if err != nil {
			t.Errorf("%s may do more than it needs: %v\n%s", name, err, output)
		}
	}
}

// textfiles is the folder that the textfile collector of Debian's prometheus-node-exporter reads.
const textfiles = "/var/lib/prometheus/node-exporter"

// What a run leaves for the collector is what the run has written, whole and readable.
func TestTheServiceGivesItsMetricsToTheCollector(t *testing.T) {
	service := readUnit(t, "systemd/simhook-reconcile.service")
	line, root := strings.CutPrefix(service.service(t, "ExecStopPost"), "-+")
	if !root {
		t.Fatal("it is not for root, or it can fail")
	}
	script, state, _ := strings.Cut(strings.TrimPrefix(line, "/bin/sh -c '"), "' ")
	for name, c := range map[string]struct {
		prepare func(state, collector string) error
		want    string
	}{
		"a run's metrics":        {func(state, _ string) error { return os.WriteFile(state, []byte("simhook_workers 32\n"), 0o600) }, "simhook_workers 32\n"},
		"no run":                 {func(string, string) error { return nil }, ""},
		"no collector":           {func(state, collector string) error { return os.Remove(collector) }, ""},
		"a link to another file": {func(state, _ string) error { return os.Symlink("/etc/hostname", state) }, ""},
		"a folder of this name":  {func(state, _ string) error { return os.Mkdir(state, 0o700) }, ""},
		"an older file is there": {func(state, collector string) error {
			return errors.Join(os.WriteFile(filepath.Join(collector, "simhook-reconcile.prom"), []byte("old"), 0o600), os.WriteFile(state, []byte("new"), 0o600))
		}, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, collector := t.TempDir(), t.TempDir()
			state := strings.ReplaceAll(state, "${STATE_DIRECTORY}", folder)
			if err := c.prepare(state, collector); err != nil {
				t.Fatal(err)
			}
			_ = exec.Command("/bin/sh", "-c", strings.ReplaceAll(script, textfiles, collector), state).Run() // systemd ignores it
			copied := filepath.Join(collector, "simhook-reconcile.prom")
			content, err := os.ReadFile(copied)
			if got := string(content); got != c.want || (err != nil) != (c.want == "") {
				t.Fatalf("the collector finds %q, want %q: %v", got, c.want, err)
			}
			if info, err := os.Stat(copied); err == nil && info.Mode().Perm() != 0o644 {
				t.Errorf("its mode is %v", info.Mode())
			}
		})
	}
}

func TestCronGivesItsMetricsToTheCollector(t *testing.T) {
	t.Parallel()
	folder := fleetIn(t)
	env, line := crontab(t, folder)
	files := map[string]string{"client-secret": "secret", "bin/simhook": "#!/bin/sh\nSIMHOOK_SANDBOX=true exec " + buildProgram(t) + ` "$@"`, "textfiles/other.prom": ""}
	for name, value := range settings(t) {
		files["simhook.env"] += fmt.Sprintf("%s=%s\n", name, value)
	}
	place(t, folder, files)
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
	cmd.Env = env
	if output, err := cmd.CombinedOutput(); err != nil || len(output) > 0 {
		t.Fatalf("%v\n%s", err, output)
	}
	metrics, err := os.ReadFile(filepath.Join(folder, "textfiles", "simhook-reconcile.prom"))
	if err != nil || !strings.Contains(string(metrics), `simhook_last_exit_code{action="reconcile",fleet="fleet.csv"} 0`) {
		t.Errorf("the collector finds %v\n%s", err, metrics)
	}
}

// place writes files, which may be run.
func place(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCronMailsWhatHasToBeKnown runs the line of the crontab as cron does.
func TestCronMailsWhatHasToBeKnown(t *testing.T) {
	for name, c := range map[string]struct {
		program string // a shell script in the place of simhook
		mail    string
	}{
		"nothing, where all is well":         {`echo "25 rows: 25 ok" >&2`, ""},
		"what was said, where it is not":     {`echo "1 SIM refused" >&2; exit 65`, "1 SIM refused\n"},
		"that there is no such program":      {"", "not found"},
		"settings and secret reach simhook":  {`[ "$SIMHOOK_CLIENT_ID" = fleet-operations ] && [ -f "$SIMHOOK_CLIENT_SECRET_FILE" ]`, ""},
		"no metrics without a collector":     {`[ -z "$SIMHOOK_METRICS_FILE" ] || echo "$SIMHOOK_METRICS_FILE"`, ""},
		"results are for their owner's eyes": {`: >made; [ "$(stat -c %a made)" = 600 ] || ls -l made; [ "$(stat -c %a made)" = 600 ]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := fleetIn(t)
			env, line := crontab(t, folder)
			files := map[string]string{"client-secret": "secret", "bin/simhook": "#!/bin/sh\n" + c.program}
			if c.program == "" {
				delete(files, "bin/simhook")
			}
			for name, value := range settings(t) {
				files["simhook.env"] += fmt.Sprintf("%s=%s\n", name, value)
			}
			place(t, folder, files)
			cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
			cmd.Env = env
			output, _ := cmd.CombinedOutput() // cron goes by what is printed
			if got := string(output); c.mail == "" && got != "" || !strings.Contains(got, c.mail) {
				t.Errorf("the mail says %q, want %q", got, c.mail)
			}
		})
	}
}

// crontab is the environment and the command of cron/simhook, with its places in
// folder.
func crontab(t *testing.T, folder string) (env []string, command string) {
	t.Helper()
	content, err := os.ReadFile("cron/simhook")
	if err != nil {
		t.Fatal(err)
	}
	places := strings.NewReplacer("/etc/simhook", folder, "/var/lib/simhook", folder, "/usr/local/bin", folder+"/bin",
		textfiles, folder+"/textfiles")
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		fields := strings.Fields(line)
		switch {
		case line[0] == '#':
		case len(fields) == 1:
			env = append(env, places.Replace(line))
		case command != "":
			t.Fatal("more than one line")
		case strings.Contains(line, "%"):
			t.Fatal("cron takes a % for the end of a line")
		default:
			command = places.Replace(strings.Join(fields[6:], " ")) // behind five fields of time and the user
		}
	}
	return env, command
}
