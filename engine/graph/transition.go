package graph

// Kind tells who carries an action out.
type Kind int

// The kinds of actions, named after their XML elements.
const (
	Pseudo   Kind = iota // pseudo_event: nobody; done when its inputs are
	Resource             // rsc_op: an agent, on Node
	Cluster              // crm_event: the cluster itself (fencing, shutdown, history)
)

func (k Kind) element() string {
	switch k {
	case Resource:
		return "rsc_op"
	case Cluster:
		return "crm_event"
	}
	return "pseudo_event"
}

// FeatureSet is the version of the graph's and history's format, as
// Pacemaker's crm_feature_set counts it.
const FeatureSet = "3.20.5"

// Infinity is the highest priority a synapse or an abort can have.
const Infinity = 1000000

// ResourceRef is the agent and the name that a resource action runs under.
type ResourceRef struct {
	ID, LongID            string // LongID only when it differs
	Class, Provider, Type string
}

// Attr is one name and value, kept in written order.
type Attr struct{ Name, Value string }

// Action is one thing to do.
type Action struct {
	ID           int
	Kind         Kind
	Operation    string // "start", "monitor", "stonith", "do_shutdown", ...
	Key          string // operation_key
	InternalKey  string // internal_operation_key, when it differs
	Mode         string // "cib" when the coordinator does it in the CIB by itself
	Node         string // on_node
	NodeUUID     string // on_node_uuid
	Router       string // router_node
	Resource     *ResourceRef
	Attrs        []Attr // <attributes>, sorted by name
	Params       []Attr // parameters whose names cannot be XML attributes
	Downed       []string
	Maintenance  []Attr // node id to "0" or "1"
	ShutdownLock string
}

// Attr returns the value of an attribute, or "".
func (a *Action) Attr(name string) string {
	for _, at := range a.Attrs {
		if at.Name == name {
			return at.Value
		}
	}
	return ""
}

// Synapse is an action and what it waits for.
type Synapse struct {
	ID       int
	Priority int
	Action   *Action
	Inputs   []*Action // stubs as written in the XML; ID is what counts
}

// Transition is a whole graph, with the options the walk obeys.
type Transition struct {
	ID                int
	ClusterDelay      string
	FencingTimeout    string
	FailedStopOffset  string
	FailedStartOffset string
	BatchLimit        string
	MigrationLimit    string // "" when there is none
	RecheckBy         int64  // epoch seconds; 0 when nothing is due
	Synapses          []*Synapse
}
