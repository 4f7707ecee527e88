# Tandem. `make help` lists what there is.
SHELL := /bin/bash
TARGET := $(or $(CARGO_TARGET_DIR),target)
DATA ?= data
ARGS ?=

.PHONY: help setup setup-test web build run cluster rolling chaos demo-call test lint test-rust test-web test-e2e fuzz-api fuzz-ws fuzz-sip check-scim bench bench-edge bench-chat screens clean

help: ## this list
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## installs what building needs and is missing
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

# Node modules follow the lock file, the built client follows its sources.
web/node_modules/.installed: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.installed $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/sdk/dist -prune -o -type f -print 2>/dev/null)
	npm --prefix web run --silent build

web: web/dist/index.html ## builds the web client

build: setup web ## builds the server with the web client in it (release)
	cargo build --release --locked

run: build ## sets up, builds and starts a demo organisation
	@exec $(TARGET)/release/tandem serve --demo --data $(DATA) --webhook-networks 127.0.0.0/8 $(ARGS)

demo-call: setup-test ## a customer calls the demo number of the running server (baresip with a spoken file)
	@scripts/demo-call.sh $(DATA)

cluster: build ## the same program as ten nodes on 127.0.0.x, over PostgreSQL (with a standby) and Redis, behind HAProxy
	@scripts/setup.sh cluster
	@node scripts/cluster.mjs up --dir $(DATA)/cluster --bin $(TARGET)/release/tandem $(ARGS)

rolling: ## replaces every node of the running cluster, one after the other
	@node scripts/cluster.mjs rolling --dir $(DATA)/cluster

chaos: build ## faults under load: one process, then every role of the cluster; ARGS="--scenario kill_sip --times 5" for one
	@scripts/setup.sh test
	cargo run --release --locked -p tandem-chaos -- --bin $(TARGET)/release/tandem --out $(TARGET)/chaos.json $(ARGS)

lint: ## formatting and lints of everything
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

test: setup-test ## everything: lints, unit, property, simulation, client, end to end with real peers
	@scripts/test.sh

fuzz-api: setup-test ## requests made from the API's document, right and wrong, against the debug build (`cargo build` makes it)
	@tests/fuzz/schemathesis.sh

fuzz-ws: setup-test ## what RFC 6455 says, case by case, against the event socket's code
	@tests/fuzz/websocket.sh

check-scim: setup-test ## a SCIM client of others against `/scim/v2` of the debug build
	@tests/fuzz/scim.sh

fuzz-sip: ## damaged SIP messages and session descriptions against the parsers; RUNS=10000000 SEED=7 for more, and others
	cargo run --release --locked -p tandem-fuzz-parsers -- --runs $(or $(RUNS),1000000) --seed $(or $(SEED),1)

bench-edge: build ## the edge, as a process of its own; PEERS=1 measures Node's ws beside it
	cargo run --release --locked -p tandem-bench-edge

bench-chat: build ## the chat's part of bench-edge: messages on their way to sockets, joins; PEERS=1 measures Node's ws beside it
	cargo run --release --locked -p tandem-bench-edge -- chat

bench-%: setup ## benchmarks of one area (store, routing, …); QUICK=1 ends within a minute
	cargo run --release --locked -p tandem-bench-$*

clean: ## removes what was built
	cargo clean
	rm -rf web/dist web/sdk/dist web/node_modules tests/e2e/node_modules examples/node_modules
