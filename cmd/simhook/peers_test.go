//go:build unix

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// loopbackName is loopback in the notation that inet_aton has. It is no IP address to Go, which sends nothing that is for
// 127.0.0.1 through a proxy.
const loopbackName = "127.1"

// peer runs a program of another project until the test ends. It is skipped where the program is not installed.
func peer(t *testing.T, port int, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // the test's context has ended it
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %v\n%s", name, err, said.String())
		}
		pause(t, 20*time.Millisecond)
	}
}

func needs(t *testing.T, program, debian string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed: Debian's package %s has it", program, debian)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// writeCertificate writes a certificate for loopback and its key to a folder.
func writeCertificate(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{loopbackName, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	return certificate, key
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nginx serves an API over TLS and HTTP/2, with limits as the configuration says, and returns its port, its certificate and
// its log of requests.
func nginx(t *testing.T, api *gate, zone, limit string) (port int, certificate, log string) {
	t.Helper()
	needs(t, "nginx", "nginx-light")
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir)
	port, log = freePort(t), filepath.Join(dir, "access.log")
	config := filepath.Join(dir, "nginx.conf")
	write(t, config, fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events {}
http {
	log_format short '$status $server_protocol $request_method'; access_log %[2]s short;
	client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
	%[3]s
	server {
		listen 127.0.0.1:%[4]d ssl http2;
		ssl_certificate %[5]s; ssl_certificate_key %[6]s;
		location /auth { proxy_pass %[7]s; }
		location / { %[8]s proxy_pass %[7]s; }
	}
}
`, dir, log, zone, port, certificate, key, api.url, limit))
	peer(t, port, "nginx", "-p", dir, "-c", config)
	return port, certificate, log
}

// overTLS is the environment of a program that calls an API at a port of this machine.
func overTLS(host string, port int, certificate string) map[string]string {
	base := fmt.Sprintf("https://%s:%d", host, port)
	return map[string]string{
		"SIMHOOK_BASE_URL": base + sandbox.BasePath, "SIMHOOK_TOKEN_URL": base + sandbox.TokenPath, "SSL_CERT_FILE": certificate,
		"SIMHOOK_CLIENT_ID": "id", "SIMHOOK_CLIENT_SECRET": "secret",
		"SIMHOOK_WEBHOOK_URL": rigWebhook, "SIMHOOK_ALLOW_BAD_LUHN": "1",
	}
}

func TestALimitThatNginxKeepsFailsNoSIM(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			api := serveGate(t, sandbox.Options{})
			port, certificate, log := nginx(t, api, "limit_req_zone $binary_remote_addr zone=api:1m rate=8r/s;",
				fmt.Sprintf("limit_req zone=api burst=2 nodelay; limit_req_status %d;", status))
			const sims = 12
			cmd := command(t, overTLS("localhost", port, certificate), "register", newFleet(t, sims))
			output, err := cmd.CombinedOutput()
			requests, logErr := os.ReadFile(log)
			if err := errors.Join(err, logErr); err != nil || api.Registrations() != 2*sims {
				t.Errorf("%v, %d webhooks\n%s", err, api.Registrations(), output)
			}
			refused := strings.Count(string(requests), fmt.Sprintf("%d HTTP/2.0", status))
			t.Logf("nginx answered %d times with %d, and %d times with a success", refused, status, strings.Count(string(requests), "200 HTTP/2.0"))
			if refused == 0 {
				t.Errorf("nginx has refused no call over HTTP/2: nothing was tested\n%s", requests)
			}
		})
	}
}

func TestAProxyOnTheWay(t *testing.T) {
	t.Parallel()
	needs(t, "tinyproxy", "tinyproxy")
	api := serveGate(t, sandbox.Options{})
	port, certificate, _ := nginx(t, api, "", "")
	for name, c := range map[string]struct {
		config, login string
		code          int
		says          string
	}{
		"without login":      {"", "", exitOK, "2 rows: 2 ok"},
		"with its login":     {"BasicAuth me hunter2\n", "me:hunter2@", exitOK, "2 rows: 2 ok"},
		"login is missing":   {"BasicAuth me hunter2\n", "", exitAPI, "refuses the connection: 407 Proxy Authentication Required"},
		"login is wrong":     {"BasicAuth me hunter2\n", "me:hunter3@", exitAPI, "refuses the connection: 40"},
		"another host only":  {"ConnectPort 1\n", "", exitAPI, "refuses the connection: 403 Forbidden"},
		"no proxy is there":  {"-", "", exitAPI, "connection refused"},
		"no such proxy host": {"!", "", exitAPI, "no such host: proxy.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := fmt.Sprintf("127.0.0.1:%d", freePort(t))
			switch c.config {
			case "!":
				proxy = "proxy.invalid:3128"
			case "-":
			default:
				config := filepath.Join(t.TempDir(), "tinyproxy.conf")
				host, number, _ := strings.Cut(proxy, ":")
				write(t, config, fmt.Sprintf("Port %s\nListen %s\nTimeout 60\nMaxClients 50\n%s", number, host, c.config))
				var n int
				if _, err := fmt.Sscan(number, &n); err != nil {
					t.Fatal(err)
				}
				peer(t, n, "tinyproxy", "-d", "-c", config)
			}
			env := overTLS(loopbackName, port, certificate)
			env["HTTPS_PROXY"] = "http://" + c.login + proxy
			begun := time.Now()
			cmd := command(t, env, "register", newFleet(t, 2), "--rate", "unlimited", "--retry-max-time", "3s")
			output, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(output), c.says) {
				t.Errorf("%v, want exit code %d and %q\n%s", err, c.code, c.says, output)
			}
			if c.code == exitAPI && !strings.Contains(string(output), strings.Split(proxy, ":")[0]) && c.config != "-" {
				t.Errorf("the proxy is not named\n%s", output)
			}
			if strings.Contains(string(output), "hunter") || strings.Contains(c.says, "refuses") && time.Since(begun) > 3*time.Second {
				t.Errorf("after %s:\n%s", time.Since(begun), output)
			}
		})
	}
}
