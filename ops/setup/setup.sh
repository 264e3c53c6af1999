#!/usr/bin/env bash
# Everything that `make up` needs, step by step; what is done is skipped, so that a second run takes a blink.
# In: $1: `all` (default), `venv` (for the checks), `tests` (all, a browser and daemons); STACK. Out: ROUTE, which env.sh reads.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
here=$ROOT/ops/setup

if [ "${1:-all}" = venv ]; then
	[ -x "$VENV/bin/python" ] || "$here/tools.sh"
	exec "$here/venv.sh"
fi
"$here/tools.sh"
"$here/venv.sh"

# The stack's engine is where its `hosts` says; the file is small, and without the key the answer needs no Python.
stack_file=$ROOT/Pulumi.${STACK:-dev}.yaml
host='' install=''
if grep -q 'hosts' "$stack_file" 2>/dev/null; then
	host=$(cd "$ROOT" && "$VENV/bin/python" -m ops.stack_file "$stack_file")
	! grep -q 'install' "$stack_file" || install=$(cd "$ROOT" && "$VENV/bin/python" -m ops.stack_file "$stack_file" install)
fi
# Where `up` is to install Docker, nothing is asked of a host that has none.
if [ -n "$install" ] && DOCKER_HOST=$host timeout 20 docker version >/dev/null 2>&1; then install=; fi
[ -n "$install" ] || "$here/docker.sh" "$host"

if ! bin=$("$here/engine.sh"); then exit 1; fi
if ! plugins=$("$here/plugins.sh" "$bin"); then exit 1; fi
{ read -r home; read -r kind; } <<<"$plugins"
[ -n "$install" ] || "$here/base-image.sh" "$host"
[ "${1:-all}" != tests ] || "$here/test-tools.sh"

mkdir -p "$CHECKOUT"
route=$(printf 'BIN=%q\nPLUGIN_HOME=%q\nPLUGIN_KIND=%q\n' "$bin" "$home" "$kind")
if [ "$(cat "$ROUTE" 2>/dev/null)" != "$route" ]; then
	printf '%s\n' "$route" >"$ROUTE"
	say "Pulumi $PULUMI_VERSION in $bin, plugins: $kind in $home"
fi
