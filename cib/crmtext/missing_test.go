package crmtext

import (
	"strings"
	"testing"

	"crm/cib"
	"crm/grammar"
)

// Whatever a statement names and nothing has is told with its own place and
// with what was probably meant.
func TestMissingIsToldWithItsPlace(t *testing.T) {
	const there = "node alice\nprimitive web Dummy params $webstate:state=1\nprimitive db Dummy operations $id=dbops op monitor interval=1s\n" +
		"rsc_template tmpl Dummy\nlocation near web rule $id=nearrule 1: #uname eq alice\nrole reader read cib\n"
	for line, want := range map[string]string{
		"group g db wbe":                            `column 12: group g: "wbe" does not exist; expected the id of a primitive (did you mean "web"?)`,
		"group g \\\n  wbe":                         `line 2, column 3: group g: "wbe" does not exist; expected the id of a primitive (did you mean "web"?)`,
		"clone wbc wbe meta a=wbe":                  `column 11: clone wbc: "wbe" does not exist; expected the id of a primitive or a group (did you mean "web"?)`,
		"ms m wbe":                                  `column 6: ms m: "wbe" does not exist; expected the id of a primitive or a group (did you mean "web"?)`,
		"bundle b docker image=x primitive wbe":     `column 35: bundle b: "wbe" does not exist; expected the id of a primitive (did you mean "web"?)`,
		"monitor wbe 10s":                           `column 9: monitor wbe: "wbe" does not exist; expected the id of a primitive (did you mean "web"?)`,
		"monitor wbe:Master 10s":                    `column 9: monitor wbe: "wbe" does not exist; expected the id of a primitive (did you mean "web"?)`,
		"primitive p @tmlp":                         `column 14: primitive p: "tmlp" does not exist; expected the id of an rsc_template (did you mean "tmpl"?)`,
		"primitive p Dummy params @wbestate":        `column 27: primitive p: "wbestate" does not exist; expected the id of a name=value pair (did you mean "webstate"?)`,
		"primitive p Dummy operations $id-ref=bops": `column 38: primitive p: "bops" does not exist; expected the id of a set of operations (did you mean "dbops"?)`,
		"location l web rule $id-ref=nearrlue":      `column 29: location l: "nearrlue" does not exist; expected the id of a rule (did you mean "nearrule"?)`,
		"acl_target joe reeder":                     `column 16: acl_target joe: "reeder" does not exist; expected the id of a role (did you mean "reader"?)`,
		"location l wbe 100: alice":                 `column 12: location l: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"location l { db wbe } 100: alice":          `column 17: location l: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"colocation c inf: db wbe:Master":           `column 22: colocation c: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"colocation c inf: ( db wbe )":              `column 24: colocation c: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"order o db wbe:start":                      `column 12: order o: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"rsc_ticket t T: db wbe":                    `column 20: rsc_ticket t: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
		"tag t db wbe":                              `column 10: tag t: "wbe" does not exist; expected the id of a resource or node (did you mean "web"?)`,
		"fencing_topology alice: db,wbe":            `column 28: fencing_topology: "wbe" does not exist; expected the id of a resource or tag (did you mean "web"?)`,
	} {
		doc := cib.New()
		before, faults := grammar.Parse(there)
		statements, more := grammar.Parse(line)
		if faults != nil || more != nil {
			t.Fatal(faults, more)
		}
		ed := NewEditor(doc)
		for _, err := range ed.ApplyAll(before) {
			t.Fatal(err)
		}
		err := ed.Apply(statements[0])
		if doubts := ed.Doubts(); err == nil && len(doubts) == 1 {
			err = doubts[0]
		}
		if err == nil || strings.TrimPrefix(err.Error(), "line 1, ") != want {
			t.Errorf("%s: got\n%v, want\n%s", line, err, want)
		}
	}
}

// What a later statement makes is not missing.
func TestDoubtsEnd(t *testing.T) {
	ed := NewEditor(cib.New())
	for i, text := range []string{"location l web 1: n", "primitive web Dummy"} {
		statements, _ := grammar.Parse(text)
		if err := ed.Create(statements[0]); err != nil {
			t.Fatal(err)
		}
		if got := len(ed.Doubts()); got != 1-i {
			t.Errorf("%s: %d doubts", text, got)
		}
	}
}
