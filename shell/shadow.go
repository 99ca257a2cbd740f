package shell

import (
	"context"
	"slices"
	"strings"

	"crm/cib"
	"crm/completions"
)

func cibLevel() *Level {
	shadow := completions.InTurn(completeOwn)
	file := completions.InTurn(completions.Nothing)
	return &Level{Name: "cib", Short: "shadow CIBs: named copies of the configuration",
		Levels: []*Level{cibstatusLevel()},
		Commands: []*Command{
			{Name: "new", Usage: "[<name>] [withstatus] [force] [empty]", Short: "make a shadow CIB and work on it", Args: atLeast(0),
				Complete: completions.Each(completions.Words([2]string{"withstatus", "with the state of nodes and resources"},
					[2]string{"force", "in place of one that exists"}, [2]string{"--force", "in place of one that exists"},
					[2]string{"empty", "without any configuration"})), Run: runShadowNew},
			{Name: "use", Usage: "[<name>|live]", Short: "work on a shadow CIB, or on the cluster again", Args: between(0, 2),
				Complete: completions.InTurn(completions.Either(completeOwn, completions.Plain("live")), completions.Plain("withstatus")), Run: runShadowUse},
			{Name: "list", Short: "list shadow CIBs", Args: none(), Run: runShadowList},
			{Name: "delete", Usage: "<name>", Short: "delete a shadow CIB", Args: exactly(1), Complete: shadow, Run: runShadowDelete},
			{Name: "reset", Usage: "<name>", Short: "copy the cluster's CIB over a shadow CIB", Args: exactly(1), Complete: shadow, Run: runShadowReset},
			{Name: "commit", Usage: "[<name>]", Short: "put a shadow CIB in force", Args: between(0, 1), Complete: shadow, Run: runShadowCommit},
			{Name: "diff", Short: "compare the shadow CIB with the cluster's", Args: none(), Run: runShadowDiff},
			{Name: "import", Usage: "<file> [<name>]", Short: "make a shadow CIB of a file", Args: between(1, 2), Complete: file, Run: runImport},
			{Name: "export", Ours: true, Usage: "<file>", Short: "write the CIB to a file, as XML", Args: exactly(1), Complete: file, Run: runExport},
			{Name: "init", Ours: true, Short: "begin a new, empty CIB file (with -c FILE)", Args: none(), Run: runInit},
		}}
}

func completeOwn(v *completions.View, _ []string) []completions.Candidate { return v.Own }

func (c *Call) shadows() (Shadows, error) {
	if c.Shadows == nil {
		return nil, failf("shadow CIBs are not to be had here")
	}
	return c.Shadows, nil
}

func runShadowList(_ context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	names, err := shadows.List()
	for _, n := range names {
		c.print(n)
	}
	return err
}

func runShadowNew(ctx context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	name, force, empty, withStatus := "", c.Options.Force, false, false
	for i, word := range c.Args {
		switch word {
		case "force", "--force":
			force = true
		case "empty":
			empty = true
		case "withstatus":
			withStatus = true
		default:
			if i > 0 {
				return newError(Usage, c.words[i+1].Pos, "new: %q is none of withstatus, force, empty", word)
			}
			name = word
		}
	}
	doc := cib.New()
	if !empty {
		if doc, err = c.live().Read(ctx); err != nil {
			return err
		}
	}
	if !withStatus {
		cib.Remove(doc.Status())
		doc.Status()
	}
	if name == "" {
		name, force = "@tmp@", true
	}
	if err := shadows.Create(name, doc.Bytes(), force); err != nil {
		return err
	}
	c.Info("%s shadow CIB created", name)
	return c.useShadow(name)
}

// live is the cluster behind any shadow.
func (s *Session) live() Cluster {
	if s.behind != nil {
		return s.behind
	}
	return s.Cluster
}

func (c *Call) useShadow(name string) error {
	if c.Pending() && !c.Options.Force {
		return refusef("there are changes that are not committed: \"commit\" or \"refresh\" first")
	}
	if name == "live" || name == "" {
		if c.behind != nil {
			c.Cluster, c.behind = c.behind, nil
		}
		c.work = nil
		return nil
	}
	shadow, err := c.Shadows.Open(name)
	if err != nil {
		return err
	}
	if c.behind == nil {
		c.behind = c.Cluster
	}
	c.Cluster, c.work = shadow, nil
	return nil
}

