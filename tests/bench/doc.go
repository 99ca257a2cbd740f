// Command bench times the built binary as a user meets it, as whole processes,
// beside the peers' tools where they are installed, and says of each figure
// whether it reaches its goal. It holds no large input in its own memory: what
// the kernel says of a child's peak begins with that of its parent.
package main
