#!/usr/bin/env bash
# Installs the Debian packages that are missing for building (`setup.sh build`), for a cluster on this machine (`setup.sh cluster`) or for
# testing (`setup.sh test`).
# Quick when nothing is missing. As root, or through sudo; otherwise says what to install.
set -euo pipefail

build=(gcc g++ make cmake pkg-config)
cluster=(postgresql redis-server haproxy util-linux)
tests=(chromium curl jq baresip-core sip-tester faketime iproute2 python3-venv "${cluster[@]}")

wanted=("${build[@]}")
case "${1:-build}" in
  build) ;;
  cluster) wanted+=("${cluster[@]}") ;;
  test) wanted+=("${tests[@]}") ;;
  *) echo "usage: scripts/setup.sh build|cluster|test" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  run=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
      run=(sudo -n)
    else
      echo "Tandem needs these Debian packages: ${missing[*]}" >&2
      echo "Install them and start again:  sudo apt-get install -y ${missing[*]}" >&2
      exit 1
    fi
  fi
  echo "installing ${missing[*]}"
  # Nothing of this may start by itself: what the project needs running, it starts privately.
  quiet=/usr/sbin/policy-rc.d
  if [ ! -e "$quiet" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${run[@]}" tee "$quiet" >/dev/null
    "${run[@]}" chmod +x "$quiet"
    trap '"${run[@]}" rm -f "$quiet"' EXIT
  fi
  "${run[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

for tool in cargo node npm; do
  command -v "$tool" >/dev/null 2>&1 || { echo "Tandem is built with Rust 1.95 and Node 20 or newer: '$tool' was not found" >&2; exit 1; }
done
