package main

import (
	"fmt"
	"strconv"

	"simhook/report"
)

// completionIndex is the variable in which Kubernetes gives each Pod of an Indexed Job its index.
const completionIndex = "JOB_COMPLETION_INDEX"

// shard is the part of the fleet that this process takes. The zero value is the whole fleet.
func (s *settings) shard() report.Shard {
	count := s.number("shard-count", 1, report.MaxShards)
	if s.err != nil {
		return report.Shard{}
	}
	shard, err := report.NewShard(s.shardIndex(count), count)
	s.check("shard-index", err)
	return shard
}

func (s *settings) shardIndex(count int) int {
	if s.text("shard-index") != "" {
		return s.number("shard-index", 0, report.MaxShards-1)
	}
	if count == 1 { // Jobs that are not split have an index too
		return 0
	}
	given, found := s.variable(completionIndex)
	if !found {
		s.fail("shard-count", fmt.Sprintf("which of the %s shards is this? give --shard-index, from 0 to %s",
			report.Thousands(count), report.Thousands(count-1)))
		return 0
	}
	index, err := strconv.Atoi(given)
	if err != nil || index < 0 || index >= count {
		s.fail("shard-count", fmt.Sprintf("%s is %q, and the index of a shard is from 0 to %s",
			completionIndex, given, report.Thousands(count-1)))
		return 0
	}
	return index
}

// parts is how many processes share the account's quota: as many as there are shards, unless fewer run at once.
func (s *settings) parts(shard report.Shard) int {
	if s.text("shard-parallelism") == "" {
		return max(shard.Count, 1)
	}
	return s.number("shard-parallelism", 1, max(shard.Count, 1))
}
