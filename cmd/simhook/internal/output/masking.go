package output

import (
	"bytes"
	"io"

	"simhook/api"
)

// Masking returns a writer to out that masks the userinfo of URLs. Each Write must hold whole URLs, as lines and log
// records do.
func Masking(out io.Writer) io.Writer { return masking{out} }

type masking struct{ out io.Writer }

func (m masking) Write(text []byte) (int, error) {
	if !bytes.Contains(text, []byte("://")) {
		return m.out.Write(text)
	}
	if _, err := io.WriteString(m.out, api.MaskURLs(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
