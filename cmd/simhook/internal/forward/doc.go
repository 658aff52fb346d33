// Package forward hands stored notifications on to a service or a program: each at least once, those of one SIM in the
// order in which they were received. It reads them from the files of the inbox and writes down how far it is, so that
// it continues there after a restart. Storing and acknowledging never wait for it.
package forward
