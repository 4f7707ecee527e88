#!/usr/bin/env bash
# A customer calls the demo number: baresip plays a spoken file and hangs up after a while. The server must be running (`make run`).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-data}
seconds=${SECONDS_TO_TALK:-60}
[ -r "$data/demo.json" ] || { echo "no $data/demo.json: start the server first with 'make run'" >&2; exit 1; }
read -r sip number < <(node -e '
  const demo = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  console.log(demo.sip.replace(/^[a-z]+:\/\//, ""), demo.numbers[0]);
' "$data/demo.json")

folder=$(mktemp -d)
trap 'kill "$phone" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
port=$((20000 + RANDOM % 8000))
echo "<sip:+15550123@$sip>;regint=0;audio_codecs=PCMA/8000/1" > "$folder/accounts"
: > "$folder/contacts"
cat > "$folder/config" <<CONFIG
poll_method epoll
sip_listen 127.0.0.1:$port
audio_player aubridge,sink
audio_source aufile,$PWD/media/sounds/customer.wav
audio_alert aubridge,alert
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
CONFIG

echo "calling $number at $sip; answer it in the browser as agent1 or agent2 (on queue). Ctrl-C hangs up."
baresip -f "$folder" -e "d sip:$number@$sip" -t "$seconds" > "$folder/log" 2>&1 &
phone=$!
wait "$phone" || { tail -5 "$folder/log" >&2; exit 1; }
