package shell

// cibstatusCommands are the names that crmsh has; what-if runs are done with
// crm_simulate until they are built.
func cibstatusCommands() []*Command {
	const no = "use \"crm simulate -x FILE\" with its options for nodes, operations, quorum and tickets"
	var list []*Command
	for _, name := range []string{"load", "node", "op", "origin", "quorum", "run", "save", "show", "simulate", "ticket"} {
		list = append(list, gone(name, "-", no))
	}
	return list
}
