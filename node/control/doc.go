// Package control is the local door of the daemon: HTTP with JSON over a unix
// socket, server and client.
//
// The kernel says who is at the other end (SO_PEERCRED). Root, the daemon's
// own user, hacluster and the members of group haclient may ask; everybody
// else is refused by name. What members of the group are told and may change
// the access lists of the CIB say, which the Backend asks. The requests and
// replies are the machine's own (node.Request, node.Reply): this package
// carries them and decides nothing.
//
// A request has an ID made by the client. When the answer is lost (the
// daemon died, the coordinator changed) the client asks again with the same
// ID, and the machine carries it out once.
package control
