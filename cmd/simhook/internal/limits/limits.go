// Package limits knows what the machine allows a process.
package limits

// reserved is how many files simhook has open beside one connection for each worker: standard streams, fleet, results,
// history, locks, token endpoint and listeners. It is measured, and rounded up.
const reserved = 24

// Workers is how many of the wanted workers can have a connection each, at least one: no more than the process may open files.
func Workers(wanted int) int {
	files := descriptors()
	if files == 0 || files >= wanted+reserved {
		return wanted
	}
	return max(files-reserved, 1)
}
