package tools

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"crm/cib"
)

const exitCannotCreate = 73

var shadowFlags = []flag{
	{'?', "help", false}, {'h', "help-short", false}, {'$', "version", false}, {'V', "verbose", false},
	{'w', "which", false}, {'p', "display", false}, {'d', "diff", false}, {'F', "file", false},
	{'c', "create", true}, {'e', "create-empty", true}, {'C', "commit", true}, {'D', "delete", true}, {'r', "reset", true}, {'s', "switch", true},
	{'f', "force", false}, {'b', "batch", false}, {'a', "all", false}, {'v', "validate-with", true},
}

const shadowHelp = `crm_shadow - try changes on a copy of the configuration
Usage: crm_shadow COMMAND [-b] [--force]

 -c, --create=NAME        copy the configuration
 -e, --create-empty=NAME  begin with an empty one (-v SCHEMA)
 -r, --reset=NAME         copy it again
 -C, --commit=NAME        put the copy in the place of the configuration
 -D, --delete=NAME        forget the copy
 -s, --switch=NAME        say how to use it
 -w, --which, -F, --file, -p, --display, -d, --diff   of the copy in use

A copy is in use when CIB_shadow names it; it lies in CIB_shadow_dir (~/.cib).
`

// shadowCall is one call of crm_shadow.
type shadowCall struct {
	std           Streams
	command, name string
	force         bool
	schema        string
}

// Shadow is crm_shadow: copies of the configuration to try changes on.
func Shadow(args []string, std Streams) int {
	c := &shadowCall{std: std}
	commands := []string{"which", "display", "diff", "file", "create", "create-empty", "commit", "delete", "reset", "switch", "help", "help-short", "version"}
	words, err := getopt(shadowFlags, args, func(long, value string) error {
		switch {
		case slices.Contains(commands, long):
			c.command, c.name = long, value
		case long == "force":
			c.force = true
		case long == "validate-with":
			c.schema = value
		}
		return nil
	})
	switch {
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	case err == nil && c.command == "":
		err = errors.New("no command is given, for example --create NAME; see --help")
	case err == nil && c.name != "" && c.name != filepath.Base(c.name):
		err = fmt.Errorf("%q is no name for a copy, expected one without folders", c.name)
	}
	if err != nil {
		return ended(std, "crm_shadow", fail(exitUsage, "%w", err))
	}
	code, err := c.run()
	if err != nil {
		return ended(std, "crm_shadow", err)
	}
	return code
}

func (c *shadowCall) run() (code int, err error) {
	switch c.command {
	case "help", "help-short":
		_, err = io.WriteString(c.std.Out, shadowHelp)
		return exitOK, err
	case "version":
		_, err = fmt.Fprintln(c.std.Out, "crm_shadow of crm")
		return exitOK, err
	case "which", "display", "diff", "file":
		return c.ask()
	case "switch":
		return exitOK, c.use()
	case "create", "create-empty", "reset":
		return exitOK, c.create()
	}
	return exitOK, c.finish()
}

// ask answers about the copy in use.
func (c *shadowCall) ask() (code int, err error) {
	active := os.Getenv("CIB_shadow")
	if active == "" {
		return exitOK, fail(exitNotFound, "No active shadow configuration defined")
	}
	switch c.command {
	case "which":
		_, err = fmt.Fprintln(c.std.Out, active)
		return exitOK, err
	case "file":
		_, err = fmt.Fprintln(c.std.Out, shadowFile(active))
		return exitOK, err
	}
	d, err := (&fileStore{shadowFile(active)}).read()
	if err != nil {
		return exitOK, err
	}
	if c.command == "display" {
		_, err = d.WriteTo(c.std.Out)
		return exitOK, err
	}
	live, err := liveStore().read()
	if err != nil {
		return exitOK, err
	}
	text := cib.TextDiff("live", "shadow."+active, live, d)
	if _, err = io.WriteString(c.std.Out, text); text != "" {
		code = exitError
	}
	return code, err
}

// create makes or remakes a copy.
func (c *shadowCall) create() error {
	path := shadowFile(c.name)
	_, err := os.Stat(path)
	switch exists := err == nil; {
	case exists && !c.force && c.command != "reset":
		return fail(exitCannotCreate, "A shadow instance '%s' already exists.\n  To prevent accidental destruction of the cluster, the --force flag is required in order to proceed.", c.name)
	case !exists && c.command == "reset":
		return fail(exitNotFound, "Could not access shadow instance '%s': %w", c.name, fs.ErrNotExist)
	}
	if err := c.mayTouch(); err != nil {
		return err
	}
	d := cib.New()
	if c.command == "create-empty" {
		if c.schema != "" {
			d.Root().CreateAttr("validate-with", c.schema)
		}
		fmt.Fprintf(c.std.Out, "Created new %s configuration\n", cib.Attr(d.Root(), "validate-with"))
	} else if d, err = liveStore().read(); err != nil {
		return err
	}
	if err := os.MkdirAll(shadowDir(), 0o770); err != nil {
		return fail(exitCannotCreate, "%w", err)
	}
	if err := (&fileStore{path}).write(d); err != nil {
		return err
	}
	if c.command == "reset" {
		return nil
	}
	fmt.Fprintln(c.std.Out, "Setting up shadow instance")
	return c.say("A new shadow instance was created.")
}

func (c *shadowCall) say(first string) error {
	_, err := fmt.Fprintf(c.std.Out, "%s  To begin using it paste the following into your shell:\n  CIB_shadow=%s ; export CIB_shadow\n", first, c.name)
	return err
}

// use says how to use a copy that exists.
func (c *shadowCall) use() error {
	if _, err := os.Stat(shadowFile(c.name)); err != nil {
		return fail(exitNotFound, "Could not access shadow instance '%s': %w", c.name, fs.ErrNotExist)
	}
	return c.say("Switching to shadow instance.")
}

// mayTouch keeps from working on another copy than the one in use.
func (c *shadowCall) mayTouch() error {
	active := os.Getenv("CIB_shadow")
	if c.force || active == "" || active == c.name || c.command == "create" || c.command == "create-empty" {
		return nil
	}
	return fail(exitUsage, "The supplied shadow instance (%s) is not the same as the active one (%s).\n"+
		"  To prevent accidental destruction of the cluster, the --force flag is required in order to proceed.", c.name, active)
}

// finish commits or deletes a copy.
func (c *shadowCall) finish() error {
	if !c.force {
		return fail(exitUsage, "The supplied command is considered dangerous.  To prevent accidental destruction of the cluster, the --force flag is required in order to proceed.")
	}
	path := shadowFile(c.name)
	if c.command == "commit" {
		d, err := (&fileStore{path}).read()
		if err != nil {
			return fail(exitNotFound, "Could not access shadow instance '%s': %w", c.name, err)
		}
		if err := liveStore().update(func(live *cib.Document) error {
			return cib.Replace(live.Root(), d.Configuration())
		}); err != nil {
			return err
		}
	} else if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(exitError, "Could not remove shadow instance '%s': %w", c.name, err)
	}
	_, err := fmt.Fprintln(c.std.Out, "Please remember to unset the CIB_shadow variable by pasting the following into your shell:\n  unset CIB_shadow")
	return err
}
