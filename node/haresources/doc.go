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
// seconds at the start, can move single groups and can be more than two: all
// hear who agrees to take a group, so that nobody else does when the giver
// leaves in that instant. heartbeat itself knows two nodes only; beside one, a
// ring of three is not for haresources.
//
// A daemon that died leaves its scripts running. The next one asks for their
// state before it says anything: what runs as a whole goes on, when nobody
// else has it; what runs in part is stopped first.
package haresources
