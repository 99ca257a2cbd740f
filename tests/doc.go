// Package tests is the home of what needs the built binary or a live system:
// conformance with the peers, benchmarks against them, live rings.
package tests
