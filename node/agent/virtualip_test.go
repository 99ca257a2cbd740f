package agent_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"

	"crm/node/agent"
	"crm/node/agent/agenttest"
)

const inside = "CRM_TEST_INSIDE"

// TestVirtualIPOnARealInterface runs itself again in a user and network
// namespace, where adding an address is everybody's right.
func TestVirtualIPOnARealInterface(t *testing.T) {
	if os.Getenv(inside) == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestVirtualIPOnARealInterface$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
		out, err := cmd.CombinedOutput()
		if _, ran := err.(*exec.ExitError); err != nil && !ran {
			t.Skipf("this kernel gives no namespaces to us: %v", err)
		}
		if err != nil || strings.Contains(string(out), "--- SKIP") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := network(); err != nil {
		t.Fatal(err)
	}
	r, dir := house(t)
	for name, params := range map[string]map[string]string{
		"found by its network": {"ip": "192.0.2.50"},
		"with everything":      {"ip": "192.0.2.51", "cidr_netmask": "255.255.255.0", "nic": "t0", "iflabel": "web", "announce_count": "1"},
		"elsewhere":            {"ip": "198.51.100.7", "nic": "t0"},
		"six":                  {"ip": "fd00:99::50/64", "nic": "t0"},
	} {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, agenttest.Subject{Runner: r, Ref: builtinRef("VirtualIP"), Params: params})
		})
	}
	t.Run("it is on the interface", func(t *testing.T) {
		run(t, r, "VirtualIP", "start", map[string]string{"ip": "192.0.2.50", "iflabel": "web"})
		link, err := netlink.LinkByName("t0")
		if err != nil {
			t.Fatal(err)
		}
		addrs, err := netlink.AddrList(link, netlink.FAMILY_V4)
		if err != nil || !strings.Contains(fmt.Sprint(addrs), "192.0.2.50/24 t0:web") {
			t.Errorf("addresses %v (%v)", addrs, err)
		}
		if err := netlink.LinkSetDown(link); err != nil {
			t.Fatal(err)
		}
		if res := run(t, r, "VirtualIP", "monitor", map[string]string{"ip": "192.0.2.50"}); res.RC != agent.GenericError {
			t.Errorf("a dead link: %+v", res)
		}
	})
	t.Run("nowhere to put it", func(t *testing.T) {
		res := run(t, r, "VirtualIP", "start", map[string]string{"ip": "203.0.113.1"})
		if res.RC != agent.GenericError || !strings.Contains(res.ExitReason, "set nic") {
			t.Errorf("got %+v", res)
		}
	})
	t.Run("a real mount", func(t *testing.T) {
		if err := os.Mkdir(dir+"/data", 0o755); err != nil {
			t.Fatal(err)
		}
		agenttest.Run(t, agenttest.Subject{Runner: r, Ref: builtinRef("Directory"),
			Params: map[string]string{"source": "data", "directory": "place", "how": "mount"}})
	})
}

// network makes a pair of interfaces with carrier, one end 192.0.2.1/24.
func network() error {
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "t0"}, PeerName: "t1"}
	if err := netlink.LinkAdd(pair); err != nil {
		return err
	}
	for _, name := range []string{"t1", "t0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
	}
	addr, err := netlink.ParseAddr("192.0.2.1/24")
	if err != nil {
		return err
	}
	return netlink.AddrAdd(pair, addr)
}

func TestVirtualIPRefusesNonsense(t *testing.T) {
	r, _ := house(t)
	for _, params := range []map[string]string{nil, {"ip": "300.1.2.3"}, {"ip": "192.0.2.1", "cidr_netmask": "33"}, {"ip": "192.0.2.1", "cidr_netmask": "255.0.255.0"},
		{"ip": "192.0.2.1", "broadcast": "x"}, {"ip": "192.0.2.1", "announce_count": "many"}} {
		if res := run(t, r, "VirtualIP", "validate-all", params); res.RC != agent.NotConfigured || res.ExitReason == "" {
			t.Errorf("%v: %+v", params, res)
		}
	}
}
