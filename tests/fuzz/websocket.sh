#!/usr/bin/env bash
# `make fuzz-ws`: the cases of the Autobahn test suite against a server that sends back what it gets with the code of the event socket
# (platform/edge/src/gateway/socket/echo.rs). They are Autobahn's own, carried out by kosoku, since Autobahn itself needs Python 2.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
cd "$root"

mkfifo "$work/stop"
cargo test --workspace --lib --locked --no-run --message-format=json 2>"$work/built" >"$work/artifacts" || { cat "$work/built" >&2; exit 1; }
tests="$("$venv/bin/python" - "$work/artifacts" <<'PY'
import json, sys
made = (json.loads(line) for line in open(sys.argv[1]) if line.startswith("{"))
print(next(each["executable"] for each in made if each.get("executable") and each["target"]["name"] == "tandem_edge"))
PY
)"
"$tests" --nocapture --exact gateway::socket::echo::serves_the_websocket_suite until-its-input-ends <"$work/stop" >"$work/out" 2>&1 &
server=$!
exec 9>"$work/stop"
trap 'exec 9>&-; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
until address="$(sed -n 's/.*echo on //p' "$work/out")" && [ -n "$address" ]; do
  kill -0 "$server" 2>/dev/null || { cat "$work/out" >&2; exit 1; }
  sleep 0.1
done
reports="$target/fuzz/websocket"
rm -rf "$reports"
timeout 240 "$venv/bin/kosoku" -p 2 -o "$reports" "$address" || failed=1
"$venv/bin/python" - "$reports" <<'PY'
import collections, json, pathlib, sys
index = json.loads(next(pathlib.Path(sys.argv[1]).rglob("index.json")).read_text())
cases = {name: case for agent in index.values() for name, case in agent.items()}
allowed = {"OK", "NON-STRICT", "INFORMATIONAL"}
bad = {name: case for name, case in cases.items() if case["behavior"] not in allowed or case["behaviorClose"] not in allowed}
print(f"{len(cases)} cases:", dict(collections.Counter(case["behavior"] for case in cases.values())))
for name, case in bad.items():
    print(f"  {name}: {case['behavior']}, closing {case['behaviorClose']}")
sys.exit(bool(bad) or len(cases) < 200)
PY
exit "${failed:-0}"
