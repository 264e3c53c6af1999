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
progress=(--progress-bar off --quiet)
[ -t 2 ] && progress=(--progress-bar on)
"$VENV/bin/python" -m pip install --disable-pip-version-check "${progress[@]}" -r "$ROOT/requirements-dev.txt" >&2 ||
	fail "pip could not install the packages (see above)"
printf '%s\n' "$want" >"$stamp"
