// Package store keeps a member's state on disk: the replicated log, its
// snapshot and hard state, the history of committed configurations, and what
// the ring needs to come back as itself (generation, uuid).
//
// Everything is in one bbolt file, state.db; each value carries a checksum, so
// that rotten bytes are noticed and refused, never believed. Configurations
// that lost against another incarnation lie beside it as files under
// conflicts/, where an administrator finds them without a tool.
//
// A write either is on the disk, all of it, or it is an error; after an error
// the caller must end the process. Opening a damaged or foreign file is
// refused with what to do about it.
package store
