package tools

import (
	"strings"
	"testing"
)

// step is one call in a story on one CIB file.
type step struct {
	tool     Tool
	args     string
	code     int
	out, err string // all of stdout; a part of stderr
	in, not  string // of the file, afterwards
}

func tell(t *testing.T, story []step) {
	t.Helper()
	for _, s := range story {
		code, out, errs, after := onFile(t, s.tool, "", strings.Fields(s.args)...)
		if code != s.code || out != s.out || !strings.Contains(errs, s.err) || s.err == "" && errs != "" ||
			!strings.Contains(after, s.in) || s.not != "" && strings.Contains(after, s.not) {
			t.Errorf("%s: code %d, want %d\nout %q, want %q\nerr %q, want %q\n%s", s.args, code, s.code, out, s.out, errs, s.err, after)
		}
	}
}

func TestCrmAttribute(t *testing.T) {
	t.Setenv("OCF_RESOURCE_INSTANCE", "st")
	tell(t, []step{
		{Attribute, "-N alice -n standby -G", 105, "", "No such device or address", "", ""},
		{Attribute, "-N alice -n standby -v on", 0, "", "", `<instance_attributes id="nodes-1">`, ""},
		{Attribute, "-N alice -n standby -G", 0, "scope=nodes  name=standby value=on\n", "", "", ""},
		{Attribute, "--node alice --name standby --query --quiet --lifetime=forever", 0, "on\n", "", "", ""},
		{Attribute, "-N alice -n nosuch -Gq -d dflt", 0, "dflt\n", "", "", ""},
		{Attribute, "-N carol -n x -v 1", 105, "", "Could not map name=carol to a UUID", "", ""},
		{Attribute, "-N alice -n standby -D", 0, "Deleted nodes attribute: id=nodes-1-standby name=standby\n", "", "", "standby"},
		{Attribute, "-N alice -n standby -D", 0, "", "", "", ""},
		{Attribute, "-l reboot -n t -v 5", 0, "", "", `<nvpair id="status-1-t" name="t" value="5"/>`, ""},
		{Attribute, "-l reboot -n t -v value++", 0, "", "", `name="t" value="6"`, ""},
		{Attribute, "-l reboot -n t -v value+=10", 0, "", "", `name="t" value="16"`, ""},
		{Attribute, "-t status -n t -G", 0, "scope=status  name=t value=16\n", "", "", ""},
		{Attribute, "-N bob -l reboot -n u -v 1", 0, "", "", `<node_state id="2" uname="bob">`, ""},
		{Attribute, "-n maintenance-mode -v true", 0, "", "", `<nvpair id="cib-bootstrap-options-maintenance-mode" name="maintenance-mode" value="true"/>`, ""},
		{Attribute, "-G", 0, "scope=crm_config  name=stonith-enabled value=false\nscope=crm_config  name=maintenance-mode value=true\n", "", "", ""},
		{Attribute, "-t crm_config -s other -n x -v 1", 0, "", "", `<cluster_property_set id="other">`, ""},
		{Attribute, "--type crm_config --name x -s other --query --quiet", 0, "1\n", "", "", ""},
		{Attribute, "-t rsc_defaults -n resource-stickiness -v 5", 0, "", "", `<meta_attributes id="rsc_defaults-options">`, ""},
		{Attribute, "-t nodes -N alice -z -n cpu -v 4", 0, "", "", `<utilization id="nodes-1-utilization">`, ""},
		{Attribute, "--quiet -t nodes --node alice -z -n cpu", 0, "4\n", "", "", ""},
		{Attribute, "-p -v 10", 0, "", "", `name="master-st" value="10"`, ""},
		{Attribute, "-p other -v 11", 0, "", "", `name="master-other" value="11"`, ""},
		{Attribute, "-p -G -q", 0, "10\n", "", "", ""},
		{Master, "-Q -v 20 -l reboot", 0, "", "", `name="master-st" value="20"`, ""},
		{Master, "-l reboot -G --quiet", 0, "20\n", "", "", ""},
		{Master, "-l reboot -D", 0, "Deleted status attribute: id=status-1-master-st name=master-st\n", "", "", "master-st\""},
		{Standby, "-v on -N bob", 0, "", "", `id="nodes-2-standby"`, ""},
		{Standby, "-N bob -q", 0, "on\n", "", "", ""},
		{Standby, "-N alice -q", 0, "off\n", "", "", ""},
		{Attribute, "-t bogus -n a -v 1", 64, "", `section "bogus", expected`, "", ""},
		{Attribute, "-l bogus -n a -v 1", 64, "", `lifetime "bogus", expected`, "", ""},
		{Attribute, "-v 1", 64, "", "no attribute is named", "", ""},
		{Attribute, "stray", 64, "", `unexpected word "stray"`, "", ""},
	})
}

func TestFailcountAddsUpOperations(t *testing.T) {
	tell(t, []step{
		{Attribute, "-l reboot -n fail-count-p#monitor_10000 -v 3", 0, "", "", "", ""},
		{Attribute, "-l reboot -n fail-count-p#start_0 -v 4", 0, "", "", "", ""},
		{Attribute, "-l reboot -n last-failure-p#start_0 -v 1700000000", 0, "", "", "", ""},
		{Attribute, "-l reboot -n fail-count-pp#start_0 -v 9", 0, "", "", "", ""},
		{Failcount, "-G -r p", 0, "scope=status  name=fail-count-p value=7\n", "", "", ""},
		{Failcount, "-G -r p -n monitor -I 10s -q", 0, "3\n", "", "", ""},
		{Failcount, "-D -r p -n start", 0, "", "", "monitor_10000", "start_0\" name=\"fail-count-p#"},
		{Failcount, "-D -r p", 0, "", "", "fail-count-pp", "monitor_10000"},
		{Failcount, "-G -r p -N nosuch", 105, "", `no node "nosuch"`, "", ""},
		{Failcount, "-G", 64, "", "no resource is named", "", ""},
	})
}
