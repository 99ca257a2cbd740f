package engine

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// bundleConfig is a bundle as configured.
type bundleConfig struct {
	kind        string // docker or podman
	container   *etree.Element
	network     *etree.Element
	primitive   *etree.Element // that runs inside; may be nil
	replicas    int
	ipStart     string
	controlPort string
}

// unpackBundle makes the resources that a bundle implies: for each replica a
// container, perhaps an address, and a connection to the node inside it; and
// a clone of what runs inside.
func (c *cluster) unpackBundle(r *Resource) bool {
	conf := bundleConfig{network: cib.Child(r.element, "network"), primitive: cib.Child(r.element, "primitive")}
	for _, kind := range []string{"docker", "podman"} {
		if e := cib.Child(r.element, kind); e != nil && conf.container == nil {
			conf.kind, conf.container = kind, e
		}
	}
	if conf.container == nil {
		c.complain(cib.Warning, "bundle", r.ID, "it has neither docker nor podman, it is left out", "add podman or docker")
		return false
	}
	conf.ipStart, conf.controlPort = cib.Attr(conf.network, "ip-range-start"), cib.Attr(conf.network, "control-port")
	f := &bundleFacts{image: cib.Attr(conf.container, "image")}
	r.bundle = f
	f.promotedMax = positive(conf.container, 0, 0, "promoted-max", "masters")
	conf.replicas = c.atMost(mostReplicas, r.element, "replicas", positive(conf.container, max(1, f.promotedMax), 1, "replicas"))
	f.perHost = positive(conf.container, 1, 1, "replicas-per-host")
	if f.perHost == 1 {
		r.clear(flagUnique)
	}
	if conf.primitive != nil && conf.ipStart == "" {
		if conf.controlPort == "" {
			c.complain(cib.Warning, "bundle", r.ID, "nothing can be run inside, it is left out", "give its network an ip-range-start or a control-port")
			return false
		}
		f.perHost = 1 // and yet it is called unique if more were wanted
	}
	for i := range conf.replicas {
		f.replicas = append(f.replicas, &replica{number: i, address: replicaAddress(conf.ipStart, i)})
	}
	if conf.primitive != nil && !c.implyClone(r, conf) {
		return false
	}
	for _, rep := range f.replicas {
		if !c.implyReplica(r, conf, rep) {
			return false
		}
	}
	if f.clone != nil {
		r.Children = append(r.Children, f.clone)
	}
	return true
}

// positive reads a number from the first attribute that is set.
func positive(e *etree.Element, fallback, least int, names ...string) int {
	for _, name := range names {
		if v, set := cib.LookupAttr(e, name); set {
			return score.AtLeast(v, least)
		}
	}
	return fallback
}

// replicaAddress is the address of the i-th replica; the range goes on in the
// next network of 256 addresses when the last octet is used up.
func replicaAddress(start string, i int) string {
	if start == "" {
		return ""
	}
	var octets []int
	for _, text := range strings.Split(start, ".") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return start
		}
		octets = append(octets, n)
	}
	if len(octets) != 4 {
		return start
	}
	for range i {
		if octets[3]++; octets[3] > 253 {
			octets[3] = 1
			octets[2]++
		}
	}
	words := make([]string, 4)
	for k, n := range octets {
		words[k] = strconv.Itoa(n)
	}
	return strings.Join(words, ".")
}

// sanitized makes an id of a text: what XML does not allow becomes a dot.
func sanitized(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.", r) || r > 127 {
			return r
		}
		return '.'
	}, id)
}

