package tools

import "io"

// Streams are what a tool reads from and writes to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Tool is one of the binary's other names: it is given the words after its
// name and returns the exit code.
type Tool func(args []string, std Streams) int

// Lookup finds a tool by the name it is called by, e.g. "crm_simulate".
// A new tool is a file of its own here and one line in this table.
func Lookup(name string) (Tool, bool) {
	tool, known := map[string]Tool{
		"cibadmin":      Cibadmin,
		"crm_attribute": Attribute,
		"attrd_updater": Updater,
		"crm_diff":      Diff,

		"crm_mon":       Monitor,
		"crm_node":      Node,
		"crm_verify":    Verify,
		"crm_failcount": Failcount,
		"crm_master":    Master,
		"crm_standby":   Standby,

		"crm_resource": ResourceTool,
		"crm_shadow":   Shadow,
		"crmadmin":     Admin,
		"cl_status":    ClStatus,
		"hb_standby":   StandbyHeartbeat,
		"hb_takeover":  TakeoverHeartbeat,
		"hb_addnode":   AddNode,
		"hb_delnode":   DelNode,
		"hb_setweight": SetWeight,
		"hb_setsite":   SetSite,
		"ha_propagate": Propagate,
		"heartbeat":    Heartbeat,
		"crm_simulate": Simulate,

		"stonith_admin": FenceAdmin,
	}[name]
	return tool, known
}
