package engine

import "github.com/beevik/etree"

// opElement is a configured operation of a resource.
type opElement struct {
	element *etree.Element
	name    string
	ms      int64 // interval
	role    Role
	enabled bool
}
