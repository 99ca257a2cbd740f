package engine

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// bundleLogs is where the logs of bundles' containers are on the host.
const bundleLogs = "/var/log/pacemaker/bundles"

// containerElement is the primitive that runs one of a bundle's containers,
// with the parameters of the docker and podman agents.
func containerElement(r *Resource, conf bundleConfig, rep *replica, id string) *etree.Element {
	e := primitiveElement(id, "heartbeat", conf.kind)
	run, mounts := containerOptions(r, conf, rep)
	command := cib.Attr(conf.container, "run-command")
	if command == "" && conf.primitive != nil {
		command = "/usr/sbin/pacemaker-remoted"
	}
	b := e.CreateElement("instance_attributes")
	b.CreateAttr("id", id+"-attributes")
	for _, p := range [][2]string{{"image", r.bundle.image}, {"allow_pull", "true"}, {"force_kill", "false"}, {"reuse", "false"},
		{"run_opts", run}, {"mount_points", mounts}, {"run_cmd", command}, {"monitor_cmd", "/bin/true"}} {
		if p[0] == "run_cmd" && command == "" || p[0] == "monitor_cmd" && conf.primitive == nil && command == "" {
			continue
		}
		pair := b.CreateElement("nvpair")
		pair.CreateAttr("name", p[0])
		pair.CreateAttr("value", p[1])
	}
	addOperation(e.CreateElement("operations"), id, "monitor", "60s", "")
	return e
}

// containerOptions are the words for the container engine, and the folders on
// the host that have to be there.
func containerOptions(r *Resource, conf bundleConfig, rep *replica) (options, mounts string) {
	var b strings.Builder
	own := cib.Attr(conf.container, "options")
	if conf.kind == "docker" && !strings.Contains(own, "--restart") {
		b.WriteString(" --restart=no")
	}
	name := sanitized(r.ID + "-" + strconv.Itoa(rep.number))
	if rep.address != "" {
		b.WriteString(" -h " + name)
	}
	b.WriteString(" -e PCMK_stderr=1")
	net := cib.Attr(conf.container, "network")
	if net != "" {
		b.WriteString(" --net=" + net)
	}
	port := conf.controlPort
	if port == "" {
		port = "3121"
	}
	b.WriteString(" -e PCMK_remote_port=" + port)
	folders := mountOptions(&b, r, conf, name)
	portOptions(&b, conf, rep, net, port)
	if own != "" {
		b.WriteString(" " + own)
	}
	b.WriteString(" " + hostOptions(r, conf))
	return b.String(), strings.Join(folders, ",")
}

// mountOptions writes the -v options; folders are those made for this replica.
func mountOptions(b *strings.Builder, r *Resource, conf bundleConfig, name string) (folders []string) {
	mount := func(source, root, target, options string) {
		if root != "" {
			source = root + "/" + name
			folders = append(folders, source)
		}
		b.WriteString(" -v " + source + ":" + target)
		if options != "" {
			b.WriteString(":" + options)
		}
	}
	for m := range cib.Children(cib.Child(r.element, "storage"), "storage-mapping") {
		mount(cib.Attr(m, "source-dir"), cib.Attr(m, "source-dir-root"), cib.Attr(m, "target-dir"), cib.Attr(m, "options"))
	}
	if conf.primitive != nil {
		mount("/etc/pacemaker/authkey", "", "/etc/pacemaker/authkey", "")
		mount("", bundleLogs, "/var/log", "")
	}
	return folders
}

// portOptions writes the -p options. A container in the host's own network
// needs none.
func portOptions(b *strings.Builder, conf bundleConfig, rep *replica, net, control string) {
	publish := func(outside, inside string) {
		switch {
		case rep.address != "":
			b.WriteString(" -p " + rep.address + ":" + outside + ":" + inside)
		case net != "host":
			b.WriteString(" -p " + outside + ":" + inside)
		}
	}
	for m := range cib.Children(conf.network, "port-mapping") {
		outside, inside := cib.Attr(m, "port"), cib.Attr(m, "internal-port")
		if outside == "" {
			outside = cib.Attr(m, "range")
		}
		if inside == "" {
			inside = outside
		}
		publish(outside, inside)
	}
	if conf.primitive != nil {
		publish(control, control)
	}
}

// hostOptions let each replica know the others' addresses.
func hostOptions(r *Resource, conf bundleConfig) string {
	if conf.ipStart == "" || cib.Attr(conf.network, "add-host") == "false" {
		return ""
	}
	words := ""
	for _, rep := range r.bundle.replicas {
		words += " --add-host=" + sanitized(r.ID+"-"+strconv.Itoa(rep.number)) + ":" + rep.address
	}
	return words
}
