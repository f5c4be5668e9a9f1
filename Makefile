# Folkmoot. "make help" lists what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The store is SQLite, which is C: without cgo the program would build and fail
# when it runs.
export CGO_ENABLED = 1

GO ?= go
TOOLS := $(GO) tool -modfile=.ci/tools/go.mod
# Packages whose tests run under the race detector: those where goroutines meet.
RACE := ./models/sqlite/... ./models/mongo/engine ./models/transfer ./models/jobs ./models/mail ./models/service ./handlers/...
PACKAGES ?= ./...
TESTFLAGS ?=
ARGS ?=

.PHONY: help run release build test race ci scale contract bench profile check vet format generate fresh needs

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: build ## serve the demonstration on http://127.0.0.1:8080 (ARGS= adds flags)
	@exec ./folkmoot serve --demo $(ARGS)

build: needs ## build ./folkmoot
	@[ -e folkmoot ] || echo "Building. The first time takes about two minutes."
	@$(GO) build -o folkmoot ./cmd/folkmoot

release: needs ## build the program for release and its Debian package into dist/
	@packaging/release

# go test says nothing of tests that skip: those without their database are listed.
test: needs ## run the tests at a hundredth of the full sizes
	@skips="$$(mktemp)"; trap 'rm -f "$$skips"' EXIT; \
	FOLKMOOT_TEST_SKIPS="$$skips" FOLKMOOT_TEST_SCALE=$${FOLKMOOT_TEST_SCALE:-0.01} $(GO) test -timeout 30m $(TESTFLAGS) $(PACKAGES); \
	[ ! -s "$$skips" ] || { echo "Skipped for want of a MongoDB (in bash, \`. .ci/mongodb\` starts one and says so to the tests):"; sort -u "$$skips"; }

# Each package once: what runs under the race detector does not run without it too.
ci: needs ## run the tests as CI does: each package once, those of race under the race detector
	@$(MAKE) --no-print-directory race
	@$(MAKE) --no-print-directory test PACKAGES="$$($(GO) list ./... | grep -vxF "$$($(GO) list $(RACE))" | tr '\n' ' ')"

race: needs ## run the tests where goroutines meet under the race detector
	FOLKMOOT_TEST_SCALE=$${FOLKMOOT_TEST_SCALE:-0.01} $(GO) test -race -timeout 30m $(TESTFLAGS) $(RACE)

scale: needs ## run the tests at full size, with the benchmarks (long)
	FOLKMOOT_TEST_SCALE=1 $(GO) test -timeout 6h $(TESTFLAGS) ./...
	FOLKMOOT_TEST_SCALE=1 $(GO) test -race -timeout 6h $(TESTFLAGS) $(RACE) ./models/mongo
	FOLKMOOT_TEST_SCALE=1 $(GO) test -timeout 6h -run '^$$' -bench . -benchtime 1x ./models/... ./handlers

# Wants FOLKMOOT_TEST_MONGODB_URI.
contract: needs ## hold both stores to the contract and write docs/contract.md
	@dir="$$(mktemp -d)"; trap 'rm -rf "$$dir"' EXIT; for store in sqlite mongo; do \
		CI=true FOLKMOOT_TEST_SCALE=$${FOLKMOOT_TEST_SCALE:-0.01} $(GO) test -json -count=1 -timeout 60m -run '^TestContract' \
			./models/$$store >"$$dir/$$store.json" || echo "The contract fails on $$store: docs/contract.md says where."; \
	done; $(GO) test -count=1 ./models/storetest -run '^TestTable$$' -args -sqlite "$$dir/sqlite.json" -mongo "$$dir/mongo.json"

bench: needs ## measure against bare programs in one run (ARGS= adds flags, such as -quick)
	$(GO) run ./cmd/folkmoot-bench $(ARGS)

profile: needs ## profile the server over the mixed evening; writes profiles/ (ARGS= adds flags)
	$(GO) run ./cmd/folkmoot-bench -rows mixed-evening -runs 1 -duration 20s -profile "$(CURDIR)/profiles" $(ARGS)
	@$(GO) tool pprof -top -nodecount 25 profiles/mixed-evening-cpu.pprof 2>/dev/null

check: needs vet format fresh ## check formatting, vet, staticcheck and generated files
	$(TOOLS) staticcheck ./...
	@$(GO) mod tidy -diff >/dev/null || { echo "go.mod or go.sum is not tidy: run go mod tidy."; exit 1; }

vet: needs
	$(GO) vet ./...

format:
	@bad="$$($(TOOLS) gofumpt -l $$(git ls-files -co --exclude-standard '*.go' | grep -v '_templ\.go$$'))"; \
	if [ -n "$$bad" ]; then echo "gofumpt would change these files:"; echo "$$bad"; exit 1; fi

generate: needs ## write views/*_templ.go anew from the templates
	$(GO) tool templ generate -path views -log-level error

# Compares sums rather than asking git, so that it holds for work in progress too.
fresh: needs
	@sums() { find views -name '*_templ.go' -print0 | sort -z | xargs -0 sha256sum; }; \
	before="$$(sums)"; $(GO) tool templ generate -path views -log-level error; \
	[ "$$before" = "$$(sums)" ] || { echo "views/*_templ.go were stale. They are written anew: commit them."; exit 1; }

needs:
	@command -v $(GO) >/dev/null || { \
		echo "Folkmoot is written in Go: install version 1.26 or later from https://go.dev/dl/ and try again."; exit 1; }
	@m="$$($(GO) env GOVERSION 2>/dev/null | sed -nE 's/.*go1\.([0-9]+).*/\1/p' || true)"; \
	[ "$${m:-0}" -ge 26 ] || { \
		echo "Folkmoot needs Go 1.26 or later (Go 1.21 or later fetches it, unless GOTOOLCHAIN forbids that or the network does not answer)." \
			"Here is $$($(GO) version 2>&1 | head -n 1): install 1.26 from https://go.dev/dl/ and try again."; exit 1; }
	@cc="$${CC:-$$($(GO) env CC)}"; command -v "$${cc%% *}" >/dev/null || { \
		echo "SQLite is compiled from C and there is no C compiler here: install gcc (Debian: apt-get install gcc libc6-dev) and try again."; exit 1; }
