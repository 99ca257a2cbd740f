package tools

import (
	"errors"
	"fmt"

	"github.com/beevik/etree"

	"crm/cib"
)

// edit is what a changing command does to the CIB.
func (c *cibCall) edit() (func(d *cib.Document) error, error) {
	switch c.command {
	case "erase":
		return erase, nil
	case "bump":
		return func(d *cib.Document) error {
			v := d.Version()
			d.SetVersion(cib.Version{AdminEpoch: v.AdminEpoch, Epoch: v.Epoch + 1, NumUpdates: v.NumUpdates})
			return nil
		}, nil
	case "delete", "delete-all":
		if c.given["xpath"] {
			return c.deleteByPath, nil
		}
	}
	input, err := c.input()
	if err != nil {
		return nil, err
	}
	return map[string]func(d *cib.Document) error{
		"create":     func(d *cib.Document) error { return c.create(d, input) },
		"modify":     func(d *cib.Document) error { return c.modify(d, input) },
		"replace":    func(d *cib.Document) error { return c.replace(d, input) },
		"patch":      func(d *cib.Document) error { return patch(d, input) },
		"delete":     func(d *cib.Document) error { return c.deleteLike(d, input) },
		"delete-all": func(d *cib.Document) error { return c.deleteLike(d, input) },
	}[c.command], nil
}

func erase(d *cib.Document) error {
	empty := cib.New()
	empty.Root().Attr = d.Copy().Root().Attr
	v := d.Version()
	empty.SetVersion(cib.Version{AdminEpoch: v.AdminEpoch + 1, Epoch: v.Epoch})
	d.Become(empty)
	return nil
}

// create makes a section that is missing: it is empty, not absent.
func (c *cibCall) create(d *cib.Document, input *etree.Element) error {
	scope, err := c.scope(d)
	if _, known := d.Scope(c.text["scope"]); errors.Is(err, cib.ErrNotFound) && known && c.text["xpath"] == "" && c.text["scope"] != "status" {
		scope, err = d.MakeSection(c.text["scope"]), nil
	}
	if err != nil {
		return err
	}
	if scope == d.Root() && cib.Child(scope, input.Tag) == nil && input.Tag != "cib" {
		return fmt.Errorf("<%s> %s: no section to put it into, name one with --scope: %w", input.Tag, cib.ID(input), cib.ErrNotFound)
	}
	if err := cib.Create(scope, input); err != nil {
		var exists *cib.Existing
		if errors.As(err, &exists) {
			input = exists.Element
		}
		fmt.Fprint(c.std.Out, cib.Format(failedUpdate(input)))
		return fmt.Errorf("<%s> %s: %w", input.Tag, cib.ID(input), err)
	}
	return nil
}

// failedUpdate is what the original prints of an object it could not create.
func failedUpdate(input *etree.Element) *etree.Element {
	e := etree.NewElement("failed")
	update := e.CreateElement("failed_update")
	update.CreateAttr("id", cib.ID(input))
	update.CreateAttr("object_type", input.Tag)
	update.CreateAttr("operation", "cib_create")
	update.CreateAttr("reason", saysExists)
	update.AddChild(cib.CopyElement(input))
	return e
}

func (c *cibCall) modify(d *cib.Document, input *etree.Element) error {
	scope, err := c.scope(d)
	if err == nil {
		err = cib.Modify(scope, input)
	}
	if errors.Is(err, cib.ErrNotFound) {
		if c.given["allow-create"] {
			return c.create(d, input)
		}
		return fmt.Errorf("<%s> %s: %w", input.Tag, cib.ID(input), cib.ErrNotFound)
	}
	return err
}

func (c *cibCall) replace(d *cib.Document, input *etree.Element) error {
	if input.Tag == "cib" {
		return replaceAll(d, input)
	}
	scope, err := c.scope(d)
	if err != nil && !errors.Is(err, cib.ErrNotFound) {
		return err
	}
	if scope == nil && input.Tag == c.text["scope"] && input.Tag != "status" {
		scope = d.MakeSection(input.Tag)
	}
	if scope == nil {
		return err
	}
	if c.text["xpath"] != "" && scope.Tag == input.Tag && scope != d.Root() {
		cib.Put(scope, input) // whatever its id
		return nil
	}
	if err := cib.Replace(scope, input); err != nil {
		return fmt.Errorf("<%s> %s: %w", input.Tag, cib.ID(input), err)
	}
	return nil
}

// replaceAll takes a whole CIB, unless it is older.
func replaceAll(d *cib.Document, input *etree.Element) error {
	next, err := cib.FromElement(cib.CopyElement(input))
	if err != nil {
		return err
	}
	have, new := d.Version(), next.Version()
	if new.Compare(have) < 0 {
		return fail(exitOld, "%s (%s is older than %s)", saysOld, new, have)
	}
	if _, ok := cib.LookupAttr(next.Root(), "validate-with"); !ok {
		next.Root().CreateAttr("validate-with", cib.Attr(d.Root(), "validate-with"))
	}
	next.Status() // a CIB has one
	d.Become(next)
	return nil
}

func patch(d *cib.Document, input *etree.Element) error {
	source, _, versioned := cib.PatchVersions(input)
	if have := d.Version(); versioned && source.Compare(have) < 0 {
		return fail(exitOld, "%s (the patch is for %s, the CIB has %s)", saysOld, source, have)
	}
	if err := d.Apply(input); err != nil {
		return fail(exitError, "Application of update diff failed: %w", err)
	}
	return nil
}

func (c *cibCall) deleteLike(d *cib.Document, input *etree.Element) error {
	scope, err := c.scope(d)
	if errors.Is(err, cib.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if e := cib.Like(scope, input, true); e != nil && e != d.Root() {
		cib.Remove(e)
	}
	return nil
}

func (c *cibCall) deleteByPath(d *cib.Document) error {
	found, err := d.Query(c.text["xpath"])
	if err != nil {
		return fail(exitNotFound, "%w", err)
	}
	if c.command == "delete" && len(found) > 1 {
		found = found[:1]
	}
	for _, e := range found {
		if e != d.Root() {
			cib.Remove(e)
		}
	}
	return nil
}