func runShadowUse(_ context.Context, c *Call) error {
	if _, err := c.shadows(); err != nil {
		return err
	}
	name := ""
	if len(c.Args) > 0 {
		name = c.Args[0]
	}
	return c.useShadow(name)
}

func runShadowDelete(_ context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	if c.behind != nil && c.Cluster.Name() == c.Args[0] {
		return refusef("the shadow CIB %s is in use: \"cib use live\" first", c.Args[0])
	}
	if err := shadows.Delete(c.Args[0]); err != nil {
		return err
	}
	c.Info("%s shadow CIB deleted", c.Args[0])
	return nil
}

func runShadowReset(ctx context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	names, err := shadows.List()
	if err != nil {
		return err
	}
	if !slices.Contains(names, c.Args[0]) {
		return newError(NotFound, c.words[1].Pos, "there is no shadow CIB %s; there are: %s", c.Args[0], strings.Join(names, ", "))
	}
	doc, err := c.live().Read(ctx)
	if err != nil {
		return err
	}
	if err := shadows.Create(c.Args[0], doc.Bytes(), true); err != nil {
		return err
	}
	c.Info("copied the cluster's CIB to %s", c.Args[0])
	return nil
}

// runShadowCommit puts a shadow's configuration in force.
func runShadowCommit(ctx context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	var shadow Cluster
	switch {
	case len(c.Args) == 1:
		if shadow, err = shadows.Open(c.Args[0]); err != nil {
			return err
		}
	case c.behind != nil:
		shadow = c.Cluster
	default:
		return usagef("commit: which shadow CIB? the cluster's own is in use; usage: %s", c.usage())
	}
	next, err := shadow.Read(ctx)
	if err != nil {
		return err
	}
	base, err := c.live().Read(ctx)
	if err != nil {
		return err
	}
	if sameConfiguration(base, next) {
		c.Info("%s holds what is in force already", shadow.Name())
		return nil
	}
	if _, err := c.live().Commit(ctx, Change{Base: base, Next: next, Note: c.line.Text}); err != nil {
		return commitError(err)
	}
	c.Info("committed '%s' shadow CIB to the cluster", shadow.Name())
	return c.waitIfAsked(ctx)
}

func runShadowDiff(ctx context.Context, c *Call) error {
	if c.behind == nil {
		return refusef("the cluster's own CIB is in use: \"cib use NAME\" first")
	}
	old, err := c.behind.Read(ctx)
	if err != nil {
		return err
	}
	now, err := c.Cluster.Read(ctx)
	if err != nil {
		return err
	}
	c.print(lineDiff(textOf(old, c.textStyle()), textOf(now, c.textStyle()), c.Style))
	return nil
}

// runImport makes a shadow CIB of a file, status included, and works on it.
func runImport(_ context.Context, c *Call) error {
	shadows, err := c.shadows()
	if err != nil {
		return err
	}
	text, err := c.Files.Read(c.Args[0])
	if err != nil {
		return failf("import: %w", err)
	}
	doc, err := cib.Parse(text)
	if err != nil {
		return failf("import: %s: %w; expected a CIB as XML, as \"cib export\" or cibadmin -Q writes it", c.Args[0], err)
	}
	name := c.Args[0][strings.LastIndex(c.Args[0], "/")+1:]
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".bz2"), ".xml")
	if len(c.Args) == 2 {
		name = c.Args[1]
	}
	if err := shadows.Create(name, doc.Bytes(), c.Options.Force); err != nil {
		return err
	}
	c.Info("%s was made the shadow CIB %s", c.Args[0], name)
	return c.useShadow(name)
}

func runExport(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	return c.Files.Write(c.Args[0], doc.Bytes())
}

// runInit begins a CIB file.
func runInit(_ context.Context, c *Call) error {
	begin, ok := c.Cluster.(interface{ Begin(text []byte) error })
	if !ok {
		return refusef("init: this is %s; \"crm -c FILE cib init\" begins a file", c.Cluster.Describe())
	}
	return begin.Begin(cib.New().Bytes())
}
