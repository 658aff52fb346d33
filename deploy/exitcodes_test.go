package deploy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// response is what is to happen when simhook has exited.
type response string

const (
	success   response = "success"
	count     response = "count"      // try again, some times
	ignore    response = "ignore"     // try again, however often
	failIndex response = "fail index" // no other attempt at this shard
	failJob   response = "fail job"   // no other attempt at any
)

// responses are those to the exit codes of the program, by their names there.
func responses() map[string]response {
	return map[string]response{
		"OK":          success,
		"Bug":         count,
		"Differs":     count, // only with an option that asks for it
		"TimeOver":    failJob,
		"Usage":       failJob,
		"Rows":        failIndex,
		"Fleet":       failJob,
		"API":         count,
		"Results":     count,
		"Again":       ignore,
		"Credentials": failJob,
		"Settings":    failJob,
	}
}

// wanted is the response to every exit code of the program, which its source
// says, and to that of a process that was killed.
func wanted(t *testing.T) map[int]response {
	t.Helper()
	known := responses()
	codes := map[int]response{137: count}
	for name, code := range programCodes(t) {
		response, found := known[name]
		if !found {
			t.Fatalf("%s is %d: say here what is to happen then, and in the manifests", name, code)
		}
		codes[code] = response
	}
	if len(codes) != len(known)+1 {
		t.Fatalf("the program has the exit codes %v, and not those known here", codes)
	}
	return codes
}

// programCodes are the constants of the program's table.
func programCodes(t *testing.T) map[string]int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../cmd/simhook/internal/exitcode/exitcode.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || !ast.IsExported(spec.Names[0].Name) {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is no number", spec.Names[0].Name)
		}
		code, err := strconv.Atoi(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		codes[spec.Names[0].Name] = code
		return true
	})
	return codes
}
