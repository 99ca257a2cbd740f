// Command conformance runs the peers' cases over the built binary and holds
// the counts against the floors in tests/floors.txt: a count may rise, never
// fall.
//
// The cases live outside the project: CRM_SHARED names their folder, else
// ../shared is tried. Without them it says SKIPPED; in CI (CI=true) their
// absence is a failure, because there a skip would hide a fall.
//
// conformance -raise writes the counts of this run as the new floors.
package main
