// Package completions says what may come next on a command line, and what it means.
package completions
