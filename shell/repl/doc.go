// Package repl fits the shell to a terminal. It is the only package that
// knows go-prompt.
//
// The library draws the line and the list of suggestions; everything round it
// is ours, because of what it does badly by itself: keys come from our own
// reader (cutter.go, terminal.go), which cuts what was read into keys, knows
// pasted text and resizing, and puts the terminal back as it was; the loop
// round a line is ours (line.go), without the library's signal handling; so
// is the history file (history.go). docs/decisions/0006 tells of the faults that
// each of these is for.
package repl
