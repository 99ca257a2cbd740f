// Package stonith runs fence agents: the RHCS style ones (fence_*, told by
// name=value lines on standard input) and cluster-glue's external plugins (told
// by the environment).
//
// A Device is a configured fence resource. The Fencer is the class "stonith" of
// an agent.Runner, so that a fence resource is started, monitored and stopped
// like any other; and it carries out a Request: it asks the devices which of
// them can reach the target, uses the first that can, tries again as configured
// and believes nothing but the agent's own success. Whom to fence, and when, is
// decided elsewhere.
package stonith
