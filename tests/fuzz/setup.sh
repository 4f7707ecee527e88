# Sourced by the scripts beside it: a virtual environment with what requirements.txt pins, in the target folder, and the program to test.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
venv="$target/fuzz/venv"
mkdir -p "$target/fuzz"
if ! cmp -s "$here/requirements.txt" "$venv/installed"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed"
fi
work="$(mktemp -d)"
