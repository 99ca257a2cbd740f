// Package engine is the policy engine: from a CIB and a time it decides where
// every resource should run, and the actions that bring that about.
//
// It decides as Pacemaker does, down to the scores, the reasons and the
// numbers of the actions. Everything is a function of the Input; nothing is
// read from a clock, a file or a random source.
//
// engine.go names the phases of a decision in order. This is the table of
// contents, phase by phase, with the words of the manual (Pacemaker Explained)
// for what stands where. Each rule has a scenario: grep "# rule:" in
// testdata/scenarios.
//
// Reading the configuration:
//
//   - cluster options: options.go
//   - nodes, remote and guest nodes: unpack_nodes.go
//   - resources and their meta-attributes, templates: unpack_resources.go;
//     groups: unpack_group.go; clones: unpack_clone.go; bundles:
//     unpack_bundle.go, with the container's parameters in container.go
//   - attribute sets, references, rules in them: blocks.go; instance
//     attributes: params.go
//   - operations and what an action inherits of them: operation.go,
//     op_config.go; on-fail: on_fail.go
//
// Reading the status:
//
//   - the order of it, tickets, remote nodes, removed resources:
//     unpack_status.go, and unpack.go over both readings
//   - membership, and when a node has to be fenced: node_state.go,
//     fence_request.go
//   - which resource or instance a history belongs to: match_history.go
//   - what a history says: history.go (its form), read_history.go (results),
//     migration_history.go (live migration), conclude.go (what follows,
//     multiple-active)
//   - failure-timeout, migration-threshold: failures.go; fail counts as nodes
//     keep them: failcount.go
//
// Constraints:
//
//   - whom they name, sets, templates, tags: unpack_constraints.go
//   - rsc_location, rules, score-attribute, resource-discovery: location.go
//   - rsc_colocation, influence, critical: colocation.go; rsc_order, kind,
//     symmetrical, require-all: order_constraint.go; rsc_ticket, loss-policy:
//     ticket.go; node health: health.go
//   - colocations and bans that follow from what resources are: implied.go;
//     orders that do: collective_orders.go, primitive_actions.go
//
// What each resource thinks of each node:
//
//   - shutdown-lock, resource-stickiness, migration-threshold, exclusive
//     discovery: criteria.go
//   - the dense tables of scores: table.go
//
// Placement:
//
//   - the order of assignment, primitives, groups: assign.go; the best node:
//     prefer.go; placement-strategy and utilization: utilization.go, and the
//     order in which nodes count as equal there: hashorder.go
//   - clones, clone-max, clone-node-max: assign_clone.go; promotion scores,
//     promoted-max: promotion.go; bundles: assign_bundle.go
//   - colocations: which ones concern a resource: colocation_lists.go; what
//     dependents think moves the primary: colocation_scores.go; where the
//     primary is binds the dependent: colocation_apply.go; when the primary is
//     several: colocation_clone.go, colocation_bundle.go
//   - where a resource is or will be: whereabouts.go
//
// Actions:
//
//   - schedule.go begins; the steps of a primitive: primitive_actions.go;
//     groups, clones and bundles: collective_actions.go, and what their actions
//     are by their members': collective_flags.go; instances: instances.go
//   - monitors and cancelling: recurring.go; probes: probe.go; live migration:
//     migrate.go; notifications: notify.go
//   - changed parameters (restart or reload), agents and operations:
//     history_check.go, digest.go
//   - fencing, unfencing, shutdown, priority-fencing-delay: fencing.go; through
//     connections of remote nodes: remote_orders.go
//
// Ordering:
//
//   - orders and links: order.go; what a link means: relation.go; actions
//     change each other until nothing changes any more: update.go,
//     update_pair.go
//
// The result:
//
//   - the transition summary: summary_actions.go; the graph: graph_build.go,
//     what its actions carry: graph_action.go; as a drawing: dot.go
//   - scores as text: output.go; warnings: warnings.go
//   - why: why.go (an explanation), why_parts.go (what scores are made of),
//     why_chain.go (why actions happen), why_ground.go, why_place.go and
//     why_node.go (what is outside the engine, in words), why_root.go (where it
//     is in the CIB). They read what trace.go and because.go have recorded,
//     which is done only when asked for.
//   - carrying it out in thought: inject.go (what if), execute.go,
//     status_writer.go
//   - the status for people: look.go, status_report.go, status_brief.go,
//     status_text.go, status_primitive.go, status_clone.go; how many addresses
//     a ping resource asks: connectivity.go
//
// What all of it is made of: cluster.go, resource.go, bundle.go, node.go,
// node_attributes.go, role.go, action.go, attribute.go, amounts.go; and the two
// sortings that results depend on, natural.go and mergesort.go.
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
// a guest node, the container of a bundle. The ground of an action is what
// outside the engine makes it necessary or impossible; the root is where in the
// input that is found.
package engine
