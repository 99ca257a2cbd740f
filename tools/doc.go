// Package tools holds the other names of the binary (crm_simulate, crm_mon,
// cibadmin, ...), one file each.
//
// A tool is a function of its words and streams that returns the exit code
// (Tool in lookup.go). It is registered by one line in the table of Lookup;
// the Makefile's NAMES makes the link to the binary. cmd/crm finds the tool by
// the name that it was called by, or by the first word: "crm crm_simulate".
// Options are read by getopt; errors carry their exit code by fail, and ended
// writes them.
package tools
