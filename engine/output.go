package engine

import (
	"time"

	"crm/engine/graph"
	"crm/engine/rule"
)

// FeatureSet is the version of the graph's and the history's format.
const FeatureSet = graph.FeatureSet

// ScoreLines are the scores of resources on nodes as crm_simulate prints
// them, if the input asked for them.
func (o *Output) ScoreLines() []string { return o.c.scores }

// ParseTime reads a date as rules and crm_simulate -t do. What it leaves out
// is taken from now.
func ParseTime(text string, now time.Time) (time.Time, error) { return rule.ParseTime(text, now) }
