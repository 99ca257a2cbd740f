package grammar

import "testing"

// Words that are mistyped in one place, and what was meant.
func TestAMistypedWordIsHintedAt(t *testing.T) {
	for _, test := range []struct{ line, hint string }{
		{`primitive p Dummy prams a=b`, "params"},
		{`primitive p Dummy op monitor intervall=10`, "interval=10"},
		{`primitive p Dummy oop monitor interval=10`, "op"},
		{`node n:remtoe`, "remote"},
		{`node n attrbutes a=b`, "attributes"},
		{`clone c a mta a=b`, "meta"},
		{`location l a rule 5: #uname eqq n`, "eq"},
		{`location l a rol=Master 5: n`, "role=Master"},
		{`location l a resource-discvery=never 5: n`, "resource-discovery=never"},
		{`location l a rule date spc hours=1`, "spec"},
		{`location l a rule date in strat=2020-01-01 hours=5`, "start=2020-01-01"},
		{`colocation c inf: a:Mastr b`, "Master"},
		{`order o Mandatry: a b`, "Mandatory"},
		{`order o a:strat b`, "start"},
		{`order o a b symetrical=false`, "symmetrical=false"},
		{`rsc_ticket t T: a loss-polcy=stop`, "loss-policy=stop"},
		{`rsc_ticket t T: a loss-policy=stpo`, "loss-policy=stop"},
		{`role r reed cib`, "read"},
		{`role r read xpaht:/cib`, "xpath:/cib"},
		{`role r read cibb`, "cib"},
		{`alert a /p slect nodes`, "select"},
		{`alert a /p select noodes`, "nodes"},
		{`alert a /p atributes a=b`, "attributes"},
		{`bundle b dcoker image=x`, "docker"},
		{`bundle b docker imge=x`, "image=x"},
		{`bundle b docker image=x netwrok port=1`, "network"},
		{`bundle b docker image=x network ip-range-strat=1`, "ip-range-start=1"},
		{`bundle b docker image=x storage storage-maping source-dir=/a target-dir=/b`, "storage-mapping"},
		{`fencing_topology patern:n st1`, "pattern:n"},
		{`fencing_topology atr:a=b st1`, "attr:a=b"},
	} {
		_, faults := Parse(test.line)
		if len(faults) != 1 {
			t.Errorf("%s: %d faults", test.line, len(faults))
			continue
		}
		if got := faults[0].Hint; got != test.hint {
			t.Errorf("%s: %v hints at %q, want %q", test.line, faults[0], got, test.hint)
		}
	}
}

func TestTheWordAtAPlaceIsTheLastThatBeginsBefore(t *testing.T) {
	words, err := Line{Text: "loc l vip 5: n", Pos: Pos{1, 1}}.Words()
	if err != nil {
		t.Fatal(err)
	}
	words[0].Text = "location"
	st, fault := ParseWords(words, Pos{1, 15})
	if fault != nil {
		t.Fatal(fault)
	}
	if got := WordAt(st, WhereID(st)); got != "l" {
		t.Errorf("%q", got)
	}
}
