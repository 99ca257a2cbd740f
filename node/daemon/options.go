package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"crm/node/agent"
	"crm/node/control"
	"crm/node/haconf"
	"crm/node/wire"
)

// The folders of an installed member.
const (
	DefaultConfigDir = "/etc/ha.d"
	DefaultStateDir  = "/var/lib/crm"
	// DefaultClients is where heartbeat's clients look for it.
	DefaultClients = "/run/heartbeat/register"
)

// Options are what a daemon is started with. Empty fields get the defaults of
// an installed system.
type Options struct {
	Name      string // node name; when empty the first line of nodeinfo beside ha.cf, else the host's
	ConfigDir string // of ha.cf and authkeys
	StateDir  string
	Socket    string
	// Clients is the socket of heartbeat's own clients; it is served when its
	// folder is there. Empty: it is not served.
	Clients string
	Version string // of the program, for "crm status"
	Log     *slog.Logger
	Agents  *agent.Runner
	// Bind is the own address, for several members on one machine; zero
	// means all addresses.
	Bind netip.Addr
	// Reboot resets this machine at once, when a resource of haresources does
	// not stop; nil: that is only said.
	Reboot func(why string)
	// Reload asks for the keys to be read again (SIGHUP).
	Reload <-chan os.Signal
	// Network opens the ways to the other members; UDP when nil.
	Network Network
}

// withDefaults fills in what was left empty.
func (o Options) withDefaults() (Options, error) {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&o.ConfigDir, DefaultConfigDir)
	if text, err := os.ReadFile(filepath.Join(o.ConfigDir, "nodeinfo")); err == nil {
		name, _, _ := strings.Cut(string(text), "\n")
		fill(&o.Name, strings.TrimSpace(name))
	}
	if o.Name == "" {
		host, err := os.Hostname()
		if err != nil {
			return o, fmt.Errorf("find this node's name: %w", err)
		}
		o.Name = host
	}
	o.Name = strings.ToLower(o.Name)
	fill(&o.StateDir, DefaultStateDir)
	fill(&o.Socket, control.DefaultSocket)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	agents := agent.Runner{Roots: agent.SystemRoots()}
	if o.Agents != nil {
		agents = *o.Agents
	}
	agents.Orphans = filepath.Join(o.StateDir, "operations")
	o.Agents = &agents
	if o.Network == nil {
		o.Network = UDP
	}
	return o, nil
}

// settings are the configuration files of a member, read and checked.
type settings struct {
	ring   *haconf.Config
	keys   *wire.Keyring
	groups []haconf.Group // of haresources; nil with crm on
}

// NotConfigured is an error in the files of a member, which did not start.
type NotConfigured struct{ Err error }

// Error says all that is wrong.
func (e *NotConfigured) Error() string { return e.Err.Error() }

// Unwrap is what is wrong.
func (e *NotConfigured) Unwrap() error { return e.Err }

// readSettings reads ha.cf, authkeys and, with crm off, haresources. All that is wrong with both is told
// at once; warnings go to the log.
func readSettings(o Options) (settings, error) {
	var s settings
	ring, ringErr := readRing(o)
	keys, keysErr := readKeys(o)
	if err := errors.Join(ringErr, keysErr); err != nil {
		return s, fmt.Errorf("the configuration in %s cannot be used:\n%w", o.ConfigDir, err)
	}
	if ring.AutoJoin == "any" && !ring.HasNode(o.Name) {
		ring.Nodes = append(ring.Nodes, o.Name)
	}
	if !ring.HasNode(o.Name) {
		return s, fmt.Errorf("%s has no line \"node %s\": this member is not one of its own cluster (nodes: %s)",
			filepath.Join(o.ConfigDir, "ha.cf"), o.Name, strings.Join(ring.Nodes, " "))
	}
	groups, err := readHaresources(o, ring)
	if err != nil {
		return s, fmt.Errorf("the configuration in %s cannot be used:\n%w", o.ConfigDir, err)
	}
	return settings{ring, keys, groups}, nil
}

func readRing(o Options) (*haconf.Config, error) {
	path := filepath.Join(o.ConfigDir, "ha.cf")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, missing(path, err, "node lines, a medium (bcast, mcast or ucast) and deadtime")
	}
	ring, warnings, err := haconf.ParseConfig(path, text)
	warn(o.Log, warnings)
	if err != nil {
		return ring, err
	}
	if wrong := CheckUsers(path, ring); len(wrong) > 0 {
		return nil, haconf.Problems(wrong)
	}
	return ring, nil
}

func readKeys(o Options) (*wire.Keyring, error) {
	path := filepath.Join(o.ConfigDir, "authkeys")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, missing(path, err, "\"auth 1\" and \"1 sha1 SECRET\", mode 600, the same on every member")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	keys, warnings, err := haconf.ParseAuthkeys(path, text, info.Mode().Perm())
	warn(o.Log, warnings)
	if err == nil && keys.Signing().Method == wire.CRC {
		o.Log.Warn("authkeys signs with crc, which anybody can forge: use sha1 or sha256 and a key, unless the members have a cable of their own")
	}
	return keys, err
}

// missing says what a file that is not there should hold.
func missing(path string, err error, want string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: it needs %s", path, want)
	}
	return fmt.Errorf("read %s: %w", path, err)
}

func warn(log *slog.Logger, warnings []haconf.Problem) {
	for _, w := range warnings {
		log.Warn(w.Error())
	}
}
