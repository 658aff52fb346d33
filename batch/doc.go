// Package batch is the engine of simhook: it goes over a fleet of SIMs, makes the calls that each SIM needs, and writes
// down one result row per SIM, so that the same run prepared again continues where it stopped.
//
// # The life of one SIM
//
//	FLEET.csv or a slice        fleet.Fleet yields rows; rows that name no SIM become results at once
//	      │
//	   planner                  asks the results what earlier runs have done, and counts what is left   (plan.go)
//	      │  sim
//	   read ──► work            one goroutine reads, Workers goroutines call                            (run.go)
//	              │
//	            visit           carries out the action, and makes the row                               (visit.go)
//	              │
//	            simCalls        set, remove, read; settles conflicts and doubtful writes by reading     (simcalls.go)
//	              │
//	            Caller          for each attempt: breaker, token, permit, call; then retry or give up   (call.go)
//	              │  row
//	           recorder         one goroutine writes rows, another syncs and then counts them           (recorder.go)
//	              │
//	      results.Journal       RESULTS.csv.partial, and RESULTS.csv once every SIM has its row
//
// A SIM's failure is a row, never an error: only what makes the whole run pointless ends it, such as refused
// credentials or results that cannot be written. A worker takes its next SIM only when the row of the last one is
// in the file, so a kill repeats the calls in flight and no others.
//
// # Using it
//
// A whole fleet: [Prepare] opens the results and plans without any call, [Run.Plan] says what will be done,
// [Run.Do] does it, [Run.Summary] says what became of it. What was not prepared cannot be run, and a run can be done
// once.
//
// Single SIMs: [NewCaller] gives the same pacing, retries and settling to a program that registers SIMs one by one.
//
// How fast calls may start is the work of package pace; what a fleet file may look like, of package fleet; what stands
// in the results and what each kind of crash leaves, of package report/results.
package batch
