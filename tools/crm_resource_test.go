package tools

import (
	"strings"
	"testing"
)

func TestCrmResource(t *testing.T) {
	tell(t, []step{
		{ResourceTool, "-l", 0, "p\ns\n", "", "", ""},
		{ResourceTool, "-L", 0, "Full List of Resources:\n  * p\t(ocf:heartbeat:Dummy):\t Stopped\n  * Resource Group: g:\n    * s\t(ocf:heartbeat:Dummy):\t Stopped\n", "", "", ""},
		{ResourceTool, "-Y -r p", 0, "Resource p is not running\n", "", "", ""},
		{ResourceTool, "-Y -r p -N alice", 0, "Resource p is not running on host alice\n", "", "", ""},
		{ResourceTool, "-Y -N nobody", 105, "", "Node 'nobody' not found", "", ""},
		{ResourceTool, "--restart -r p", 105, "", "p is not running anywhere and so cannot be restarted", "", ""},
		{ResourceTool, "-C -r nobody", 105, "", "Resource 'nobody' not found", "", ""},
		{ResourceTool, "-W -r p", 0, "resource p is NOT running\n", "", "", ""},
		{ResourceTool, "-W -r zz", 105, "", "Resource 'zz' not found", "", ""},
		{ResourceTool, "-w -r p", 0, "p\t(ocf:heartbeat:Dummy):\t Stopped\nResource XML:\n<primitive id=\"p\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"/>\n", "", "", ""},
		{ResourceTool, "-r p -g x", 0, "", "Attribute 'x' not found for 'p'", "", ""},
		{ResourceTool, "-r p -p x -v 3", 0, "Set 'p' option: id=p-instance_attributes-x set=p-instance_attributes name=x value=3\n", "", `<nvpair id="p-instance_attributes-x" name="x" value="3"/>`, ""},
		{ResourceTool, "-r p -p x -v 4", 0, "Set 'p' option: id=p-instance_attributes-x name=x value=4\n", "", "", ""},
		{ResourceTool, "-Q -r p -g x", 0, "4\n", "", "", ""},
		{ResourceTool, "-r p -d x", 0, "Deleted 'p' option: id=p-instance_attributes-x name=x\n", "", "", "instance_attributes"},
		{ResourceTool, "-r p -d x", 0, "", "", "", ""},
		{ResourceTool, "-Q -r p -z -p cpu -v 2", 0, "", "", `<utilization id="p-utilization">`, ""},
		{ResourceTool, "-r g --meta -p is-managed -v false", 0, "Set 'g' option: id=g-meta_attributes-is-managed set=g-meta_attributes name=is-managed value=false\n", "", "", ""},
		{ResourceTool, "-r s --meta -g is-managed", 0, "false\n", "", "", ""},
		{ResourceTool, "-r p -p x", 64, "", "supply a value with the -v option", "", ""},
		{ResourceTool, "-M -r p -N bob", 0, "", "", `<rsc_location id="cli-prefer-p" rsc="p" role="Started" node="bob" score="INFINITY"/>`, ""},
		{ResourceTool, "-Q -B -r p -N alice", 0, "", "", `<rsc_location id="cli-ban-p-on-alice" rsc="p" role="Started" node="alice" score="-INFINITY"/>`, ""},
		{ResourceTool, "-U -r p -N bob", 0, "", "", "cli-ban-p", "cli-prefer-p"},
		{ResourceTool, "-U -r p", 0, "", "", "<constraints/>", "cli-ban"},
		{ResourceTool, "-M -r p", 64, "", "active in 0 locations", "", ""},
		{ResourceTool, "-M -r p -N zz", 105, "", "Node 'zz' not found", "", ""},
		{ResourceTool, "-Q -M -r p -N bob -u PT10M", 0, "", "", `<date_expression id="cli-prefer-lifetime-end-p" operation="lt" end="`, ""},
		{ResourceTool, "-M -r p -N bob -u soon", 64, "", `lifetime "soon"`, "", ""},
		{ResourceTool, "-U -r p -e", 0, "", "", "cli-prefer-p", ""},
		{ResourceTool, "-D -r p -t group", 0, "", "", `id="p"`, ""},
		{ResourceTool, "-D -r p -t primitive", 78, "", "does not conform", `id="p"`, ""},
		{ResourceTool, "-U -r p", 0, "", "", "", "cli-prefer"},
		{ResourceTool, "-D -r p -t primitive", 0, "", "", "", `id="p"`},
		{ResourceTool, "-C", 0, "Dry run: skipping clean-up of all resources on all nodes due to CIB_file\n", "", "", ""},
		{ResourceTool, "--wait", 0, "", "", "", ""},
		{ResourceTool, "-g x", 64, "", "Must supply a resource id with -r", "", ""},
		{ResourceTool, "--nonsense", 64, "", "unknown option --nonsense", "", ""},
	})
}

func TestAMetaAttributeOfAClonesChildGoesToTheClone(t *testing.T) {
	tell(t, []step{
		{Cibadmin, "-C -o resources -X <clone/>", 78, "", "has no id", "", ""},
	})
	if code, _, errs, _ := onFile(t, Cibadmin, `<clone id="c"><primitive id="x" class="ocf" provider="heartbeat" type="Dummy"/></clone>`, "-C", "-o", "resources", "-p"); code != 0 {
		t.Fatal(errs)
	}
	_, out, _, after := onFile(t, ResourceTool, "", strings.Fields("-r x --meta -p target-role -v Stopped")...)
	if !strings.HasPrefix(out, "Performing update of 'target-role' on 'c', the parent of 'x'\n") || !strings.Contains(after, `id="c-meta_attributes-target-role"`) {
		t.Error(out, after)
	}
	_, _, _, after = onFile(t, ResourceTool, "", strings.Fields("-r x --meta -p target-role -v Stopped --force")...)
	if !strings.Contains(after, `id="x-meta_attributes-target-role"`) {
		t.Error(after)
	}
}
