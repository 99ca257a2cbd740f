package tools

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
)

var cibadminFlags = []flag{
	{'?', "help", false}, {'$', "version", false}, {'V', "verbose", false},
	{'u', "upgrade", false}, {'Q', "query", false}, {'E', "erase", false}, {'B', "bump", false}, {'C', "create", false},
	{'M', "modify", false}, {'U', "user", true}, {'P', "patch", false}, {'R', "replace", false}, {'D', "delete", false},
	{'d', "delete-all", false}, {'a', "empty", false}, {'5', "md5-sum", false}, {'6', "md5-sum-versioned", false},
	{'S', "show-access", false}, {'f', "force", false}, {'t', "timeout", true}, {'s', "sync-call", false}, {'l', "local", false},
	{'c', "allow-create", false}, {'n', "no-children", false}, {'X', "xml-text", true}, {'x', "xml-file", true},
	{'p', "xml-pipe", false}, {'o', "scope", true}, {'A', "xpath", true}, {'e', "node-path", false}, {'N', "node", true},
	{'b', "no-bcast", false}, {'h', "host", true}, {'!', "features", false},
}

const cibadminHelp = `cibadmin - query and edit the cluster's configuration
Usage: cibadmin COMMAND [options]

Commands:
 -Q, --query              print the CIB, or the part that -o or -A names
 -C, --create             add an object (fails when it exists)
 -M, --modify             merge an object into the one of the same name and id
 -R, --replace            put an object in the place of that one
 -D, --delete             delete the first object that matches
 -d, --delete-all         with -A: delete all that match
 -P, --patch              apply a patch set (see crm_diff)
 -u, --upgrade            bring the configuration to the newest schema
 -E, --erase              empty the whole CIB
 -B, --bump               raise the epoch by 1
 -a, --empty              print an empty CIB
 -5, --md5-sum            print the digest of a CIB as it lies on disk
 -6, --md5-sum-versioned  print the digest that the cluster compares

Options:
 -o, --scope=SECTION      configuration, nodes, resources, constraints, crm_config,
                          rsc_defaults, op_defaults, acls, fencing-topology, tags,
                          alerts or status
 -A, --xpath=EXPRESSION   an XPath instead of a scope
 -X, --xml-text=XML, -x, --xml-file=FILE, -p, --xml-pipe   where the object is
 -c, --allow-create       let -M create what is missing
 -n, --no-children        with -Q: without what is inside
 -e, --node-path          with -Q -A: print paths
 -f, --force              do what is dangerous
 -U, --user=NAME          with the permissions of that user

The CIB is that of the running cluster, or the file that CIB_file names.
`

// cibCall is one call of cibadmin.
type cibCall struct {
	std     Streams
	store   store
	command string
	given   map[string]bool
	text    map[string]string
}

// Cibadmin is cibadmin: query and edit the CIB as XML.
func Cibadmin(args []string, std Streams) int {
	c := &cibCall{std: std, given: map[string]bool{}, text: map[string]string{}}
	words, err := getopt(cibadminFlags, args, c.set)
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err == nil && c.command == "" && !c.given["help"] && !c.given["version"] {
		err = errors.New("no command is given, for example --query; see --help")
	}
	if err != nil {
		return ended(std, "cibadmin", fail(exitUsage, "%w", err))
	}
	c.store = openStore()
	if err := c.run(); err != nil {
		return c.failed(err)
	}
	return exitOK
}

// failed reports as the original does: "Call failed: ...".
func (c *cibCall) failed(err error) int {
	var f *failure
	var denied *cib.Denied
	switch {
	case errors.As(err, &denied):
		err = fail(exitDenied, "Call failed: Permission denied (%w)", err)
	case errors.Is(err, cib.ErrNotFound):
		err = fail(exitNotFound, "Call failed: %s (%w)", saysNotFound, err)
	case errors.Is(err, cib.ErrExists):
		err = fail(exitExists, "Call failed: %s (%w)", saysExists, err)
	case errors.As(err, &f):
		err = fail(f.code, "Call failed: %w", err)
	}
	return ended(c.std, "cibadmin", err)
}

func (c *cibCall) set(long, value string) error {
	switch long {
	case "upgrade", "query", "erase", "bump", "create", "modify", "patch", "replace", "delete", "delete-all", "empty", "md5-sum",
		"md5-sum-versioned":
		if c.command != "" && c.command != long {
			return fmt.Errorf("both --%s and --%s are given, expected one command", c.command, long)
		}
		c.command = long
	}
	c.given[long] = true
	c.text[long] = value
	return nil
}

func (c *cibCall) run() error {
	if (c.command == "erase" || c.command == "upgrade" || c.command == "delete-all") && !c.given["force"] {
		return fail(exitUnsafe, "this is dangerous: give --force as well if it is what you want")
	}
	switch {
	case c.given["help"]:
		_, err := io.WriteString(c.std.Out, cibadminHelp)
		return err
	case c.given["version"]:
		_, err := fmt.Fprintln(c.std.Out, "cibadmin of crm (CIB schemas up to "+cib.NewestSchema+")")
		return err
	}
	switch c.command {
	case "query":
		return c.query()
	case "empty":
		empty := cib.New()
		empty.SetVersion(cib.Version{Epoch: 1})
		cib.SetAttr(empty.Root(), "crm_feature_set", graph.FeatureSet)
		_, err := c.std.Out.Write(empty.Bytes())
		return err
	case "md5-sum", "md5-sum-versioned":
		return c.digest()
	case "upgrade":
		return c.upgrade()
	}
	edit, err := c.edit()
	if err != nil {
		return err
	}
	return c.store.update(func(d *cib.Document) error {
		base := d.Copy()
		if err := edit(d); err != nil {
			return err
		}
		if who, asked := c.subject(); asked {
			return cib.MayChange(base, d, who)
		}
		return nil
	})
}

