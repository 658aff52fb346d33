package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// printData writes to standard output.
func (p *program) printData(text string) error {
	if _, err := io.WriteString(p.stdout, text); err != nil {
		return &outputError{"to standard output", err}
	}
	return nil
}

// printJSON writes v to standard output, indented for people who look at it.
func (p *program) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the output: %w", err)
	}
	return p.printData(string(data) + "\n")
}
