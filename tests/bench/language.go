package main

import (
	"path/filepath"
	"time"
)

const peerCrm = "/usr/sbin/crm"

// benchStart times what every call costs: starting and one small decision.
func (b *runner) benchStart() error {
	small, err := b.document("small", 3)
	if err != nil {
		return err
	}
	b.board.head("starting up", "")
	for _, r := range []struct {
		what       string
		ours, peer []string
	}{
		{"crm --version", []string{b.crm, "--version"}, []string{peerCrm, "--version"}},
		{"crm_simulate --version", []string{b.sim, "--version"}, []string{peerSim, "--version"}},
		{"crm_simulate -S, 3 primitives", []string{b.sim, "-x", small, "-S"}, []string{peerSim, "-x", small, "-S"}},
	} {
		if err := b.compare(r.what, nil, r.ours, r.peer, goal{times: 1}); err != nil {
			return err
		}
	}
	return nil
}

// compare runs both and prints the row.
func (b *runner) compare(what string, prepare func() error, ours, peer []string, g goal) error {
	own, err := several(prepare, ours...)
	if err != nil {
		return err
	}
	var other *sample
	program := peer[0]
	if program == "env" {
		program = peer[2]
	}
	if installed(program) {
		s, err := several(prepare, peer...)
		if err != nil {
			return err
		}
		other = &s
	}
	b.board.row(what, "", own, other, g)
	return nil
}

// benchLanguage times crm on a file with a CIB, beside crmsh.
func (b *runner) benchLanguage() error {
	large, err := b.document("large", 1000)
	if err != nil {
		return err
	}
	empty, err := b.document("empty", 0)
	if err != nil {
		return err
	}
	script := filepath.Join(b.dir, "thousand.crm")
	if err := write(script, commands(1000)); err != nil {
		return err
	}
	work := filepath.Join(b.dir, "work.xml")
	b.board.head("crm on a file, beside crmsh", "")
	for _, r := range []struct {
		what, file string
		prepare    func() error
		words      []string
	}{
		{"crm -f, 1,000 statements and commit", work, copied(empty, work), []string{"-f", script}},
		{"show of 1,000 primitives", large, nil, []string{"configure", "show"}},
		{"verify of 1,000 primitives", large, nil, []string{"configure", "verify"}},
		{"one primitive added to 1,000", work, copied(large, work), []string{"configure", "primitive", "extra", "ocf:heartbeat:Dummy"}},
	} {
		on := func(crm string) []string { return append([]string{"env", "CIB_file=" + r.file, crm}, r.words...) }
		if err := b.compare(r.what, r.prepare, on(b.crm), on(peerCrm), goal{times: 50}); err != nil {
			return err
		}
	}
	return b.benchLoad()
}

// benchLoad times the reading of a CIB of 5 MB, by a query for a small part.
func (b *runner) benchLoad() error {
	five, err := b.document("five", 5<<20/perPrimitive())
	if err != nil {
		return err
	}
	on := func(cibadmin string) []string {
		return []string{"env", "CIB_file=" + five, cibadmin, "-Q", "--xpath", "/cib/configuration/crm_config"}
	}
	return b.compare("a CIB of 5 MB loaded", nil, on(filepath.Join(filepath.Dir(b.crm), "cibadmin")), on("/usr/sbin/cibadmin"),
		goal{user: 80 * time.Millisecond, memory: 60 << 20})
}
