// Package options declares the options of the commands: name, text for people, default, and the group that help shows them in.
// What their values mean is read where they are used.
package options
