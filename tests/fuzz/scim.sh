#!/usr/bin/env bash
# `make check-scim`: what a client of SCIM 2.0 that others wrote (scim2-tester: RFC 7643, RFC 7644) finds of a server's `/scim/v2`, as a
# registered program with client credentials. Nothing may deviate from what the RFCs demand.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
bin="${TANDEM_BIN:-$target/debug/tandem}"
data="$work/data"

"$bin" serve --demo --data "$data" --http 127.0.0.1:0 --admin 127.0.0.1:0 --sip 127.0.0.1:0 --media 127.0.0.1:0 --rtp-ports 29100-29199 >"$work/log" 2>&1 &
server=$!
stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT
until [ -e "$data/runtime.json" ] && grep -q 'ready ' "$work/log"; do
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
url="http://$(sed -E 's/.*"http":"([^"]*)".*/\1/' "$data/runtime.json")"
failed=0
PYTHONDONTWRITEBYTECODE=1 timeout 200 "$venv/bin/python" "$here/scim.py" "$url" "$data/demo.json" || failed=1
if grep -a 'panicked\|request failed' "$work/log"; then failed=1; fi
exit "$failed"
