package results

import (
	"fmt"
	"strconv"
	"strings"

	"simhook/report"
)

// inOrder puts the files of all shards in order. Its errors say which shard is missing, is there twice, or is of
// another fleet.
func inOrder(files []*shardFile) ([]*shardFile, error) {
	count, err := countShards(files)
	if err != nil {
		return nil, err
	}
	ordered := make([]*shardFile, count)
	var anywhere []*shardFile // files that do not tell their shard
	for _, f := range files {
		shard, known, err := f.shard(count)
		switch {
		case err != nil:
			return nil, err
		case !known:
			anywhere = append(anywhere, f)
		case ordered[shard.Index] != nil:
			return nil, f.refuse("is %v, and so is %s", shard, ordered[shard.Index].path)
		default:
			ordered[shard.Index] = f
		}
	}
	return fillGaps(ordered, anywhere, files)
}

// countShards is how many shards there are. The files tell by their names or their SIMs, and have to agree. If
// no file tells, there are as many shards as files.
func countShards(files []*shardFile) (int, error) {
	var first *shardFile
	var claim report.Shard
	for _, f := range files {
		shard, claimed := ShardInName(f.path)
		if !claimed {
			shard, claimed = f.sims.finer(1)
		}
		switch {
		case !claimed || shard.Count == claim.Count:
		case first == nil:
			first, claim = f, shard
		default:
			return 0, f.refuse("is %v, but %s is %v", shard, first.path, claim)
		}
	}
	if first == nil {
		return len(files), nil
	}
	return claim.Count, nil
}

// shard is which one of count shards the file is of, if its SIMs or its name tell.
func (f *shardFile) shard(count int) (s report.Shard, known bool, err error) {
	named, known := ShardInName(f.path)
	s = named
	if f.sims.sims > 0 {
		var one bool
		if s, one = f.sims.of(count); !one {
			return s, false, f.refuse("is none of %d shards: it holds SIMs of several", count)
		}
		if known && s != named {
			return s, false, f.refuse("is %v by its name, but holds the SIMs of %v", named, s)
		}
		if other, evident := f.sims.finer(count); evident {
			return s, false, f.refuse("is %v, not %v", other, s)
		}
		known = true
	}
	if f.badLine != "" {
		if known && !s.OwnsBadRows() {
			return s, false, f.refuse(
				"is %v, but holds a row that names no SIM (line %s of the fleet), which is for shard 0 to report", s, f.badLine)
		}
		return report.Shard{Index: 0, Count: count}, true, nil
	}
	return s, known, nil
}

// fillGaps puts files that can be of any shard where one is missing.
func fillGaps(ordered, anywhere, files []*shardFile) ([]*shardFile, error) {
	var missing []int
	for index, f := range ordered {
		if f == nil {
			missing = append(missing, index)
		}
	}
	switch {
	case len(anywhere) > len(missing):
		return nil, anywhere[0].refuse("is one file too many: there are %d shards", len(ordered))
	case len(anywhere) < len(missing):
		return nil, &MergeError{Reason: describeMissing(missing, len(ordered), len(anywhere), files)}
	}
	for i, index := range missing {
		ordered[index] = anywhere[i]
	}
	return ordered, nil
}

// describeMissing names the shards without a file, and the names that their files would have, judging by the
// other files' names.
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

// pathLike is the path that a shard's results would have, judging by the paths of other shards; empty if none of
// these is named after its shard.
func pathLike(files []*shardFile, shard report.Shard) string {
	for _, f := range files {
		if other, named := ShardInName(f.path); named {
			end := strings.LastIndex(f.path, other.Label())
			return f.path[:end] + shard.Label() + f.path[end+len(other.Label()):]
		}
	}
	return ""
}
