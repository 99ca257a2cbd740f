// Package lab runs a whole cluster on this machine, each member its own process,
// in namespaces of its own where the kernel allows it.
package lab
