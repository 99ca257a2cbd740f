// Package completions says what may come next on a line, and what it means.
//
// A View is what a completion may look at: the CIB, the agents, the words of
// the present level. A Completer is a function from a View and the words
// before the cursor to Candidates; each command of the shell declares its
// own. Statements of the configure language have one for each kind.
//
// The package never changes a CIB and never asks a cluster.
package completions
