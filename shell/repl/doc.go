// Package repl fits the shell to a terminal. It is the only package that knows go-prompt.
package repl
