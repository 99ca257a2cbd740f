package engine

import (
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	"crm/cib"
	"crm/engine/rule"
)

// verdict is what comparing an operation's recorded parameters with the
// configured ones gave.
type verdict int8

const (
	digestsEqual   verdict = iota
	digestsUnknown         // nothing was recorded
	digestsDiffer          // others than recorded; a reload could do
	digestsRestart         // others than recorded, of those that need a restart
)

// paramsText is a set of parameters as Pacemaker digests it: the attributes
// of one element, sorted by name.
func paramsText(params attributes) []byte {
	params = params.sorted()
	text := make([]byte, 0, 16+32*len(params))
	text = append(text, " <parameters"...)
	for _, p := range params {
		text = append(text, ' ')
		text = append(text, p.name...)
		text = append(text, `="`...)
		text = append(text, escapeParam.Replace(p.value)...)
		text = append(text, '"')
	}
	return append(text, "/>\n"...)
}

var escapeParam = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;")

func digestOf(params attributes) string {
	sum := md5.Sum(paramsText(params))
	return hex.EncodeToString(sum[:])
}

// unlisted are parameters that no digest counts.
func unlisted(name string) bool {
	switch name {
	case "id", "crm_feature_set", "op-digest", "on_node", "on_node_uuid", "pcmk_external_ip":
		return true
	}
	return strings.HasPrefix(name, "CRM_meta_")
}

// digestParams are the parameters of an operation on a node that count: the
// resource's, the operation's own, and the timeout if it recurs.
func (c *cluster) digestParams(r *Resource, n *Node, k opKey) attributes {
	var all attributes
	for _, p := range c.paramsOf(r, n) {
		if p.name == "addr" && p.value == "#uname" && r.isConnection() {
			p.value = c.bundleAddress(r, n)
		}
		if !unlisted(p.name) {
			all.add(p.name, p.value)
		}
	}
	cfg := c.opConfig(r, k)
	if cfg.element != nil {
		for _, p := range c.opParams(cfg, n) {
			if !unlisted(p.name) {
				all.add(p.name, p.value)
			}
		}
	}
	if k.ms > 0 {
		all.add("CRM_meta_timeout", cfg.meta.get("timeout"))
	}
	return all
}

// cachedDigest is a digest that holds for every node, since the parameters do
// not depend on the node.
type cachedDigest struct {
	key    opKey
	digest string
}

func (c *cluster) allDigest(r *Resource, n *Node, k opKey) string {
	if c.paramsVary(r) || c.opConfig(r, k).varies {
		return digestOf(c.digestParams(r, n, k))
	}
	for _, d := range r.digests {
		if d.key == k {
			return d.digest
		}
	}
	d := digestOf(c.digestParams(r, n, k))
	r.digests = append(r.digests, cachedDigest{k, d})
	return d
}

// compareDigests tells whether an operation in the history ran with the
// parameters that are configured now.
func (c *cluster) compareDigests(r *Resource, n *Node, e *opEntry) verdict {
	k := opKey{e.task, e.ms}
	if restart, given := cib.LookupAttr(e.element, "op-restart-digest"); given {
		all := c.digestParams(r, n, k)
		if list := e.element.SelectAttr("op-force-restart"); list != nil {
			names := strings.Fields(list.Value)
			all = slices.DeleteFunc(all, func(a attribute) bool { return !slices.Contains(names, a.name) })
		}
		if digestOf(all) != restart {
			return digestsRestart
		}
	}
	recorded, given := cib.LookupAttr(e.element, "op-digest")
	if !given {
		return digestsUnknown
	}
	if c.allDigest(r, n, k) == recorded {
		return digestsEqual
	}
	if cfg := c.opConfig(r, k); k.ms == 0 && cfg.element != nil && len(c.opParams(cfg, n)) > 0 {
		return digestsRestart
	}
	return digestsDiffer
}

// onlySecretsDiffer tells whether an operation ran with the configured
// parameters, those left aside that shall not be seen. In a CIB that was saved
// for others to read, passwords are often replaced.
func (c *cluster) onlySecretsDiffer(r *Resource, n *Node, e *opEntry) bool {
	recorded := e.element.SelectAttr("op-secure-digest")
	if recorded == nil {
		return false
	}
	secret := []string{"passwd", "password", "user"}
	if list := e.element.SelectAttr("op-secure-params"); list != nil {
		secret = strings.Fields(list.Value)
	}
	params := c.digestParams(r, n, opKey{e.task, e.ms})
	if old := rule.CompareVersions(e.element.SelectAttrValue("crm_feature_set", "0"), "3.16.0") < 0; old {
		params = slices.Clone(c.paramsOf(r, n))
		params = slices.DeleteFunc(params, func(a attribute) bool {
			return unlisted(a.name) || r.is(flagFenceDevice) && fencerParam(a.name)
		})
	}
	params = slices.DeleteFunc(params, func(a attribute) bool { return slices.Contains(secret, a.name) })
	return digestOf(params) == recorded.Value
}

// fencerParam tells a parameter that the fencer uses and agents do not see.
func fencerParam(name string) bool {
	return strings.HasPrefix(name, "pcmk_") || name == "provides" || name == "stonith-timeout"
}

// parametersChanged tells whether an operation ran with other parameters than
// those configured now.
func (c *cluster) parametersChanged(r *Resource, n *Node, e *opEntry) bool {
	v := c.compareDigests(r, n, e)
	return v == digestsDiffer || v == digestsRestart
}

// deviceDigest is what a node remembers of the devices it was unfenced with.
type deviceDigest struct {
	all, secure string
	mismatch    bool
}

// deviceDigests are the digests of a fence device's parameters, and whether a
// node was unfenced with others.
func (c *cluster) deviceDigests(r *Resource, n *Node) deviceDigest {
	params := c.digestParams(r, n, probeKey)
	secret := slices.DeleteFunc(slices.Clone(params), func(a attribute) bool {
		return fencerParam(a.name) || a.name == "passwd" || a.name == "password" || a.name == "user"
	})
	d := deviceDigest{all: digestOf(params), secure: digestOf(secret)}
	mark := r.ID + ":" + r.Type + ":"
	knownAll, knownSecure := n.Attr("#digests-all"), n.Attr("#digests-secure")
	d.mismatch = strings.Contains(knownAll, mark) && !strings.Contains(knownAll, mark+d.all) &&
		!strings.Contains(knownSecure, mark+d.secure)
	return d
}
