#!/usr/bin/env bash
# The checkout's virtual environment, .venv, with the packages of requirements-dev.txt.
# In: python3 (3.11 or newer). Out: .venv; done again only when the lists of requirements change. The packages are kept in
# the cache for the next checkout: most of the time goes into asking an index for them.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

want=$(cat "$ROOT"/requirements*.txt | cksum)
stamp=$VENV/.mentor-requirements
[ -x "$VENV/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && exit 0

say "Python packages into .venv"
[ -x "$VENV/bin/python" ] || python3 -m venv "$VENV" || fail "python3 -m venv .venv failed"
version=$("$VENV/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
kept=$CACHE/wheels/$version-${want%% *}
log=$(mktemp)
part=
trap 'rm -rf "$log" ${part:+"$part"}' EXIT

# pip_does SUBCOMMAND ARGUMENT...: to a person pip speaks for itself; elsewhere its last words do, and all when it fails.
pip_does() {
	local pip=("$VENV/bin/python" -m pip "$1" --disable-pip-version-check -r "$ROOT/requirements-dev.txt")
	shift
	if [ -t 2 ]; then
		"${pip[@]}" --progress-bar on "$@" >&2 && return
	else
		watched "$log" "${pip[@]}" --progress-bar off "$@" && return
		tail -n 15 "$log" >&2
	fi
	fail "pip could not install the packages (see above)"
}

if [ ! -d "$kept" ]; then
	mkdir -p "$CACHE/wheels"
	part=$(mktemp -d "$CACHE/wheels/part.XXXXXX")
	pip_does wheel --wheel-dir "$part"
	# Another checkout may have been quicker: then its copy is as good.
	mv -T "$part" "$kept" 2>/dev/null || [ -d "$kept" ] || fail "cannot keep the packages in $kept"
fi
pip_does install --no-index --find-links "$kept"
printf '%s\n' "$want" >"$stamp"
