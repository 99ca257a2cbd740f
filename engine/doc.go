// Package engine is the policy engine: from a CIB and a time it decides where
// every resource should run, and the actions that bring that about.
//
// It decides as Pacemaker does, down to the scores, the reasons and the
// numbers of the actions. Everything is a function of the Input; nothing is
// read from a clock, a file or a random source.
//
// A decision goes through phases, which engine.go names in order:
//
//   - reading: options.go, unpack_nodes.go, unpack_resources.go (with group,
//     clone, bundle), unpack_status.go, node_state.go, match_history.go,
//     read_history.go, on_fail.go, conclude.go, failures.go;
//   - constraints: location.go, colocation.go, ticket.go, order_constraint.go,
//     health.go, and what follows from the resources by themselves in
//     implied.go and collective_orders.go;
//   - what each resource thinks of each node: criteria.go, over the dense
//     tables of table.go;
//   - placement: assign.go, assign_clone.go, promotion.go, assign_bundle.go,
//     prefer.go, utilization.go. How a colocation acts is in
//     colocation_lists.go (which ones concern a resource), colocation_scores.go
//     (what dependents think moves the primary), colocation_apply.go (where the
//     primary is binds the dependent), colocation_clone.go and
//     colocation_bundle.go (when the primary is several);
//   - actions: schedule.go, primitive_actions.go, collective_actions.go,
//     recurring.go, probe.go, migrate.go, fencing.go, remote_orders.go,
//     history_check.go, digest.go;
//   - ordering: order.go turns orders into links, update.go and update_pair.go
//     let actions change each other until nothing changes any more;
//   - the result: summary_actions.go, notify.go, graph_build.go, dot.go.
//
// Who depends on whom decides where a colocation's rule stands. Of the
// dependent: a group by its first member is applyToGroup, a clone by its
// instances colocation_lists.go. Of the primary: a group by its last member is
// applyGroup (both in colocation_apply.go), a clone applyClone, interleaved
// instances compatible (colocation_clone.go), a bundle colocation_bundle.go. A
// clone with a group is therefore the instances' lists, then applyGroup.
//
// Words: a resource is a primitive, a group, a clone or a bundle, and each of
// their parts; a leaf is one without parts. In a colocation the dependent
// goes where the primary is. A removed resource is in the history but not in
// the configuration. A launcher is what another resource lives in: the host of
// a guest node, the container of a bundle.
//
// Why (why.go) tells from the trace (trace.go) what a score is made of; the
// trace is made only when asked for.
package engine
