#!/usr/bin/env bash
# The plugins of the pinned versions: the official ones where they can be downloaded, the stand-ins of offline/ elsewhere.
# In: $1, the folder with the pulumi program. Out: on stdout, two lines: PULUMI_HOME, and `official` or `stand-ins`.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bin=$1
installed() { # installed HOME: every plugin is there
	local name
	for name in $PLUGINS; do
		compgen -G "$1/plugins/resource-$name-v$(pinned "$(sdk_of "$name")")/pulumi-resource-$name*" >/dev/null || return 1
	done
}
answer() { printf '%s\n%s\n' "$1" "$2"; exit 0; }

# Official plugins may go where the person keeps his own; stand-ins never do.
official=${PULUMI_HOME:-$CACHE/pulumi-home}
stand_ins=$CHECKOUT/pulumi-home
case ${PULUMI_HOME:-} in "$CACHE"/*) official=$CACHE/pulumi-home ;; esac # set by an earlier `make env`

# A home that already holds everything answers without asking the network. Stand-ins are for where the official plugins
# cannot be had, so whether they can be had by now is asked again after a day.
installed "$official" && answer "$official" official
want=$(find "$ROOT/offline" -type f -not -path '*/__pycache__/*' -exec cat {} + 2>/dev/null | cat - "$ROOT/requirements.txt" | cksum)
stamp=$stand_ins/.mentor-stand-ins
asked=$stand_ins/.mentor-asked
today() { [ -n "$(find "$asked" -mmin -1440 2>/dev/null)" ]; }
today && installed "$stand_ins" && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && answer "$stand_ins" stand-ins

if ! today && downloads_reachable; then
	mkdir -p "$official"
	whole=yes
	for name in $PLUGINS; do
		wanted=("$name" "$(pinned "$(sdk_of "$name")")")
		say "plugin ${wanted[*]}"
		[ "$name" != grafana ] || wanted+=(--server github://api.github.com/pulumiverse)
		PULUMI_HOME=$official PULUMI_SKIP_UPDATE_CHECK=true timeout 600 "$bin/pulumi" plugin install resource "${wanted[@]}" >&2 && continue
		whole=no
		break
	done
	[ $whole = yes ] && answer "$official" official
	say "not every plugin could be downloaded"
fi
say "plugins: the stand-ins of offline/ (the official ones cannot be had from here)"
mkdir -p "$stand_ins"
today || touch "$asked"
"$ROOT/offline/install-plugins.sh" "$stand_ins" "$VENV/bin/python" >/dev/null || fail "offline/install-plugins.sh failed (see above)"
installed "$stand_ins" || fail "offline/install-plugins.sh did not install every plugin of: $PLUGINS"
printf '%s\n' "$want" >"$stamp"
answer "$stand_ins" stand-ins
