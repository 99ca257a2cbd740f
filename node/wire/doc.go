// Package wire is the heartbeat message format: fields, the netstring and the
// classic encoding, digests.
//
// A message is an ordered list of fields (type, name, value). Two encodings
// carry it: the netstring form ("###\n"), which heartbeat 3.0.6 sends on every
// UDP medium, and the classic form (">>>\n") of heartbeat 1.x and 2.x, of serial
// lines, of the FIFO and of the client socket. Both are signed with one of up
// to sixteen keys: the netstring form in a trailer over all bytes before it,
// the classic form in its auth field over the lines of all the other fields.
//
// Open verifies before anything of a packet is believed or copied, and checks
// with the key of the number that the packet names. Nothing here asserts: a
// packet is good, or an error says at which byte it stopped being one.
package wire
