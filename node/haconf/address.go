package haconf

import (
	"slices"
	"strings"
)

// Address is the argument of an address in haresources:
// IP[/MASK[/INTERFACE[:LABEL]][/BROADCAST]]. What is not given is empty.
type Address struct {
	IP, Mask, Interface, Label, Broadcast string
}

// ParseAddress reads the argument of IPaddr, IPaddr2 and IPv6addr. A third
// part that begins with a digit is the broadcast address.
func ParseAddress(arg string) Address {
	parts := append(strings.Split(arg, "/"), "", "", "")
	a := Address{IP: parts[0], Mask: parts[1], Interface: parts[2], Broadcast: parts[3]}
	if a.Interface != "" && a.Interface[0] >= '0' && a.Interface[0] <= '9' {
		a.Interface, a.Broadcast = "", a.Interface
	}
	a.Interface, a.Label, _ = strings.Cut(a.Interface, ":")
	return a
}

// IsAddress tells whether a resource is an address that moves.
func (r Resource) IsAddress() bool {
	return len(r.Args) > 0 && slices.Contains([]string{"IPaddr", "IPaddr2", "IPv6addr"}, r.Script)
}

// positional are the parameters of the OCF agents that the scripts of
// resource.d take in turn, without their names.
var positional = map[string][]string{
	"Filesystem": {"device", "directory", "fstype", "options"},
	"apache":     {"configfile", "httpd", "port", "statusurl", "options", "testregex"},
	"Delay":      {"startdelay", "stopdelay", "mondelay"},
	"LVM":        {"volgrpname"},
	"MailTo":     {"email", "subject"},
}

// ParameterNames are the names of a script's arguments as parameters of the
// OCF agent of the same name; nil when it is not known to have one.
func ParameterNames(script string) []string { return positional[script] }
