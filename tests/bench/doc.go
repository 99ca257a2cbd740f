// Command bench times the built binary as a user meets it, as whole processes,
// beside the peers' tools where they are installed. It prints medians; it
// judges nothing.
package main
