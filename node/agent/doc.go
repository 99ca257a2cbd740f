// Package agent runs resource agents: OCF, LSB, systemd and heartbeat
// resource.d scripts, and the built-in agents of the provider crm.
//
// A Ref names an agent, an Op is one call of it, a Result is what came of the
// call, in the codes that the resource history keeps. A Runner has the folders
// that agents live in and the environment they are given; it runs them, lists
// them and reads their meta-data. Agents decide about services; this package
// decides nothing: which action runs where, and what a failure means, is the
// cluster's business.
//
// Scripts run in a process group of their own, so that a call that outlives its
// timeout ends with everything it started. The built-in agents run inside the
// calling process under the same contract: actions, parameters, exit codes and
// exit reasons are those of the OCF resource agent API 1.1.
package agent
