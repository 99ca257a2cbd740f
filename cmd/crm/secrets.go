package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"crm/node/agent"
)

// secrets keeps values in the vault of this machine and copies them to the
// other members by ssh.
type secrets struct{ agent.Vault }

func openSecrets() secrets {
	return secrets{agent.Vault{Dir: cmp.Or(os.Getenv(agent.SecretsDirVar), agent.SecretsDir)}}
}

// Write keeps a value here, and on the others.
func (s secrets) Write(ctx context.Context, others []string, resource, name, value string) error {
	if err := s.Vault.Write(resource, name, value); err != nil {
		return err
	}
	return s.everywhere(ctx, others, s.writing(resource, name, value), value+"\n")
}

// writing is what a shell does elsewhere to keep the value that it reads.
func (s secrets) writing(resource, name, value string) string {
	file := filepath.Join(s.Dir, resource, name)
	return fmt.Sprintf("umask 077; mkdir -p %s && cat >%s.new.sign && echo %s >%s.sign && mv %s.new.sign %s", quoted(filepath.Dir(file)),
		quoted(file), agent.Signature(value), quoted(file), quoted(file), quoted(file))
}

// Delete takes a value away here, and on the others.
func (s secrets) Delete(ctx context.Context, others []string, resource, name string) error {
	if err := s.Vault.Delete(resource, name); err != nil {
		return err
	}
	file := quoted(filepath.Join(s.Dir, resource, name))
	return s.everywhere(ctx, others, "rm -f "+file+" "+file+".sign", "")
}

// Sync copies all values to the others.
func (s secrets) Sync(ctx context.Context, others []string) error {
	all, err := s.List()
	if err != nil {
		return err
	}
	for _, one := range all {
		value, err := s.Read(one[0], one[1])
		if err != nil {
			return err
		}
		if err := s.everywhere(ctx, others, s.writing(one[0], one[1], value), value+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// everywhere runs a command on other members.
func (s secrets) everywhere(ctx context.Context, others []string, command, input string) error {
	var missed []string
	var why error
	for _, node := range others {
		cmd := exec.CommandContext(ctx, "ssh", "-q", "-x", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "StrictHostKeyChecking=accept-new",
			"--", node, command)
		cmd.Stdin = strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			missed, why = append(missed, node), errors.Join(why, fmt.Errorf("ssh %s: %w %s", node, err, strings.TrimSpace(string(out))))
		}
	}
	if len(missed) == 0 {
		return nil
	}
	return fmt.Errorf("it is done here, but not on %s: %w", strings.Join(missed, ", "), why)
}

// quoted is a word as a shell reads it back.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
