// Package output is how simhook speaks: the console for people, numbers and times in words, and files that are
// replaced whole. No userinfo of a URL, which is often a password, passes through the console.
package output
