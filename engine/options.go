package engine

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/rule"
	"crm/engine/score"
)

// quorumPolicy is what is done without quorum.
type quorumPolicy int8

const (
	quorumStop quorumPolicy = iota
	quorumFreeze
	quorumIgnore
	quorumDemote
	quorumFence
)

// placementStrategy is how capacities count in placement.
type placementStrategy int8

const (
	placeDefault placementStrategy = iota
	placeUtilization
	placeMinimal
	placeBalanced
)

// options are the cluster properties that the engine obeys.
type options struct {
	raw    attributes // as configured, rules evaluated
	oldest bool       // written for a schema before 3.0, with older names

	quorumPolicy        quorumPolicy
	symmetric           bool
	maintenance         bool
	startFailureFatal   bool
	startupProbes       bool
	fencing             bool   // fencing-enabled
	fencingAction       string // reboot or off
	fencingTimeout      string // as written
	haveWatchdog        bool
	concurrentFencing   bool
	startupFencing      bool
	priorityDelay       int64 // ms
	pendingTimeout      int64 // ms
	stopAll             bool
	stopRemoved         bool
	cancelRemoved       bool
	fenceRemoteNoQuorum bool
	shutdownLock        bool
	shutdownLockLimit   int64 // ms
	healthStrategy      string
	health              score.Colors
	healthBase          score.Score
	placement           placementStrategy
	clusterDelay        string
	batchLimit          string
	migrationLimit      string
	clusterName         string
	unfencing           bool // some resource needs unfencing
}

// option is the value of the first of the names that is set and valid, else
// the default. A current name that is set to nonsense hides an older one.
func (o *options) option(fallback string, valid func(string) bool, names ...string) string {
	for _, name := range names {
		v, set := o.raw.lookup(name)
		if !set && o.oldest {
			v, set = o.raw.lookup(strings.ReplaceAll(name, "-", "_"))
		}
		if set {
			if valid == nil || valid(v) {
				return v
			}
			return fallback
		}
	}
	return fallback
}

func (o *options) boolean(fallback bool, names ...string) bool {
	def := "false"
	if fallback {
		def = "true"
	}
	return score.True(o.option(def, validBoolean, names...))
}

func (o *options) interval(fallback string, names ...string) int64 {
	ms, _ := score.Interval(o.option(fallback, validInterval, names...)) // checked
	return ms
}

func validBoolean(v string) bool  { _, ok := score.Boolean(v); return ok }
func validInterval(v string) bool { _, ok := score.Interval(v); return ok }
func validScore(v string) bool    { _, ok := score.Parse(v); return ok }

func oneOf(words ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(words, strings.ToLower(v)) }
}

