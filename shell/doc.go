// Package shell is the crm shell: levels, commands and sessions. Lines go in,
// text comes out; prompt, batch file and command line share one Exec.
//
// The words: a Level is a set of commands and further levels (root,
// configure, resource, ...); a Command is a declaration with its help, its
// arguments and its completion beside the function that runs it; a Session is
// one person's or one script's walk through the levels, with a working copy
// of the configuration; an Env is the world as the session may touch it.
//
// The package decides nothing about terminals, files or sockets: all of them
// come in through Env, and cmd/crm fits them.
package shell
