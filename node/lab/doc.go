// Package lab runs a whole cluster on this machine: each member its own
// processes, its own state directory, its own node name.
//
// Where the kernel lets an ordinary user have namespaces, the lab makes a little
// network of its own inside them: a network, mount, process and host name
// namespace per member, an interface eth0 in each, and a switch between them
// that cables can be pulled from. Virtual addresses, broadcast and ARP are real
// there, and no root is needed. Elsewhere the members live on loopback addresses
// and nothing can be cut.
//
// Three kinds of processes take part. The lab itself (Start) belongs to whoever
// uses it. The switch is its child: it owns the namespaces, the cables and the
// power of the members, listens on a socket in the lab's folder, and ends with
// the lab, whatever ends that. A member's init is the switch's child: it starts,
// stops and kills that member's daemon and runs commands inside. To cut its
// power is to kill its init: everything in its namespace ends with it, which is
// what the lab's fence device does and why its word can be trusted.
package lab
