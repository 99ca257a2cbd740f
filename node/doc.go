// Package node is one cluster member as a state machine: events in, effects out.
package node
