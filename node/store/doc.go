// Package store keeps a member's log, snapshots and status on disk.
package store
