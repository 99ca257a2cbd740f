// Package wire is the heartbeat message format: fields, the netstring and the
// classic encoding, digests.
package wire
