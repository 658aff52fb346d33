// Package file writes files that survive a crash or a power cut: the next run can continue from what is left.
//
// The results and the inbox share it: [Lock] keeps a second process out, [Begin] starts a file, [SetAside] keeps
// what a crash damaged, and [Disk] is everything they change on disk, so that tests can make each call fail.
package file
