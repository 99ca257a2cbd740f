package engine

import "math/bits"

// hashPrimes are the largest primes up to the sizes of a hash table: 8, 16, 32...
var hashPrimes = []uint32{7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521}

// hashOrder lists the nodes of a table as GLib's hash table of their ids would. Which node has
// more left is no consistent order: a may be better than b, b than c, and c than a. Pacemaker
// takes the nodes as they come out of its tables, so that shows in what is chosen.
func (c *cluster) hashOrder(t table) []*Node {
	h := nodeHash{slots: make([]*Node, 8)}
	for i := range t {
		if t[i].in {
			h.insert(c.byIx[i])
		}
	}
	list := make([]*Node, 0, h.used)
	for _, n := range h.slots {
		if n != nil {
			list = append(list, n)
		}
	}
	return list
}

// nodeHash is a hash table with open addresses.
type nodeHash struct {
	slots []*Node
	used  int
}

func (h *nodeHash) insert(n *Node) {
	mask := uint32(len(h.slots) - 1)
	i := hashOf(n.ID) * 11 % hashPrimes[min(bits.Len32(mask)-3, len(hashPrimes)-1)]
	for step := uint32(1); h.slots[i] != nil; step++ {
		i = (i + step) & mask
	}
	h.slots[i] = n
	if h.used++; h.used+h.used/16 >= len(h.slots) {
		old := h.slots
		h.slots, h.used = make([]*Node, 1<<bits.Len(uint(float64(h.used)*1.333))), 0
		for _, n := range old {
			if n != nil {
				h.insert(n)
			}
		}
	}
}

// hashOf is the hash of an id; 0 and 1 mean something else to the table.
func hashOf(id string) uint32 {
	h := uint32(0)
	for i := range len(id) {
		h = 31*h + uint32(int32(int8(id[i])))
	}
	if h < 2 {
		return 2
	}
	return h
}
