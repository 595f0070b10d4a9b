# The verbs of this repository. `make demo` and `make test` install what they need; the rest expects that one of them ran.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo demo-site build xtask ui test test-rust fmt lint openapi bench kernels load torture dashboards friction-check tag-cost visit-size demo-visits seek seen heard timings clean-demo themes-eval

# Real event sets and peers of the benchmark, beside the checkout; without them the parts that need them say so.
SHARED ?= ../shared
# Settings of the long-running verbs.
ROWS ?= 20000000
RUNS ?= 5
KILLS ?= 50
EVENTS ?= 4000000
TIMES ?= 6

SILLAGE := target/release/sillage
UI_SOURCES := $(shell find packages/ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

TAG_SOURCES := $(shell find packages/sdk -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/e2e/*' 2>/dev/null)

help: ## Say what can be asked of make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Build Sillage, start it with demo and real data, print where it is and how to sign in (DETACH=1: in the background)
	@demo/run.sh

demo-site: ## Open the site of Courriel on port 4173, its tag sending to the Sillage at URL with the write key KEY
	@node demo/site/server.mjs --sillage $(or $(URL),http://127.0.0.1:7070) --key $(KEY)

build: ui ## Build the binary, screens included
	cargo build --release -p sillage-node

# Named together they share every dependency as it was built for the binary; alone, xtask would have its own store and engine.
xtask: ui
	@cargo build --release -q -p sillage-node -p sillage-xtask

ui: packages/ui/dist/index.html packages/sdk/dist/web/sillage.js ## Build the screens and the tag

packages/ui/node_modules/.installed: packages/ui/package-lock.json
	cd packages/ui && npm ci --no-audit --no-fund
	touch $@

packages/ui/dist/index.html: packages/ui/node_modules/.installed $(UI_SOURCES)
	cd packages/ui && npm run build
	touch $@

packages/sdk/node_modules/.installed: packages/sdk/package-lock.json
	cd packages/sdk && npm ci --no-audit --no-fund
	touch $@

packages/sdk/dist/web/sillage.js: packages/sdk/node_modules/.installed $(TAG_SOURCES)
	cd packages/sdk && npm run build
	touch $@

test: ## Run every check and test; the last line counts them (ONLY=stage,stage runs some)
	@python3 tests/run.py $(if $(ONLY),--only $(ONLY))

test-rust: ## Only the Rust tests
	@python3 tests/run.py --only rust

fmt: ## Format the Rust code
	cargo fmt --all

lint: ## Clippy over everything
	cargo clippy --release --workspace --all-targets -- -D warnings

openapi: packages/ui/node_modules/.installed ## Write contract/openapi.json from the handlers, and the screens' client from it
	cargo build --release -q -p sillage-node -p sillage-xtask
	target/release/sillage-xtask openapi
	cd packages/ui && npm run api

bench: build ## Time the fourteen questions beside ClickHouse and DuckDB on ROWS events, check that the rows are equal
	@bench/run.sh --rows $(ROWS) --runs $(RUNS) --shared $(SHARED)

kernels: xtask ## Count the instructions of the hot paths and hold them against bench/kernels.json (SAVE=1 writes it anew); wants valgrind
	@python3 bench/kernels.py $(if $(SAVE),--save)

load: xtask ## Send EVENTS events over HTTP as fast as they are taken, then single ones at 200 a second
	@python3 bench/load.py --events $(EVENTS)

torture: build ## Kill the server KILLS times under load and check every acknowledged event
	@python3 bench/torture.py --kills $(KILLS)

dashboards: xtask ## Ten people on dashboards while events arrive, on the event set that `make bench` has loaded (ROWS)
	@python3 bench/dashboards.py --data bench/out/events-$(ROWS)/sillage

friction-check: build ## Judge the detectors of friction by scripted visits in Chromium: each signal planted TIMES times, and calm visits; prints the table
	@node demo/drive.mjs --check --times $(TIMES)

bench/tag/node_modules/.installed: bench/tag/package-lock.json
	cd bench/tag && npm ci --no-audit --no-fund
	touch $@

tag-cost: RUNS = 3
tag-cost: packages/sdk/dist/web/sillage.js bench/tag/node_modules/.installed ## Measure what the tag costs a page, beside posthog-js and mixpanel-browser (RUNS)
	@node bench/tag/cost.mjs --runs $(RUNS)

visit-size: xtask packages/sdk/dist/web/sillage.js bench/tag/node_modules/.installed ## Measure what recorded visits of five page loads take on the disk: of the site of Courriel, and of the pages of tag-cost
	@out="$$(mktemp -d)"; trap 'rm -rf "$$out"' EXIT; \
	node demo/drive.mjs --kind five_pages --visits 8 --keep "$$out/courriel.ndjson" >/dev/null; node bench/tag/cost.mjs --keep "$$out/pages.ndjson"; \
	for file in "$$out"/*.ndjson; do echo "$$(basename "$$file" .ndjson)"; target/release/sillage-xtask weigh "$$file"; done

themes-eval: ## Hold the themes, sentiment and languages found against the labelled answers, and time a report of 20,000 (SET="fr tune" lists what went wrong)
	cargo run --release -q -p sillage-themes --example evaluate -- $(SET)

demo-visits: build ## Make the recorded visits of the demo anew: sixty-two simulated people in Chromium (a quarter of an hour, with nothing else running; zstd must be installed)
	@node demo/drive.mjs --visits 62 --parallel 4 --keep demo/visits/courriel.ndjson.zst

seek: build ## Record ten minutes with the real tag, jump about in them in the player, and say how long a jump takes
	@node packages/ui/dev/seek.mjs

seen: xtask ## Time heatmaps over a million page views and lists of a hundred thousand recordings
	@python3 bench/seen.py --runs $(RUNS)

heard: build ## Time the results of a hundred thousand answers and the themes of twenty thousand, and count answers taken a second
	@python3 bench/heard.py --runs $(RUNS)

timings: ## Build from nothing in a folder of its own and show what the time goes to
	cargo build --release -p sillage-node --timings --target-dir target/timings

clean-demo: ## Stop the demo and forget its data
	@demo/stop.sh
	rm -rf .sillage/demo
