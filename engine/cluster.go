package engine

import (
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
)

// cluster is the working set: all that is known of a cluster, and all that
// has been decided so far. Its parts are filled phase by phase.
type cluster struct {
	plan // actions and the orders between them

	in      Input
	now     time.Time
	root    *etree.Element // <cib>
	config  *etree.Element // <configuration>
	status  *etree.Element // <status>
	opts    options
	rscDefs []*etree.Element // meta-attribute blocks of rsc_defaults
	opDefs  []*etree.Element // and of op_defaults
	oldDefs attributes       // defaults that CIBs before 3.0 have as options
	recheck int64            // epoch seconds at which time alone changes something; 0 for never

	quorate     bool
	haveFencing bool // a fence device or a watchdog exists
	haveRemotes bool
	dc          *Node
	nodes       []*Node // in natural order of their names
	byIx        []*Node // in the order of their making
	nodeByID    map[string]*Node
	nodeByName  map[string]*Node
	resources   []*Resource // top level; highest priority first
	created     int         // resources made so far
	byID        map[string]*Resource
	byHistoryID map[string][]*Resource
	sameID      map[string][]*Resource // more of an id that byID has
	templates   map[string][]string    // the primitives that use each
	tags        map[string][]string
	tickets     map[string]*ticket
	locations   []*location // newest first
	failures    []*failure
	stopsNeeded []stopNeeded // containers to be stopped for what happened inside
	disabled    int          // leaf resources with a target role that keeps them down
	blocked     int
	leaves      int
	spare       spareTables
	elements    map[string]*etree.Element // by tag and id, for references; made when needed
	scores      []string                  // lines of the scores output
	trace       *trace                    // of all contributions to scores; nil unless asked for
	warnings    []cib.Finding
}

// stopNeeded is a container that has to be stopped, and what failed in it.
type stopNeeded struct {
	container, inside *Resource
	entry             *opEntry
}

// findNode finds a node by id, else by name; nil when there is none.
func (c *cluster) findNode(id, name string) *Node {
	if n := c.nodeByID[strings.ToLower(id)]; n != nil && id != "" {
		return n
	}
	return c.nodeNamed(name)
}

// nodeNamed finds a node by its name; what refers to nodes outside the status
// does not know their ids.
func (c *cluster) nodeNamed(name string) *Node { return c.nodeByName[strings.ToLower(name)] }

// changesAt notes a time at which the decision could change by itself.
func (c *cluster) changesAt(epoch int64) {
	if epoch > c.now.Unix() && (c.recheck == 0 || epoch < c.recheck) {
		c.recheck = epoch
	}
}

// eachResource calls f for every resource, parents before children.
func (c *cluster) eachResource(f func(*Resource)) {
	for _, r := range c.resources {
		r.each(f)
	}
}

func (r *Resource) each(f func(*Resource)) {
	f(r)
	for _, child := range r.Children {
		child.each(f)
	}
}
