package sources

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simhook/report"
	"simhook/report/results"
)

// Expand finds the files of folders and patterns, which a cluster has no shell to find. A folder stands for the results of
// the shards of one run in it, in their order, finished or not. Everything else stays as it is: a file that exists is never a
// pattern. Its errors are *fs.PathErrors.
func Expand(named []string) (paths []string, err error) {
	for _, name := range named {
		info, err := os.Stat(name)
		found := []string{name}
		switch {
		case name == Stdin:
		case err == nil && info.IsDir():
			found, err = shardsIn(name)
		case err != nil && strings.ContainsAny(name, `*?[`):
			found, err = matches(name)
		default:
			err = nil // opening it tells what is wrong
		}
		if name != Stdin && err != nil {
			return nil, &fs.PathError{Op: "find", Path: name, Err: err}
		}
		paths = append(paths, found...)
	}
	return paths, nil
}

// matches are the files of a pattern, without those that stand beside results.
func matches(pattern string) ([]string, error) {
	paths, err := filepath.Glob(pattern)
	paths = slices.DeleteFunc(paths, func(path string) bool {
		return slices.Contains([]string{".lock", ".torn", ".merging"}, filepath.Ext(path))
	})
	if err == nil && len(paths) == 0 {
		err = errors.New("no file matches")
	}
	return paths, err
}

// shardsIn are the results of the shards of one run in a folder.
func shardsIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	indexes := map[string]int{} // of shards, by path
	runs := map[string]bool{}   // patterns of their files
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		complete := strings.TrimSuffix(path, report.PartialSuffix)
		shard, isShard := results.ShardInName(complete)
		if !isShard || entry.IsDir() || filepath.Ext(complete) != ".csv" {
			continue
		}
		indexes[path] = shard.Index
		of := strings.TrimPrefix(shard.Label(), strings.Split(shard.Label(), "-")[0])
		runs["'"+strings.TrimSuffix(complete, shard.Label()+".csv")+"*"+of+".csv'"] = true
	}
	switch len(runs) {
	case 0:
		return nil, errors.New("holds no results of shards: name the files, or a pattern such as '" + filepath.Join(folder, "*.register.csv") + "'")
	case 1:
		byIndex := func(a, b string) int { return cmp.Or(cmp.Compare(indexes[a], indexes[b]), cmp.Compare(a, b)) }
		return slices.SortedFunc(maps.Keys(indexes), byIndex), nil
	}
	return nil, errors.New("holds results of several runs: name those of one, such as " + strings.Join(slices.Sorted(maps.Keys(runs)), " or "))
}
