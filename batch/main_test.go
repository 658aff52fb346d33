package batch

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(staticServerVariable) != "" {
		serveStatic()
		return
	}
	goleak.VerifyTestMain(m)
}
