package engine

import (
	"bytes"
	"testing"
	"time"

	"crm/cib"
)

// TestADrawingDecidesNothing asks for a drawing of all actions: the transition
// is the same, and a second drawing is, too.
func TestADrawingDecidesNothing(t *testing.T) {
	larger := 0
	for i, text := range ownClusters(t) {
		doc, err := cib.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		in := Input{CIB: doc, Now: time.Unix(1750000000, 0).UTC()}
		plain, err := Run(in)
		if err != nil {
			continue
		}
		in.AllActions = true
		all, err := Run(in)
		if err != nil {
			t.Fatal(err)
		}
		drawn := all.Dot(true)
		if len(drawn) > len(plain.Dot(true)) {
			larger++
		}
		if !bytes.Equal(plain.Graph.XML(), all.Graph.XML()) {
			t.Errorf("cluster %d: another transition when all actions are drawn", i)
		}
		if all.Dot(true) != drawn {
			t.Errorf("cluster %d: the second drawing differs", i)
		}
	}
	if larger == 0 {
		t.Error("no drawing of all actions shows more than one of what happens")
	}
}
