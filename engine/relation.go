package engine

// relation says how two actions depend on each other. It is a set; several
// rules ask whether it is exactly one flag, so flags are never added lightly.
type relation uint32

// The flags of a relation between a first action and a then action.
const (
	ordered                 relation = 1 << iota // first before then, if both happen
	ifFirstUnmigratable                          // only if first cannot be migrated
	thenImpliesFirst                             // then required: first required
	firstImpliesThen                             // first required: then required
	promotedThenImplies                          // as thenImpliesFirst, if then's resource is promoted now
	unmigratableThenBlocks                       // first is runnable only if then is runnable and migratable
	unrunnableFirstBlocks                        // first unrunnable: then unrunnable
	firstElseThen                                // first unrunnable: then is done for real
	firstImpliesSameNode                         // as firstImpliesThen, on first's node
	nestedProbe                                  // a bundle's container before its connection's probe
	intermediateStop                             // a restart: stop and start of one resource
	serialize                                    // not at the same time
	ifOnSameNode                                 // dropped when the nodes differ
	thenImpliesFirstGraphed                      // then required: first is in the graph even if optional
	firstImpliesThenGraphed                      // first required and runnable: then is in the graph
	asymmetric                                   // a user's one-way mandatory order
	ifOnSameNodeOrTarget                         // for load_stopped; judged when the graph is built
	minRunnable                                  // counts towards the number of firsts that then needs
	ifRequiredOnSameNode                         // judged when the graph is built
	guestAllowed                                 // also between a guest node's action and its launcher's
	thenCancelsFirst                             // then required: first optional

	noRelation relation = 0
)

func (r relation) has(flags relation) bool { return r&flags == flags }

func (r relation) any(flags relation) bool { return r&flags != 0 }
