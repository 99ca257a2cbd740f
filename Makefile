# Targets: build (default), run, test, check, race, bench, conformance.
export CGO_ENABLED := 0
NAMES := crm_simulate

build:
	@mkdir -p bin
	go build -trimpath -ldflags '-s -w' -o bin/crm ./cmd/crm
	@for name in $(NAMES); do ln -sf crm bin/$$name; done

test:
	go test ./...

check:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go test ./internal/house

race:
	CGO_ENABLED=1 go test -race ./...

.PHONY: build test check race
