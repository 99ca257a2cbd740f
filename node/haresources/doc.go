// Package haresources is heartbeat's own resource manager as a pure machine:
// who holds which line of haresources when no CIB decides (crm off in ha.cf).
//
// Step takes what happened (a node's state, a message that the ring delivered,
// the end of a script, a wish of the administrator) and returns what to do: say
// a message, run a script, write a note. A line is one group: started from left
// to right, stopped from right to left. One rule places it: a group that nobody
// holds belongs to its preferred node while that lives, else to the first
// living node of ha.cf. Everything else is moving it without two holders.
//
// The messages are those of heartbeat 3 (starting, resource, ask_resources,
// hb_takeover; ip-request with auto_failback legacy). Members of ours add the
// field "groups", the keys that are meant, so that they need not wait ten
// seconds at the start, can move single groups and can be more than two. With
// three and more, a giver that leaves in the instant it hands over can make a
// third member and the taker start the same group: resources that must never
// run twice on such a ring belong under crm on, with fencing.
package haresources
