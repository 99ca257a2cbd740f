package engine

import "strings"

// Role is what a resource does on a node, or should do. The order counts.
type Role int8

// The roles.
const (
	RoleUnknown Role = iota
	RoleStopped
	RoleStarted
	RoleUnpromoted
	RolePromoted
)

// String is the role's name as the CIB writes it.
func (r Role) String() string {
	return [...]string{"Unknown", "Stopped", "Started", "Unpromoted", "Promoted"}[r]
}

// parseRole reads a role; ok is false for a word that is none. No word at all
// is the unknown role.
func parseRole(text string) (r Role, ok bool) {
	switch strings.ToLower(text) {
	case "", "unknown":
		return RoleUnknown, true
	case "stopped":
		return RoleStopped, true
	case "started":
		return RoleStarted, true
	case "unpromoted", "slave":
		return RoleUnpromoted, true
	case "promoted", "master":
		return RolePromoted, true
	}
	return RoleUnknown, false
}

// constraintRole reads the role in a colocation or ticket constraint, where
// Started means any.
func constraintRole(text string) (Role, bool) {
	r, ok := parseRole(text)
	if r == RoleStarted {
		r = RoleUnknown
	}
	return r, ok
}

// locationRole reads the role in a location constraint, where Unpromoted
// means any, too.
func locationRole(text string) (Role, bool) {
	r, ok := parseRole(text)
	if r == RoleStarted || r == RoleUnpromoted {
		r = RoleUnknown
	}
	return r, ok
}
