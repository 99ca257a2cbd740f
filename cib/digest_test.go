package cib

import "testing"

// The digests are those of Pacemaker 2.1.5's cibadmin for the same text.
func TestDigestsArePacemakers(t *testing.T) {
	d := parse(t, `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="6" num_updates="0" admin_epoch="0" cib-last-written="y">
  <configuration>
    <crm_config><cluster_property_set id="a"><nvpair id="b" name="x" value="a"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="n1"/></nodes>
    <resources>
      <primitive id="r" class="ocf" provider="heartbeat" type="Dummy"/>
      <primitive id="p" class="ocf" provider="heartbeat" type="Stateful" description="z"/>
      <group id="g"><primitive id="s" class="ocf" type="Dummy"/><primitive id="t" class="ocf" provider="heartbeat" type="Dummy"/></group>
      <!-- hi -->
    </resources>
    <constraints/>
    <tags/>
  </configuration>
  <status/>
</cib>`)
	if got, want := d.Digest(), "6366a0dc5f13fddd17e5e157301c57fc"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	if got, want := d.FileDigest(), "8a8fc51c23e24eb948ca2ac089d8fbd3"; got != want {
		t.Errorf("digest of the file %s, want %s", got, want)
	}
	before := d.Digest()
	d.Root().CreateAttr("cib-last-written", "z")
	d.Root().CreateAttr("update-user", "root")
	if d.Digest() != before {
		t.Error("who wrote it is part of the digest")
	}
	d.Root().CreateAttr("x", "y")
	if d.Digest() == before {
		t.Error("a change is not part of the digest")
	}
}
