package haconf

import "testing"

// TestParametersAreToldAsWritten: what is written is told as written, what is
// not as its default, and lists and unknown names not at all.
func TestParametersAreToldAsWritten(t *testing.T) {
	c, _, err := ParseConfig("ha.cf", []byte("keepalive 1 500ms\ndeadtime 3\nudpport 1694\nnode a b\nbcast eth0 eth1\nucast eth0 10.0.0.2\ncluster shop\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := c.Parameters()
	for name, want := range map[string]string{"keepalive": "500ms", "deadtime": "3", "warntime": "1500ms", "initdead": "12000ms",
		"udpport": "1694", "auto_failback": "legacy", "cluster": "shop"} {
		if p[name] != want {
			t.Errorf("%s is %q, want %q", name, p[name], want)
		}
	}
	for _, name := range []string{"node", "bcast", "ucast"} {
		if value, ok := p[name]; ok {
			t.Errorf("%s is %q, want nothing", name, value)
		}
	}
	if links := c.Links(); len(links) != 2 || links[0] != "eth0" || links[1] != "eth1" {
		t.Errorf("links %v", links)
	}
}
