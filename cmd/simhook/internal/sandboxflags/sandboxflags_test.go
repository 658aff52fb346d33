package sandboxflags_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/sandboxflags"
)

func TestTheAccountIsAFleetFileOrGenerated(t *testing.T) {
	generated := sandbox.ICCIDs(0, 3)
	if got, err := sandboxflags.SIMs(t.Context(), generated, "", nil); err != nil || !slices.Equal(got, generated) {
		t.Errorf("without a file: %v, %v", got, err)
	}
	const file = "label,sim\nVan 1,8944 4746 0000 0109 251\nVan 2,8.94E+18\nVan 3,8944478600004958824F\n"
	want := []string{"8944474600000109251", "8944478600004958824"}
	if got, err := sandboxflags.SIMs(t.Context(), generated, "-", strings.NewReader(file)); err != nil || !slices.Equal(got, want) {
		t.Errorf("from standard input: %v, %v", got, err)
	}
	if _, err := sandboxflags.SIMs(t.Context(), nil, "nowhere.csv", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
}
