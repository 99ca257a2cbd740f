package tools

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"crm/node/haconf"
)

// haFolder is where the files of the ring are.
const haFolder = "/etc/ha.d"

// Propagate is ha_propagate: it copies the files of the ring to the other
// nodes with scp, as root, and makes the service start there at boot when it
// does so here.
func Propagate(args []string, std Streams) int {
	p := &propagation{dir: haFolder, std: std}
	words, err := getopt([]flag{{'h', "help", false}, {0, "config", true}, {0, "node", true}}, args, func(long, value string) error {
		switch long {
		case "help":
			p.help = true
		case "config":
			p.dir = value
		case "node":
			p.self = value
		}
		return nil
	})
	switch {
	case err == nil && p.help:
		fmt.Fprint(std.Out, "Usage: ha_propagate [--config DIR]\ncopies ha.cf, authkeys and haresources (with crm off) to the other nodes of ha.cf, by scp as root\n")
		return exitOK
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q", words[0])
	}
	if err == nil {
		err = p.run()
	}
	return ended(std, "ha_propagate", err)
}

// propagation is one call of ha_propagate.
type propagation struct {
	dir, self string
	help      bool
	std       Streams
}

func (p *propagation) run() error {
	path := filepath.Join(p.dir, "ha.cf")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	cf, _, err := haconf.ParseConfig(path, text)
	if err != nil {
		return fmt.Errorf("nothing was copied, because this is wrong:\n%w", err)
	}
	if p.self == "" {
		if p.self, err = hostName(); err != nil {
			return err
		}
	}
	if !cf.HasNode(p.self) {
		return fmt.Errorf("%s has no line \"node %s\": nothing was copied", path, strings.ToLower(p.self))
	}
	for _, m := range cf.Media {
		if m.Kind == haconf.Unicast {
			fmt.Fprintf(p.std.Err, "ha_propagate: warning: %s: check \"%s\" on the other nodes: each needs lines that name its peers\n", path, m)
		}
	}
	files := []string{path, filepath.Join(p.dir, "authkeys")}
	if !cf.CRM {
		files = append(files, filepath.Join(p.dir, "haresources"))
	}
	var failed []error
	for _, name := range cf.Nodes {
		if strings.EqualFold(name, p.self) {
			continue
		}
		failed = append(failed, p.copy(name, files))
	}
	return errors.Join(failed...)
}

func (p *propagation) copy(name string, files []string) error {
	fmt.Fprintf(p.std.Out, "Propagating HA configuration files to node %s.\n", name)
	if err := p.call("scp", append(append([]string{"-p"}, files...), "root@"+name+":"+p.dir+"/")...); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	if exec.Command("systemctl", "is-enabled", "--quiet", "crm").Run() != nil {
		return nil // not a service here, or not at boot
	}
	fmt.Fprintf(p.std.Out, "Setting HA startup configuration on node %s.\n", name)
	if err := p.call("ssh", "root@"+name, "systemctl enable crm"); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	return nil
}

func (p *propagation) call(program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.std.In, p.std.Out, p.std.Err
	return cmd.Run()
}
