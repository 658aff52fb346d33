package api

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// TokenFile returns a source of the token in a file that another program keeps fresh. The file is read again
// after its token was refused. If it still holds the same token, Token returns a *CredentialsError.
func TokenFile(path string) (TokenSource, error) {
	token, err := readTokenFile(path)
	if err != nil {
		return nil, err
	}
	return &tokenFile{path: path, token: token}, nil
}

type tokenFile struct {
	path    string
	mu      sync.Mutex
	token   string
	refused bool
}

func (f *tokenFile) Token(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.refused {
		return f.token, nil
	}
	token, err := readTokenFile(f.path)
	if err != nil {
		return "", &tokenError{reason: err.Error()}
	}
	if token == f.token {
		return "", &CredentialsError{
			Problem: "the access token in " + f.path + " was refused (expired or revoked)",
			Advice:  "write a fresh token to the file: a token lives 5 minutes",
		}
	}
	f.token, f.refused = token, false
	return token, nil
}

func (f *tokenFile) Invalidate(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = f.refused || token == f.token
}

// maxTokenLength is in bytes. Real tokens are far shorter, because they must fit into a header.
const maxTokenLength = 64 << 10

func readTokenFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("access token file: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxTokenLength+1))
	if err != nil {
		return "", fmt.Errorf("access token file: %w", err)
	}
	token := strings.TrimSpace(string(content))
	if err := validateToken(token); err != nil {
		return "", fmt.Errorf("access token file %s: %w", path, err)
	}
	return token, nil
}