// unpackOptions reads crm_config.
func (c *cluster) unpackOptions() {
	o := &c.opts
	o.oldest = rule.CompareVersions(strings.TrimPrefix(cib.Attr(c.root, "validate-with"), "pacemaker-"), "3.0") < 0 &&
		strings.HasPrefix(cib.Attr(c.root, "validate-with"), "pacemaker-")
	crmConfig := cib.Child(c.config, "crm_config")
	c.merge(c.blocks("cluster_property_set", "cib-bootstrap-options", crmConfig), c.ruleContext(), &o.raw)

	o.symmetric = o.boolean(true, "symmetric-cluster")
	o.maintenance = o.boolean(false, "maintenance-mode")
	o.startFailureFatal = o.boolean(true, "start-failure-is-fatal")
	o.startupProbes = o.boolean(true, "enable-startup-probes")
	o.fencing = o.boolean(true, "fencing-enabled", "stonith-enabled")
	o.fencingAction = o.option("reboot", oneOf("reboot", "off", "poweroff"), "fencing-action", "stonith-action")
	if o.fencingAction == "poweroff" {
		o.fencingAction = "off"
	}
	o.fencingTimeout = o.option("60s", validInterval, "fencing-timeout", "stonith-timeout")
	o.haveWatchdog = o.boolean(false, "have-watchdog")
	o.concurrentFencing = o.boolean(true, "concurrent-fencing")
	o.startupFencing = o.boolean(true, "startup-fencing") && o.fencing
	o.priorityDelay = o.interval("0", "priority-fencing-delay")
	o.pendingTimeout = o.interval("0", "node-pending-timeout")
	o.stopAll = o.boolean(false, "stop-all-resources")
	o.stopRemoved = o.boolean(true, "stop-removed-resources", "stop-orphan-resources")
	o.cancelRemoved = o.boolean(true, "cancel-removed-actions", "stop-orphan-actions")
	o.fenceRemoteNoQuorum = o.boolean(false, "fence-remote-without-quorum")
	o.shutdownLock = o.boolean(false, "shutdown-lock")
	o.shutdownLockLimit = o.interval("0", "shutdown-lock-limit")
	o.clusterDelay = o.option("60s", validInterval, "cluster-delay")
	o.batchLimit = o.option("0", func(v string) bool { _, ok := score.Integer(v); return ok }, "batch-limit")
	o.migrationLimit = o.option("-1", func(v string) bool { _, ok := score.Integer(v); return ok }, "migration-limit")
	o.clusterName = o.raw.get("cluster-name")
	c.unpackHealthOptions()
	switch strings.ToLower(o.option("default", oneOf("default", "utilization", "minimal", "balanced"), "placement-strategy")) {
	case "utilization":
		o.placement = placeUtilization
	case "minimal":
		o.placement = placeMinimal
	case "balanced":
		o.placement = placeBalanced
	}
	c.haveFencing = o.haveWatchdog
	o.quorumPolicy = c.readQuorumPolicy()
	o.unfencing = c.wantsUnfencing()
}

// unpackHealthOptions reads what the colors of node health are worth.
func (c *cluster) unpackHealthOptions() {
	o := &c.opts
	o.healthStrategy = strings.ToLower(o.option("none", oneOf("none", "migrate-on-red", "only-green", "progressive", "custom"),
		"node-health-strategy"))
	number := func(fallback, name string) score.Score {
		s, _ := score.Parse(o.option(fallback, validScore, name)) // checked
		return s
	}
	o.healthBase = number("0", "node-health-base")
	switch o.healthStrategy {
	case "migrate-on-red":
		o.health.Red = -score.Infinity
	case "only-green":
		o.health.Red, o.health.Yellow = -score.Infinity, -score.Infinity
	case "progressive", "custom":
		o.health = score.Colors{Red: number("-INFINITY", "node-health-red"), Yellow: number("0", "node-health-yellow"),
			Green: number("0", "node-health-green")}
	}
}

func (c *cluster) readQuorumPolicy() quorumPolicy {
	switch strings.ToLower(c.opts.option("stop", oneOf("stop", "freeze", "ignore", "demote", "fence", "suicide"), "no-quorum-policy")) {
	case "ignore":
		return quorumIgnore
	case "freeze":
		return quorumFreeze
	case "demote":
		return quorumDemote
	case "fence", "suicide":
		panicking, _ := score.Integer(cib.Attr(c.root, "no-quorum-panic")) // none counts 0
		if c.opts.fencing && (panicking != 0 || c.quorate) {
			return quorumFence
		}
	}
	return quorumStop
}

// wantsUnfencing looks for "unfencing" anywhere in meta-attributes, whatever
// rules say.
func (c *cluster) wantsUnfencing() bool {
	for _, section := range []string{"resources", "rsc_defaults"} {
		for e := range cib.Walk(cib.Child(c.config, section)) {
			if e.Tag == "meta_attributes" && setsUnfencing(e) {
				return true
			}
		}
	}
	return false
}

func setsUnfencing(e *etree.Element) bool {
	for p := range cib.Walk(e) {
		if name := cib.Attr(p, "name"); p.Tag == "nvpair" && (name == "requires" || name == "provides") &&
			cib.Attr(p, "value") == "unfencing" {
			return true
		}
	}
	return false
}
