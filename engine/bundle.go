package engine

// bundleFacts is what only bundles have.
type bundleFacts struct {
	image       string
	perHost     int // replicas on one host
	promotedMax int
	replicas    []*replica
	clone       *Resource // of the contained primitive, if there is one
}

// replica is one container of a bundle and what belongs to it.
type replica struct {
	number     int
	address    string
	container  *Resource
	ip         *Resource // may be nil
	connection *Resource // may be nil
	child      *Resource // the contained instance; may be nil
	node       *Node     // inside the container; may be nil
}

// containers lists a bundle's containers in the order of the replicas.
func (r *Resource) containers() []*Resource {
	var list []*Resource
	for _, rep := range r.bundle.replicas {
		list = append(list, rep.container)
	}
	return list
}

// bundled is the implicit clone inside a bundle, or nil.
func (r *Resource) bundled() *Resource { return r.bundle.clone }
