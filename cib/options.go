package cib

import (
	"slices"
	"strings"
)

// valueKind is what may stand as the value of an option.
type valueKind int

const (
	anyText valueKind = iota
	boolean
	duration
	score
	integer // whole, signed
	count   // whole, not negative
	choice
	percent
)

// option is the rule for one value.
type option struct {
	kind    valueKind
	choices []string
}

// check says what is expected instead of value, "" when value is fine.
func (o option) check(value string) (expected string) {
	switch o.kind {
	case boolean:
		if !goodBoolean(value) {
			return "true or false"
		}
	case duration:
		if !GoodDuration(value) {
			return "a time like 30s, 5min or 1h"
		}
	case score:
		if !GoodScore(value) {
			return "a whole number or INFINITY or -INFINITY"
		}
	case integer:
		if !wholeNumber(value) {
			return "a whole number"
		}
	case count:
		if !wholeNumber(value) || strings.HasPrefix(value, "-") {
			return "a whole number that is not negative"
		}
	case percent:
		if !wholeNumber(strings.TrimSuffix(value, "%")) || strings.HasPrefix(value, "-") {
			return "a percentage like 80%"
		}
	case choice:
		if !slices.ContainsFunc(o.choices, func(c string) bool { return strings.EqualFold(c, value) }) {
			return "one of " + strings.Join(o.choices, ", ")
		}
	}
	return ""
}

func oneOf(choices ...string) option { return option{choice, choices} }

func of(kind valueKind) option { return option{kind: kind} }

// clusterOptions are the options of crm_config (Pacemaker Explained, "Cluster
// Options"), with their older names.
func clusterOptions() map[string]option {
	fence := oneOf("reboot", "off", "poweroff")
	return map[string]option{
		"cluster-infrastructure": {}, "cluster-name": {}, "dc-version": {}, "last-lrm-refresh": {},
		"cluster-ipc-limit": of(count), "cluster-recheck-interval": of(duration), "dc-deadtime": of(duration),
		"election-timeout": of(duration), "join-finalization-timeout": of(duration), "join-integration-timeout": of(duration),
		"shutdown-escalation": of(duration), "transition-delay": of(duration), "load-threshold": of(percent),
		"node-action-limit": of(count), "cluster-delay": of(duration), "batch-limit": of(integer), "migration-limit": of(integer),
		"no-quorum-policy":  oneOf("stop", "freeze", "ignore", "demote", "fence", "suicide"),
		"symmetric-cluster": of(boolean), "maintenance-mode": of(boolean), "start-failure-is-fatal": of(boolean),
		"enable-startup-probes": of(boolean), "enable-acl": of(boolean), "fencing-enabled": of(boolean), "stonith-enabled": of(boolean),
		"fencing-action": fence, "stonith-action": fence, "fencing-timeout": of(duration), "stonith-timeout": of(duration),
		"fencing-max-attempts": of(count), "stonith-max-attempts": of(count), "fencing-reaction": oneOf("stop", "panic"),
		"fence-reaction": oneOf("stop", "panic"), "fencing-watchdog-timeout": {}, "stonith-watchdog-timeout": {},
		"have-watchdog": of(boolean), "concurrent-fencing": of(boolean), "startup-fencing": of(boolean),
		"priority-fencing-delay": of(duration), "node-pending-timeout": of(duration), "stop-all-resources": of(boolean),
		"stop-removed-resources": of(boolean), "stop-orphan-resources": of(boolean), "cancel-removed-actions": of(boolean),
		"stop-orphan-actions": of(boolean), "remove-after-stop": of(boolean), "fence-remote-without-quorum": of(boolean),
		"shutdown-lock": of(boolean), "shutdown-lock-limit": of(duration), "pe-error-series-max": of(integer),
		"pe-warn-series-max": of(integer), "pe-input-series-max": of(integer),
		"node-health-strategy": oneOf("none", "migrate-on-red", "only-green", "progressive", "custom"), "node-health-base": of(score),
		"node-health-green": of(score), "node-health-yellow": of(score), "node-health-red": of(score),
		"placement-strategy": oneOf("default", "utilization", "minimal", "balanced"),
	}
}

// metaOptions are the meta attributes of resources (Pacemaker Explained,
// "Resource Meta-Attributes", "Clone Options" and so on).
func metaOptions() map[string]option {
	return map[string]option{
		"priority": of(score), "critical": of(boolean), "is-managed": of(boolean), "maintenance": of(boolean),
		"target-role": oneOf("Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"), "resource-stickiness": of(score),
		"requires": oneOf("nothing", "quorum", "fencing", "unfencing"), "migration-threshold": of(score), "failure-timeout": of(duration),
		"multiple-active": oneOf("block", "stop_only", "stop_start", "stop_unexpected"), "allow-migrate": of(boolean),
		"allow-unhealthy-nodes": of(boolean), "container-attribute-target": {}, "container": {}, "remote-node": {}, "remote-addr": {},
		"remote-port": of(count), "remote-connect-timeout": of(duration), "remote-allow-migrate": of(boolean),
		"clone-max": of(count), "clone-node-max": of(count), "clone-min": of(count), "notify": of(boolean), "globally-unique": of(boolean),
		"ordered": of(boolean), "interleave": of(boolean), "promotable": of(boolean), "promoted-max": of(count),
		"promoted-node-max": of(count), "master-max": of(count), "master-node-max": of(count), "collocated": of(boolean), "provides": {},
	}
}

// operationOptions are the attributes of <op> (Pacemaker Explained,
// "Operation Properties").
func operationOptions() map[string]option {
	return map[string]option{
		"interval": of(duration), "timeout": of(duration), "start-delay": of(duration), "enabled": of(boolean), "record-pending": of(boolean),
		"on-fail": oneOf("ignore", "block", "stop", "restart", "fence", "standby", "demote", "restart-container"),
		"role":    oneOf("Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"),
	}
}

func optionNames(options map[string]option) []string {
	names := make([]string, 0, len(options))
	for name := range options { // order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
