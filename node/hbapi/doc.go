// Package hbapi serves heartbeat's own clients (cl_status, ipfail) at the
// socket where they look for the daemon.
//
// A client signs on, under a name or without one. Who may is said by rules
// (apiauth of ha.cf(5)) and by what the kernel tells of the other end. A client
// without a name ("casual") may only ask. A named one is told of the states of
// nodes and links, and talks to its namesakes on the other nodes: what it sends
// goes out as a message of this member, with its name in it.
//
// A client that does not read is given up: nobody here waits for one.
package hbapi
