package agent

import (
	"path/filepath"
	"strings"
)

// The environment variables by which a daemon can be told of other folders for
// agents, mostly lists separated by colons.
const (
	InitDirsVar      = "CRM_INIT_DIRS"
	HeartbeatDirsVar = "CRM_HEARTBEAT_DIRS"
	FenceDirsVar     = "CRM_FENCE_DIRS"
	StonithDirsVar   = "CRM_STONITH_DIRS"
	SecretsDirVar    = "CRM_SECRETS_DIR" // one folder
	WorkDirVar       = "CRM_AGENT_DIR"   // where agents run; one folder
)

// Configured returns a runner for the folders of an installed system, or those
// that the environment names (OCF_ROOT, HA_RSCTMP, CRM_AGENT_DIR, CRM_*_DIRS). What of the
// environment is the cluster's own (PATH, HA_*, PCMK_*, CRM_*, CIB_*) is handed
// on to agents.
func Configured(env []string) *Runner {
	r := New()
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		if value == "" {
			continue
		}
		switch name {
		case "OCF_ROOT":
			r.Roots.OCF = value
		case "HA_RSCTMP":
			r.State = value
		case WorkDirVar:
			r.Dir = value
		case SecretsDirVar:
			r.Secrets = value
		case InitDirsVar:
			r.Roots.Init = filepath.SplitList(value)
		case HeartbeatDirsVar:
			r.Roots.Heartbeat = filepath.SplitList(value)
		case FenceDirsVar:
			r.Roots.Fence = filepath.SplitList(value)
		case StonithDirsVar:
			r.Roots.Stonith = filepath.SplitList(value)
		}
		if name == "PATH" || handedOn(name) {
			r.Env = append(r.Env, kv)
		}
	}
	return r
}

func handedOn(name string) bool {
	for _, prefix := range []string{"HA_", "PCMK_", "CRM_", "CIB_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
