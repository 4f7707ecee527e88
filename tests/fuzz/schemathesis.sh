#!/usr/bin/env bash
# `make fuzz-api`: requests made from the API's own document, right and wrong ones, as an administrator and as another organisation's
# administrator: no answer may be a failure of the server, or one the document does not describe. Four minutes at most; the same requests
# every time (SEED=2 for others, SECONDS_EACH=600 for more).
set -euo pipefail
source "$(dirname "$0")/setup.sh"
bin="${TANDEM_BIN:-$target/debug/tandem}"
data="$work/data"

serve() {
  rm -f "$data/runtime.json"
  "$bin" serve --demo --data "$data" --http 127.0.0.1:0 --admin 127.0.0.1:0 --sip 127.0.0.1:0 --media 127.0.0.1:0 --rtp-ports 29000-29099 \
    --webhook-networks 127.0.0.0/8 >>"$work/log" 2>&1 &
  server=$!
  until [ -e "$data/runtime.json" ] && grep -q 'ready ' "$work/log"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
  done
  url="http://$(sed -E 's/.*"http":"([^"]*)".*/\1/' "$data/runtime.json")"
}
stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
trap 'stop; rm -rf "$work"' EXIT

serve
stop
: >"$work/log"
other="$("$bin" org create Globex --login admin --data "$data" | sed -n 's/^password *//p')"
serve
demo="$(python3 -c 'import json, sys; print(next(u["password"] for u in json.load(open(sys.argv[1]))["users"] if u["name"] == "admin"))' "$data/demo.json")"

failed=0
for who in "demo $demo" "Globex $other"; do
  read -r org password <<<"$who"
  echo "── as the administrator of $org"
  cd "$work"
  TANDEM_URL="$url" TANDEM_ORG="$org" TANDEM_PASSWORD="$password" PYTHONPATH="$here" SCHEMATHESIS_HOOKS=hooks PYTHONDONTWRITEBYTECODE=1 \
    timeout 200 "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$url/api/v1/openapi.json" --seed "${SEED:-1}" --max-time "${SECONDS_EACH:-90}" || failed=1
done
if grep -a 'panicked' "$work/log"; then failed=1; fi
exit "$failed"
