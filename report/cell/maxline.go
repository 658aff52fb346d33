package cell

// maxLine bounds a line of a results file, in bytes: what is longer was not
// written by simhook, whose longest rows take less than 300 KiB.
const MaxLine = 1 << 20
