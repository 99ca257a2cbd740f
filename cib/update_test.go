package cib

import (
	"errors"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

func TestUpdatesDoWhatCibadminDoes(t *testing.T) {
	const before = `<cib epoch="5"><configuration><resources><primitive id="p" type="T"/><group id="g" n="1"><primitive id="q"/></group></resources></configuration><status/></cib>`
	tests := []struct {
		name, scope, xml string
		do               func(scope, e *etree.Element) error
		old, new         string
		err              error
	}{
		{"create", Resources, `<primitive id="n"/>`, Create, `</resources>`, `<primitive id="n"/></resources>`, nil},
		{"create by section", Resources, `<resources><primitive id="n"/><group id="h"/></resources>`, Create, `</resources>`, `<primitive id="n"/><group id="h"/></resources>`, nil},
		{"create again", Resources, `<primitive id="p"/>`, Create, "", "", ErrExists},
		{"modify", "", `<primitive id="q" type="U"/>`, Modify, `<primitive id="q"/>`, `<primitive id="q" type="U"/>`, nil},
		{"modify adds", "", `<group id="g"><primitive id="q" x="1"/><primitive id="r"/></group>`, Modify, `<primitive id="q"/>`, `<primitive id="q" x="1"/><primitive id="r"/>`, nil},
		{"modify counts", "", `<group id="g" n="n++"/>`, Modify, `n="1"`, `n="2"`, nil},
		{"modify counts by", "", `<cib epoch="epoch+=10"/>`, Modify, `epoch="5"`, `epoch="15"`, nil},
		{"modify nothing", "", `<primitive id="z"/>`, Modify, "", "", ErrNotFound},
		{"modify elsewhere", "status", `<primitive id="p"/>`, Modify, "", "", ErrNotFound},
		{"replace", "", `<primitive id="p" class="c"/>`, Replace, `<primitive id="p" type="T"/>`, `<primitive id="p" class="c"/>`, nil},
		{"replace section", Resources, `<resources/>`, Replace, before[strings.Index(before, "<resources>"):strings.Index(before, "</configuration>")], `<resources/>`, nil},
		{"replace nothing", "", `<primitive id="z"/>`, Replace, "", "", ErrNotFound},
	}
	for _, test := range tests {
		d := parse(t, before)
		scope, ok := d.Scope(test.scope)
		e, err := ParseElement(test.xml)
		if err != nil || !ok {
			t.Fatal(test.name, err)
		}
		err = test.do(scope, e)
		want := strings.Replace(before, test.old, test.new, 1)
		if got := string(d.Compact()); got != want || !errors.Is(err, test.err) {
			t.Errorf("%s: %v\n%s\nwant %s", test.name, err, got, want)
		}
	}
	if _, ok := parse(t, before).Scope("nosuch"); ok {
		t.Error("nosuch is no scope")
	}
	one, _ := ParseElement(`<primitive id="p" type="U"/>`)
	if Like(parse(t, before).Root(), one, true) != nil || Like(parse(t, before).Root(), one, false) == nil {
		t.Error("attributes are compared only when asked")
	}
}

func TestStructureFindsWhatNoStoreTakes(t *testing.T) {
	if list := Structure(parse(t, sample)); len(list) != 0 {
		t.Error(list)
	}
	for _, change := range [][2]string{{`<group id="g">`, `<group id="c">`}, {`rsc="a"`, `rsc="z"`}, {`<status/>`, `<status/><primitive id="x"/>`}, {`<status/>`, `<status/><status/>`},
		{`<clone id="c">`, `<clone id="c2"/><clone id="c">`}} {
		if list := Structure(parse(t, strings.Replace(sample, change[0], change[1], 1))); len(list) == 0 {
			t.Error(change[1])
		}
	}
}
