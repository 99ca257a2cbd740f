// Package graph is a transition: the actions that take a cluster from where
// it is to where the policy engine wants it, with what each must wait for.
//
// The words are Pacemaker's: a transition is a list of synapses; a synapse
// holds one action and the inputs (other actions) that must be confirmed
// before it may run. The package knows the graph's XML form and the walk over
// it (what is ready, what is done, what was aborted). Who carries the actions
// out (real agents, a simulation, a test) is not its business.
package graph
