package output

import (
	"strings"
	"testing"
)

func TestAQueueWritesAllThatIsSaidInOrder(t *testing.T) {
	var out strings.Builder
	q := NewQueue(&out)
	for _, text := range []string{"one\n", "", "two\n"} {
		if n, err := q.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	q.Close()
	if got := out.String(); got != "one\ntwo\n" {
		t.Errorf("it wrote %q", got)
	}
}
