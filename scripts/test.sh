#!/usr/bin/env bash
# `make test`: all checks in order, one summary. Stops at the first stage that fails, with its output above.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
mkdir -p "$target/test"
logs="$target/test"
started=$SECONDS

stage() { # name, command …: runs it, keeps its output, says how long it took
  local name=$1 begin=$SECONDS; shift
  echo "── $name"
  if ! "$@" 2>&1 | tee "$logs/$name.log"; then
    echo "── $name failed after $((SECONDS - begin)) s" >&2
    echo "0 passed, 1 failed"
    exit 1
  fi
  echo "── $name: $((SECONDS - begin)) s"
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --no-fail-fast --status-level fail --final-status-level flaky
  else
    cargo test --workspace --locked --no-fail-fast
  fi
}

client() { make --no-print-directory web && npm --prefix web run --silent types && npm --prefix web run --silent lint && npm --prefix web run --silent test; }

browser() { # what to run it on: one process, or the cluster
  # The server's own tests have built it, with the workspace's features: building it by itself would compile much of it again.
  [ -x "$target/debug/tandem" ] || { echo "no $target/debug/tandem: the Rust tests build it" >&2; return 1; }
  local modules
  for modules in tests/e2e examples; do
    [ -e "$modules/node_modules/.installed" ] && [ ! "$modules/package-lock.json" -nt "$modules/node_modules/.installed" ] || {
      npm --prefix "$modules" ci --no-audit --no-fund --loglevel=error
      touch "$modules/node_modules/.installed"
    }
  done
  # A cluster is ten processes and two databases: one at a time is what two cores carry.
  local workers=2; [ "$1" = cluster ] && workers=1
  TANDEM_E2E="$1" TANDEM_BIN="$(realpath "$target/debug/tandem")" npm --prefix tests/e2e run --silent test -- --workers="$workers" --retries=2 --output="results-$1"
}

# The client first: the server has it built in.
stage client client
stage format cargo fmt --all --check
stage clippy cargo clippy --workspace --all-targets --locked -- -D warnings
stage rust rust_tests
stage scim tests/fuzz/scim.sh
stage browser browser single
stage cluster browser cluster

plain() { sed -E 's/\x1b\[[0-9;]*m//g' "$logs/$1.log"; }
rust=$(plain rust | awk '/tests? run:/ {for (i = 1; i <= NF; i++) if ($i ~ /^passed/) n += $(i-1)} /^test result: ok/ {n += $4} END {print n + 0}')
web=$(plain client | awk '$1 == "Tests" {for (i = 1; i <= NF; i++) if ($i ~ /^passed/) n += $(i-1)} END {print n + 0}')
e2e=$(plain browser | awk '$2 == "passed" {n += $1} END {print n + 0}')
nodes=$(plain cluster | awk '$2 == "passed" {n += $1} END {print n + 0}')
echo "all green in $((SECONDS - started)) s: $rust Rust tests, $web client tests, $e2e end-to-end tests on one process, $nodes on the cluster"
echo "$((rust + web + e2e + nodes)) passed, 0 failed"
