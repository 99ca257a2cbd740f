package tools

import "fmt"

// Simulate is crm_simulate: what would the cluster do about this CIB?
func Simulate(args []string, std Streams) int {
	fmt.Fprintln(std.Err, "crm_simulate: not ready yet:", args)
	return 1
}
