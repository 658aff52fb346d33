package listen

import (
	"testing"

	"simhook/report/simset"
)

func TestAnICCIDIsRecognisedByItsKey(t *testing.T) {
	for _, iccid := range []string{"893000000002391231", "8944474600000109251", "89999999999999999999", "890000000000000000"} {
		key, ok := simset.Key(iccid)
		if got := iccidOf(key); !ok || got != iccid {
			t.Errorf("%s became %s", iccid, got)
		}
	}
}
