#!/usr/bin/env bash
# The checkout's virtual environment, .venv, with the packages of requirements-dev.txt.
# In: python3 (3.11 or newer). Out: .venv; done again only when the lists of requirements change.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

want=$(cat "$ROOT"/requirements*.txt | cksum)
stamp=$VENV/.mentor-requirements
[ -x "$VENV/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && exit 0

say "Python packages into .venv"
[ -x "$VENV/bin/python" ] || python3 -m venv "$VENV" || fail "python3 -m venv .venv failed"
pip=("$VENV/bin/python" -m pip install --disable-pip-version-check -r "$ROOT/requirements-dev.txt")
if [ -t 2 ]; then
	"${pip[@]}" --progress-bar on >&2 || fail "pip could not install the packages (see above)"
else
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	watched "$log" "${pip[@]}" --progress-bar off || {
		tail -n 15 "$log" >&2
		fail "pip could not install the packages (see above)"
	}
fi
printf '%s\n' "$want" >"$stamp"