// implyClone makes the clone of what runs in a bundle's containers.
func (c *cluster) implyClone(r *Resource, conf bundleConfig) bool {
	f := r.bundle
	id := r.ID + "-clone"
	promotable, promotedMax := "", ""
	if f.promotedMax > 0 {
		id = r.ID + "-master"
		promotable, promotedMax = "true", strconv.Itoa(f.promotedMax)
	}
	e := etree.NewElement("clone")
	e.CreateAttr("id", sanitized(id))
	addBlock(e, "meta_attributes", sanitized(id)+"-meta", "ordered", "true", "clone-max", strconv.Itoa(conf.replicas),
		"clone-node-max", strconv.Itoa(f.perHost), "globally-unique", strconv.FormatBool(f.perHost > 1),
		"promotable", promotable, "promoted-max", promotedMax)
	clone := c.unpackResource(e, r, -1)
	if clone == nil {
		return false
	}
	f.clone = clone
	for i, instance := range clone.Children {
		if i < len(f.replicas) {
			f.replicas[i].child = instance
		}
		instance.set(flagExclusiveProbes)
		if instance.Notify() {
			clone.set(flagNotify)
		}
		if target := instance.meta.get("container-attribute-target"); target != "" {
			clone.meta.set("container-attribute-target", target)
			r.meta.set("container-attribute-target", target)
		}
	}
	return true
}

// implyReplica makes the resources of one replica.
func (c *cluster) implyReplica(r *Resource, conf bundleConfig, rep *replica) bool {
	number := strconv.Itoa(rep.number)
	id := sanitized(r.ID + "-" + conf.kind + "-" + number)
	rep.container = c.unpackResource(containerElement(r, conf, rep, id), r, -1)
	if rep.container == nil {
		return false
	}
	rep.container.set(flagReplicaContainer)
	r.Children = append(r.Children, rep.container)
	if rep.address != "" {
		rep.ip = c.unpackResource(addressElement(r, conf, rep), r, -1)
		if rep.ip == nil {
			return false
		}
		r.Children = append(r.Children, rep.ip)
	}
	if rep.child == nil {
		return true
	}
	return c.implyConnection(r, conf, rep)
}

// implyConnection makes a replica's connection and the node that it reaches.
func (c *cluster) implyConnection(r *Resource, conf bundleConfig, rep *replica) bool {
	name := sanitized(r.ID + "-" + strconv.Itoa(rep.number))
	id := name
	if c.byID[id] != nil {
		id = sanitized("pcmk-internal-" + rep.child.ID + "-remote-" + strconv.Itoa(rep.number))
		name = id
	}
	port := conf.controlPort
	if port == "" {
		port = "3121"
	}
	addr := rep.address
	if addr == "" {
		addr = "#uname"
	}
	n := c.nodeNamed(name)
	if n == nil {
		n = c.newRemoteNode(name, ban)
	}
	n.Score, n.probe = ban, probeNever
	n.attrs.set("#kind", "container")
	rep.node = n
	for _, top := range c.resources {
		top.each(func(other *Resource) {
			if e := other.allowed.at(n); e != nil {
				e.score, e.probe = ban, probeNever
			}
		})
	}
	conn := c.unpackResource(newConnection{id: id, container: rep.container.ID, addr: addr, port: port}.element(), r, -1)
	if conn == nil {
		return false
	}
	rep.connection = conn
	conn.set(flagNestingAllowed)
	conn.Launcher = rep.container
	rep.container.Launched = append(rep.container.Launched, conn)
	for _, other := range c.byIx {
		if e := conn.allowed.at(other); e != nil && other.Remote {
			e.score = ban
		}
	}
	r.Children = append(r.Children, conn)
	rep.child.allowed = nil
	*rep.child.entry(n) = entry{score: 500, probe: probeExclusive, in: true}
	c.explain(rep.child, n, 500, 500, cause{kind: causeContainer, with: rep.container})
	*r.bundle.clone.entry(n) = entry{score: ban, probe: probeExclusive, in: true}
	rep.container.util = append(rep.container.util, rep.child.util...)
	rep.child.util = nil
	if rep.address != "" {
		rep.child.meta.set("external-ip", rep.address)
	}
	return true
}

func addressElement(r *Resource, conf bundleConfig, rep *replica) *etree.Element {
	id := sanitized(r.ID + "-ip-" + rep.address)
	e := primitiveElement(id, "heartbeat", "IPaddr2")
	mask := cib.Attr(conf.network, "host-netmask")
	if mask == "" {
		mask = "32"
	}
	addBlock(e, "instance_attributes", id+"-attributes", "ip", rep.address, "nic", cib.Attr(conf.network, "host-interface"),
		"cidr_netmask", mask)
	addOperation(e.CreateElement("operations"), id, "monitor", "60s", "")
	return e
}
