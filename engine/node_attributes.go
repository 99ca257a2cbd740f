package engine

// nodeAttrs are a node's attributes. A node can have thousands (every
// resource's failures are there), so a long list gets an index.
type nodeAttrs struct {
	list  attributes
	index map[string]int
}

const indexFrom = 12

// Lookup makes node attributes something that rules can ask.
func (a *nodeAttrs) Lookup(name string) (string, bool) {
	if a.index == nil {
		return a.list.lookup(name)
	}
	i, ok := a.index[name]
	if !ok {
		return "", false
	}
	return a.list[i].value, true
}

func (a *nodeAttrs) get(name string) string {
	v, _ := a.Lookup(name)
	return v
}

func (a *nodeAttrs) set(name, value string) {
	if a.index == nil && len(a.list) >= indexFrom {
		a.index = make(map[string]int, 2*len(a.list))
		for i := range a.list {
			a.index[a.list[i].name] = i
		}
	}
	if a.index == nil {
		a.list.set(name, value)
		return
	}
	if i, ok := a.index[name]; ok {
		a.list[i].value = value
		return
	}
	a.index[name] = len(a.list)
	a.list = append(a.list, attribute{name, value})
}

func (a *nodeAttrs) add(name, value string) {
	if _, ok := a.Lookup(name); !ok {
		a.set(name, value)
	}
}
