package engine

import "testing"

// TestIdleRelationsChangeNothing: what a clone is spared from asking its
// instances would have changed none of them.
func TestIdleRelationsChangeNothing(t *testing.T) {
	const all = actOptional | actRunnable
	r := &Resource{ID: "r", Kind: KindPrimitive, Role: RoleStarted}
	idle := 0
	for bit := range 21 {
		for _, filter := range []actionFlags{actOptional, actRunnable, all} {
			for state := range actionFlags(1 << 4) {
				flagsOf := func(s actionFlags) actionFlags {
					flags := actMigratable | actPseudo
					if s&1 != 0 {
						flags |= actOptional
					}
					if s&2 != 0 {
						flags |= actRunnable
					}
					return flags
				}
				first := &action{rsc: r, task: "start", flags: flagsOf(state)}
				then := &action{rsc: r, task: "start", flags: flagsOf(state >> 2)}
				p := pair{first: first, then: then, mask: first.flags, filter: filter, rel: 1 << bit}
				if !p.idle() {
					continue
				}
				idle++
				c := &cluster{}
				if changed := c.pairOne(p); changed != (change{}) {
					t.Errorf("relation 1<<%d, first %v, then %v: changed %v", bit, first.flags, then.flags, changed)
				}
			}
		}
	}
	if idle == 0 {
		t.Error("no relation was idle")
	}
}
