package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crm/completions"
)

// oldAgents are those of a machine with a script of its own.
type oldAgents struct{}

func (oldAgents) Classes() []string         { return nil }
func (oldAgents) Providers(string) []string { return nil }
func (oldAgents) Types(class, _ string) []string {
	switch class {
	case "ocf":
		return []string{"Filesystem", "IPaddr2", "apache"}
	case "heartbeat":
		return []string{"drbddisk"}
	case "lsb":
		return []string{"nginx"}
	}
	return nil
}
func (oldAgents) Metadata(string, string, string) *completions.Metadata { return nil }

func TestHaresourcesBecomeGroupsAndLocations(t *testing.T) {
	got, err := convert(oldAgents{})("haresources", "haresources", []byte(`# the database
Alice 10.0.0.1/24/eth0 drbddisk::r0 Filesystem::/dev/drbd0::/data::ext4 nginx
bob IPaddr2::10.0.0.2/24/10.0.0.255
alice own::x
`), []string{"alice", "bob"})
	if err != nil {
		t.Fatal(err)
	}
	want := `primitive IPaddr_10_0_0_1 ocf:heartbeat:IPaddr2 params ip=10.0.0.1 cidr_netmask=24 nic=eth0 op monitor interval=5s timeout=20s
primitive drbddisk_2 heartbeat:drbddisk params 1=r0 op monitor interval=120s timeout=60s
primitive Filesystem_3 ocf:heartbeat:Filesystem params device=/dev/drbd0 directory=/data fstype=ext4 op monitor interval=120s timeout=60s
primitive nginx_4 lsb:nginx op monitor interval=120s timeout=60s
group group_1 IPaddr_10_0_0_1 drbddisk_2 Filesystem_3 nginx_4
location rsc_location_group_1 group_1 100: alice
primitive IPaddr_10_0_0_2 ocf:heartbeat:IPaddr2 params ip=10.0.0.2 cidr_netmask=24 broadcast=10.0.0.255 op monitor interval=5s timeout=20s
location rsc_location_IPaddr_10_0_0_2 IPaddr_10_0_0_2 100: bob
primitive own_6 heartbeat:own params 1=x op monitor interval=120s timeout=60s
location rsc_location_own_6 own_6 100: alice
`
	if diff := cmp.Diff(want, got.Text); diff != "" {
		t.Error(diff)
	}
	if len(got.Notes) != 1 {
		t.Errorf("notes: %q", got.Notes)
	}
	if _, err := convert(oldAgents{})("haresources", "haresources", []byte("carol 10.0.0.1\n"), []string{"alice"}); err == nil {
		t.Error("a node that is not configured is accepted")
	}
}
