# make help lists the targets.
export CGO_ENABLED := 0
NAMES := $(shell sed -n "s/^\t\t\"\([a-z_]*\)\":.*/\1/p" tools/lookup.go)
FUZZ_TIME ?= 30s

# Installed, not linked in place: the pages of a file that the linker writes lie scattered in the kernel's cache, and every
# start from them takes a millisecond more.
build: ## bin/crm, static, and its other names as links
	@mkdir -p bin
	go build -trimpath -ldflags '-s -w' -o bin/.linked ./cmd/crm
	install -m 755 bin/.linked bin/crm
	@for name in $(NAMES); do ln -sf crm bin/$$name; done

run: build ## the main job: three members, a script in, a node killed, the service moved
	bin/crm lab 3 --demo

test: ## every test: no root, no network but loopback, no package
	go test ./...

check: ## gofmt, vet and the rules of the house
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go test ./internal/house

race: ## every test under the race detector
	CGO_ENABLED=1 go test -race ./...

conformance: build ## the peers' cases (CRM_SHARED or ../shared) held against tests/floors.txt
	go run ./tests/conformance

floors: build ## raise the floors to what passes now
	go run ./tests/conformance -raise

bench: build ## figures, beside the peers' tools where they are installed
	go run ./tests/bench
	go test -run '^$$' -bench . -benchmem ./grammar ./cib/... ./engine/... ./completions ./node/wire ./node/ring

sim: ## the members in made-up worlds: make sim SEEDS=5000 FROM=1
	go test ./node/sim -run TestChaos -timeout 2h -seeds $(or $(SEEDS),1000) -from $(or $(FROM),1)

fuzz: ## one fuzz target: make fuzz P=./grammar T=FuzzParsePrint FUZZ_TIME=5m
	go test -run '^$$' -fuzz '^$(T)$$' -fuzztime $(FUZZ_TIME) $(P)

golden: ## rewrite what text tests expect, and show what changed
	go test ./shell ./grammar ./cib/... ./engine ./completions ./node/... -rewrite || true
	git diff --stat

confirm: build ## tests that ask the originals, with crmsh and pacemaker-cli-utils required
	@for tool in /usr/sbin/crm /usr/sbin/crm_simulate; do test -x $$tool || { echo "confirm: $$tool is not installed" >&2; exit 1; }; done
	CRM_CONFIRM=all go test -count=1 -timeout 60m ./tools ./cib ./cmd/crm
	REQUIRE_ORIGINALS=1 go test -count=1 -run TestScenariosAreAsThePeers ./engine
	go run ./tests/differ -n 300 -floor 90
	go run ./tests/crmdiffer -n 300 -shrink=false -floor 90

live: build ## what needs this kernel's namespaces: labs, agents with addresses, the main job
	go test -count=1 ./node/lab ./node/agent ./node/transport ./cmd/crm
	bin/crm lab 3 --demo </dev/null

doc: build ## the manual, from the commands' declarations, into bin/manual.md
	bin/crm help manual > bin/manual.md

cl: ## a new change note: make cl NAME=slug
	@test -n "$(NAME)" || { echo 'expected: make cl NAME=slug' >&2; exit 2; }
	cp -n changelog/TEMPLATE.md changelog/unreleased/$(NAME).md

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

# A ring, and pairs with haresources, with a real heartbeat 3.0.6 (root, apt; nothing is left installed).
interop: build
	tests/interop/ring.sh bin/crm
	tests/interop/pair.sh bin/crm

# Its times beside ours: kill, cut, stop, standby for each deadtime (RUNS=3 for medians).
interop-timing: build
	tests/interop/pair.sh bin/crm -timing -runs $(or $(RUNS),1)

# Ten minutes at deadtime 100 ms on busy cores (root): nobody is taken for dead.
soak: build
	tests/interop/soak.sh bin/crm $(or $(SECONDS),600)

.PHONY: soak confirm live doc cl sim interop interop-timing build run test check race conformance floors bench fuzz golden help
