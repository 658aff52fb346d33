package results

import (
	"fmt"
	"strconv"
	"strings"

	"simhook/report"
)

// inOrder puts the files of all shards in order, or says which shard is missing,
// given twice or of another fleet.
func inOrder(files []*shardFile) ([]*shardFile, error) {
	count, err := countShards(files)
	if err != nil {
		return nil, err
	}
	ordered := make([]*shardFile, count)
	var anywhere []*shardFile // without anything to tell their shard by
	for _, f := range files {
		shard, known, err := f.shard(count)
		switch {
		case err != nil:
			return nil, err
		case !known:
			anywhere = append(anywhere, f)
		case ordered[shard.Index] != nil:
			return nil, f.wrong("is %v, and so is %s", shard, ordered[shard.Index].path)
		default:
			ordered[shard.Index] = f
		}
	}
	return fill(ordered, anywhere, files)
}

// countShards is how many shards there are: what the files say of it by name or
// by their SIMs, in which they have to agree, or else as many as there are files.
func countShards(files []*shardFile) (int, error) {
	var first *shardFile
	var claim report.Shard
	for _, f := range files {
		shard, claimed := shardInName(f.path)
		if !claimed {
			shard, claimed = f.sims.finer(1)
		}
		switch {
		case !claimed || shard.Count == claim.Count:
		case first == nil:
			first, claim = f, shard
		default:
			return 0, f.wrong("is %v, but %s is %v", shard, first.path, claim)
		}
	}
	if first == nil {
		return len(files), nil
	}
	return claim.Count, nil
}

// shard is which one of count shards the file is of, if that can be told.
func (f *shardFile) shard(count int) (s report.Shard, known bool, err error) {
	named, known := shardInName(f.path)
	s = named
	if f.sims.sims > 0 {
		var within bool
		if s, within = f.sims.within(count); !within {
			return s, false, f.wrong("is none of %d shards: it holds SIMs of several", count)
		}
		if known && s != named {
			return s, false, f.wrong("is %v by its name, but holds the SIMs of %v", named, s)
		}
		if other, evident := f.sims.finer(count); evident {
			return s, false, f.wrong("is %v, not %v", other, s)
		}
		known = true
	}
	if f.stray != "" {
		if known && !s.OwnsBadRows() {
			return s, false, f.wrong("is %v, but holds a row that names no SIM (line %s of the fleet), which is for shard 0 to report", s, f.stray)
		}
		return report.Shard{Index: 0, Count: count}, true, nil
	}
	return s, known, nil
}

// fill puts files that can be of any shard where one is missing.
func fill(ordered, anywhere, files []*shardFile) ([]*shardFile, error) {
	var missing []int
	for index, f := range ordered {
		if f == nil {
			missing = append(missing, index)
		}
	}
	switch {
	case len(anywhere) > len(missing):
		return nil, anywhere[0].wrong("is one file too many: there are %d shards", len(ordered))
	case len(anywhere) < len(missing):
		return nil, &MergeError{Reason: describeMissing(missing, len(ordered), len(anywhere), files)}
	}
	for i, index := range missing {
		ordered[index] = anywhere[i]
	}
	return ordered, nil
}

// describeMissing names the shards that no file is of, and the names their files
// would have after those of the others.
func describeMissing(missing []int, count, anywhere int, files []*shardFile) string {
	indexes, paths := make([]string, len(missing)), make([]string, len(missing))
	for i, index := range missing {
		indexes[i] = strconv.Itoa(index)
		paths[i] = pathLike(files, report.Shard{Index: index, Count: count})
	}
	text := "shard " + indexes[0] + " of " + strconv.Itoa(count) + " is missing"
	if len(missing) > 1 {
		text = "shards " + strings.Join(indexes, ", ") + " of " + strconv.Itoa(count) + " are missing"
	}
	if anywhere > 0 {
		text += fmt.Sprintf(", but for %d that files without SIMs can be of", anywhere)
	}
	if paths[0] != "" {
		text += ": " + strings.Join(paths, ", ")
	}
	return text
}

// pathLike is the path of a shard's results after the path of another's; empty
// where none is named after its shard.
func pathLike(files []*shardFile, shard report.Shard) string {
	for _, f := range files {
		if other, named := shardInName(f.path); named {
			end := strings.LastIndex(f.path, other.Label())
			return f.path[:end] + shard.Label() + f.path[end+len(other.Label()):]
		}
	}
	return ""
}
