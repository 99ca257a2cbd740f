// Package respawn keeps the programs of ha.cf's respawn lines running beside
// the daemon: each as its own user, started again when it ends, ended with the
// daemon (ha.cf(5), respawn).
package respawn
