// Package pace decides when a call may start, so that many workers together stay inside one quota.
//
// A [Pacer] hands out permits, one for each attempt, retries included. The life of a permit:
//
//	permit, err := pacer.Acquire(ctx) // waits; the error is the cause of ctx
//	answer, err := call()             // exactly one attempt
//	permit.Done(answer)               // exactly once; a zero answer if the call got none
//
// One dispatcher, [Pacer.Run], serves all workers. Without it Acquire waits until its context ends.
//
// # Following a quota
//
// The API allows a number of calls in a fixed window of time and announces that number, how many of them
// remain, and when the window ends (the reset). This is one such window of 1,000 calls a minute, 40 s after
// it began, with another client on the same credentials:
//
//	0          the server has counted: 620          remaining: 380                 limit
//	|----------------------------------------|--------------------------------------|
//	| ours, answered: 480  | others': 140    | ours in flight | others' to  | ours to |
//	|                      |                 | 25             | come: 71    | start:  |
//	|                      |                 |                |             | 284     |
//
//	begin                                    now                         lead     reset
//	|------ calls of both clients ------------|--- 284 calls, evenly ------|........|
//	                                          |- gate, closed by a 429: no call ----|
//
// "Remaining" is out of date when it arrives: other calls are in flight by then. So the pacer counts its own
// calls, answered and in flight, and takes from the announcements only what others have used. What others
// will still use is estimated from this window and the one before. The rest is spread evenly over the time
// that is left, and the last call starts early enough ("lead") to be counted before the reset.
//
// The reset is on the server's clock. The Date headers of the answers tell how far that clock is from ours.
//
// # Quotas that are kept in another way
//
// What is announced is taken for a fixed window as long as it fits one: the reset stays where it is until it is reached. Three
// announcements in a row that do not fit end that (trust.go). The rate is then even, which suits every other way to keep a
// quota:
//
//	the reset moves before it is reached      a sliding window: its length is the time to the reset
//	the reset is when the next call may come  a token bucket, or a sliding log
//	the reset jumps back and forth            several nodes count by themselves
//	it is past, or more than a day ahead      nothing is known but the documentation's quota
//	nothing is announced                      the same
//
// An even rate is corrected in three ways:
//
//	what remains is little        the brake (gate.go): the rate falls with what remains, before a call is refused
//	what remains does not fall    as much comes back as is called (refill.go): a faster rate is tried
//	a call is refused             additive increase, multiplicative decrease, as TCP does it (gate.go):
//
//	rate  |  /|  /|  /|   a refusal lowers it by a quarter, or by a twentieth where most calls pass;
//	      | / | / | / |   it grows back soon to where it was refused, and from there slowly
//	      +-------------
//
// # Which calls share a quota
//
// [Quotas] begin with one quota for all kinds of calls. A gateway that keeps one for each notification type counts fewer calls
// than were made: that proves it (kinds.go), and from then on each has a Pacer.
//
// # Several processes
//
// Processes that share a quota do not talk to each other. In the first window each takes an equal part. From then on each takes
// the part of what remains that it had of what was called lately (window.go): when some end, the others grow to what they
// leave; when one joins, the others make room.
//
// If they may use only a share of the quota, each uses at least its fair part of that share, and takes what others leave of it.
//
// # What is guaranteed
//
//   - With an automatic rate and an announced quota, no more of our calls start in a window than our share
//     of the limit. A call that may be counted in either of two windows is held against both.
//   - A fixed rate is never exceeded, except by a burst worth 5 ms of it.
//   - While nothing that fits a fixed window is announced, no more calls start than the documentation allows, unless all
//     announcements agree on a higher rate.
//   - After a 429, a Retry-After or "remaining 0" no call starts before the announced time, whichever worker
//     asks, at any rate. A permit already on offer is withdrawn. Attempts that have their permit go on.
//
// A client that begins to use the same quota is noticed only by the next answer, so a few 429s are possible
// then.
//
// # Where the numbers come from
//
// The quota before the first announcement is the API's documentation's: 1,000 calls a minute, for writes and
// for reads each, so reads and writes have a Pacer each. How long answers take follows RFC 6298, and how many
// workers a quota needs follows Little's law. Other constants say where they come from where they are defined.
package pace
