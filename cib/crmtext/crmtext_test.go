package crmtext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"crm/cib"
	"crm/grammar"
)

// apply makes a document of a text; every statement must be taken.
func apply(t *testing.T, text string) *cib.Document {
	t.Helper()
	doc := cib.New()
	statements, faults := grammar.Parse(text)
	if faults != nil {
		t.Fatal(faults)
	}
	for _, err := range NewEditor(doc).ApplyAll(statements) {
		t.Error(err)
	}
	return doc
}

const webserver = `node alice
node bob
primitive db ocf:pacemaker:Stateful \
	op monitor role=Master interval=10s timeout=20s
primitive vip IPaddr2 \
	params ip=192.168.1.8 \
	op monitor interval=10s timeout=20s
primitive www apache \
	params configfile="/etc/apache2/httpd.conf"
group web vip www
ms dbs db \
	meta master-max=1
order db-first Mandatory: dbs:promote web:start
location web-on-alice web 100: alice
colocation web-with-db inf: web dbs:Master
property cib-bootstrap-options: \
	stonith-enabled=false
rsc_defaults rsc-options: \
	resource-stickiness=100
`

func TestShowGivesBackWhatWasApplied(t *testing.T) {
	if got := Show(apply(t, webserver)); got != webserver {
		t.Errorf("want\n%s\ngot\n%s", webserver, got)
	}
}

func TestAFaultChangesNothing(t *testing.T) {
	doc := apply(t, webserver)
	before := string(doc.Bytes())
	for _, text := range []string{
		"group g2 vip",
		"clone c nosuch",
		"primitive p2 @nosuch",
		"primitive p2 Dummy params @nosuch",
		"primitive p2 Dummy meta $id-ref=nosuch",
		"primitive web Dummy",
		"node 7: alice",
		"node alice attributes a=1 utilization $id-ref=nosuch",
		"monitor web 10s",
		"property web: a=b",
		"property rule rsc ocf:heartbeat:Dummy a=b",
		"rsc_defaults rule op monitor priority=1",
		"location l web rule $id-ref=nosuch",
		"acl_target joe nosuch",
		"xml <primitive id='vip-monitor-10s' class='ocf' type='x'/>",
		"xml <nonsense id='a'/>",
		"colocation c inf: vip www db node-attribute=rack",
	} {
		statements, faults := grammar.Parse(text)
		if faults != nil {
			t.Fatal(faults)
		}
		if err := Apply(doc, statements[0]); err == nil {
			t.Errorf("%s: not refused", text)
		}
		if now := string(doc.Bytes()); now != before {
			t.Fatalf("%s: changed the document", text)
		}
	}
}

func TestCreateRefusesWhatExists(t *testing.T) {
	doc := apply(t, webserver)
	for _, text := range []string{"primitive vip Dummy", "group web www", "order db-first web dbs", "tag vip web"} {
		statements, _ := grammar.Parse(text)
		if err := NewEditor(doc).Create(statements[0]); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Ids that somebody chose survive when the object is written anew.
func TestReplacingKeepsIDs(t *testing.T) {
	doc := cib.New()
	apply := func(text string) {
		t.Helper()
		statements, faults := grammar.Parse(text)
		if faults != nil {
			t.Fatal(faults)
		}
		if err := Apply(doc, statements[0]); err != nil {
			t.Fatal(err)
		}
	}
	apply("primitive p Dummy params $id=mine $mystate:state=1 op monitor interval=10s id=mymon")
	apply("primitive p Dummy params state=2 fake=3 op monitor interval=10s timeout=5 op monitor interval=20s")
	for id, want := range map[string]string{"mine": "instance_attributes", "mystate": "nvpair", "mine-fake": "nvpair",
		"mymon": "op", "p-monitor-20s": "op"} {
		if e := doc.Find(id); e == nil || e.Tag != want {
			t.Errorf("no %s %s in\n%s", want, id, doc.Bytes())
		}
	}
}

// Long lists take time in proportion: 60,000 words would take minutes if each
// was compared with all before it, or its id tried from 0 on.
func TestLongStatements(t *testing.T) {
	for first, more := range map[string]string{"group g": " a%d", "colocation c inf:": " ( a%d )"} {
		var b strings.Builder
		b.WriteString(first)
		for i := range 20000 {
			fmt.Fprintf(&b, more, i)
		}
		statements, faults := grammar.Parse(b.String())
		if faults != nil {
			t.Fatal(faults)
		}
		began := time.Now()
		_ = NewEditor(cib.New()).Create(statements[0])
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: %s", first, took)
		}
	}
}
