// Package shell is the crm shell: levels, commands and sessions. Lines go in,
// text comes out; prompt, batch file and command line share one Exec.
package shell
