// Package engine is the policy engine: from a CIB and a time it decides where
// every resource should run, and the actions that bring that about.
package engine
