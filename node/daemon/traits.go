package daemon

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"crm/node"
	"crm/node/wire"
)

// The messages by which any member gives a node a weight and a site. The ring
// makes nothing of them: they are told to clients, as heartbeat does.
const (
	setWeight = "setweight"
	setSite   = "setsite"
)

// usualWeight is the weight of a node that was given none.
const usualWeight = "100"

// trait is what a node was given.
type trait struct{ weight, site string }

// readTrait tells what a setweight or setsite gives to which node.
func readTrait(m *wire.Message) (name, value string, err error) {
	field := strings.TrimPrefix(m.Type(), "set")
	name, value = strings.ToLower(m.Get("node")), m.Get(field)
	switch {
	case name == "":
		return "", "", errors.New("it names no node")
	case field == "weight":
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return "", "", fmt.Errorf("weight %q: expected a number from 0 to %d", value, uint32(1<<31-1))
		}
		value = strconv.FormatUint(n, 10)
	case len(value) > longestSite || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' }):
		return "", "", fmt.Errorf("site %q: expected at most %d letters", value, longestSite)
	}
	return name, value, nil
}

const longestSite = 256

// isTrait tells whether a message gives a node a weight or a site.
func isTrait(m *wire.Message) bool { kind := m.Type(); return kind == setWeight || kind == setSite }

// traitSaid takes a setweight or setsite that this member or another said.
func (d *Daemon) traitSaid(from string, m *wire.Message) {
	name, value, err := readTrait(m)
	if err == nil && !d.beater.give(name, m.Type(), value) {
		err = fmt.Errorf("there is no node %q", name)
	}
	if err != nil {
		d.clerk.notice(node.Warn, fmt.Sprintf("%s of %s is not followed: %v", m.Type(), from, err))
	}
}

// give gives a node of the ring a weight or a site.
func (b *beater) give(name, kind, value string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.peers[name]; !known && !b.member(name) {
		return false
	}
	t := b.traits[name]
	if kind == setWeight {
		t.weight = value
	} else {
		t.site = value
	}
	b.traits[name] = t
	return true
}

func (b *beater) trait(name string) trait {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.traits[name]
	if t.weight == "" {
		t.weight = usualWeight
	}
	return t
}

// tellTrait has all members give a node a weight or a site.
func (b *beater) tellTrait(kind, name, value string) error {
	m := wire.New(kind).Add("node", name).Add(strings.TrimPrefix(kind, "set"), value)
	name, _, err := readTrait(m)
	if err != nil {
		return err
	}
	b.mu.Lock()
	_, known := b.peers[name]
	known = known || b.member(name)
	b.mu.Unlock()
	if !known {
		return fmt.Errorf("there is no node %q in the ring", name)
	}
	b.say(m)
	return nil
}