// subject is in whose name the command is given: --user, or CIB_user.
func (c *cibCall) subject() (who cib.Subject, asked bool) {
	name := c.text["user"]
	if name == "" {
		name = os.Getenv("CIB_user")
	}
	if name == "" {
		return cib.Subject{}, false
	}
	return cib.Subject{User: name, Groups: groupsOf(name)}, true
}

// groupsOf lists the groups of a user of this machine.
func groupsOf(name string) []string {
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil
	}
	var names []string
	for _, id := range ids {
		if g, err := user.LookupGroupId(id); err == nil {
			names = append(names, g.Name)
		}
	}
	return names
}

// input is the XML that goes with the command.
func (c *cibCall) input() (*etree.Element, error) {
	var text []byte
	var err error
	switch {
	case c.given["xml-text"]:
		text = []byte(c.text["xml-text"])
	case c.given["xml-file"]:
		text, err = os.ReadFile(c.text["xml-file"])
	case c.given["xml-pipe"]:
		text, err = io.ReadAll(io.LimitReader(c.std.In, cib.MaxBytes+1))
	default:
		return nil, fail(exitUsage, "no XML is given, expected -X, -x or -p")
	}
	if err != nil {
		return nil, fail(exitBadConfig, "%w", err)
	}
	e, err := cib.ParseElement(string(text))
	if err != nil {
		return nil, fail(exitBadConfig, "%w", err)
	}
	return e, nil
}

// scope is the part of d that the command is about.
func (c *cibCall) scope(d *cib.Document) (*etree.Element, error) {
	if path := c.text["xpath"]; path != "" {
		found, err := d.Query(path)
		switch {
		case err != nil:
			return nil, fail(exitNotFound, "%w", err)
		case len(found) == 0:
			return nil, fmt.Errorf("%s: %w", path, cib.ErrNotFound)
		}
		return found[0], nil
	}
	e, known := d.Scope(c.text["scope"])
	switch {
	case !known:
		return nil, fail(exitUsage, "scope %q is not known, expected configuration, status or one of its sections: %v", c.text["scope"], cib.Sections())
	case e == nil:
		return nil, fmt.Errorf("section %s: %w", c.text["scope"], cib.ErrNotFound)
	}
	return e, nil
}

func (c *cibCall) query() error {
	d, err := c.store.read()
	if err != nil {
		return err
	}
	if who, asked := c.subject(); asked {
		if d, err = cib.Readable(d, who); err != nil {
			return err
		}
	}
	var found []*etree.Element
	if path := c.text["xpath"]; path != "" {
		if found, err = d.Query(path); err != nil {
			return fail(exitNotFound, "%w", err)
		}
		if len(found) == 0 {
			return fmt.Errorf("%s: %w", path, cib.ErrNotFound)
		}
	} else {
		e, err := c.scope(d)
		if err != nil {
			return err
		}
		found = []*etree.Element{e}
	}
	return c.show(found)
}

func (c *cibCall) show(found []*etree.Element) error {
	if c.given["node-path"] {
		for _, e := range found {
			if _, err := fmt.Fprintln(c.std.Out, cib.Path(e)); err != nil {
				return err
			}
		}
		return nil
	}
	if c.given["no-children"] {
		for i, e := range found {
			found[i] = cib.CopyElement(e)
			found[i].Child = nil
		}
	}
	out := found[0]
	if len(found) > 1 {
		out = etree.NewElement("xpath-query")
		for _, e := range found {
			out.AddChild(cib.CopyElement(e))
		}
	}
	_, err := io.WriteString(c.std.Out, cib.Format(out))
	return err
}

func (c *cibCall) digest() error {
	var d *cib.Document
	var err error
	if c.given["xml-text"] || c.given["xml-file"] || c.given["xml-pipe"] {
		var e *etree.Element
		if e, err = c.input(); err == nil {
			d, err = cib.FromElement(e)
		}
	} else {
		d, err = c.store.read()
	}
	if err != nil {
		return err
	}
	if c.command == "md5-sum" {
		_, err = fmt.Fprintln(c.std.Out, d.FileDigest())
	} else {
		_, err = fmt.Fprintln(c.std.Out, d.Digest())
	}
	return err
}

func (c *cibCall) upgrade() error {
	return c.store.update(func(d *cib.Document) error {
		if major, minor, ok := cib.Schema(cib.Attr(d.Root(), "validate-with")); ok && major == 3 && minor >= 9 {
			return nil // what the cluster writes
		}
		next, notes, err := cib.UpgradeTo(d, upgradeGoal)
		if err != nil {
			return fail(exitBadConfig, "%w", err)
		}
		for _, note := range notes {
			fmt.Fprintln(c.std.Err, "cibadmin:", note)
		}
		d.Become(next)
		return nil
	})
}
