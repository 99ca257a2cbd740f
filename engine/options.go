package engine

import "crm/engine/score"

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
	raw attributes // as configured, rules evaluated

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
	siteName            string
	unfencing           bool // some resource needs unfencing
}
