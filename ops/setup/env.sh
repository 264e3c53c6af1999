#!/usr/bin/env bash
# The environment in which plain `pulumi` works on this checkout, as lines for `eval`.
# In: ROUTE (written by setup.sh), STACK, the person's own PULUMI_* settings, which win. Out: shell text on stdout.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -f "$ROUTE" ] || fail "run \`make setup\` first"
# shellcheck disable=SC1090 # written by setup.sh
. "$ROUTE"

put() { printf 'export %s=%q\n' "$1" "$2"; }

# An ssh comes first by which docker's calls share connections. Not twice, when one such shell is started from another.
path=$ROOT/ops/ssh:$VENV/bin:$BIN
case $PATH in "$path":*) path=$PATH ;; *) path=$path:$PATH ;; esac
put PATH "$path"
put PULUMI_HOME "$PLUGIN_HOME"
put PULUMI_STACK "${STACK:-${PULUMI_STACK:-dev}}"
put PULUMI_SKIP_UPDATE_CHECK true
put PULUMI_ERROR_OUTPUT_STRING true
# Where somebody has it set, Python compiles the program and the stand-ins anew with every command: a second and a half.
[ -z "${PYTHONDONTWRITEBYTECODE:-}" ] || put PYTHONDONTWRITEBYTECODE ""
# Pulumi writes the whole state at every step: it looks for garbage a quarter as often. With 32 students it then takes
# 350 MiB in place of 190.
[ -n "${GOGC:-}" ] || put GOGC 400
# The tracked stack file carries no salt; the state does (docs/decisions/0001-salt-stays-out-of-git.md).
put PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER true
[ "$PLUGIN_KIND" != stand-ins ] || put PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION true

# A person's own backend: from the environment, or from an earlier `pulumi login`.
backend=${PULUMI_BACKEND_URL:-}
if [ -z "$backend" ] && [ -z "${PULUMI_ACCESS_TOKEN:-}" ]; then
	login=${PULUMI_HOME:-$HOME/.pulumi}/credentials.json
	[ ! -f "$login" ] || backend=$(sed -n 's/.*"current": *"\([^"]*\)".*/\1/p' "$login")
	case $backend in http*)
		# The login is kept in the home that made it, so that home has to be the one in use.
		[ "$PLUGIN_KIND" = official ] && put PULUMI_HOME "$(dirname "$login")" || backend=
		;;
	esac
	if [ -z "$backend" ]; then
		(umask 077 && mkdir -p "$STATE/state")
		chmod 700 "$STATE"
		# Without attributes beside each file, for which it is hashed once more; a killed run left them half written.
		backend="file://$STATE/state?metadata=skip"
	fi
fi
[ -z "$backend" ] || put PULUMI_BACKEND_URL "$backend"

# A passphrase is made once. Pulumi Cloud needs none.
if [ -z "${PULUMI_CONFIG_PASSPHRASE+set}" ] && [ -z "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ]; then
	case $backend in
	"" | http*) ;;
	*)
		if [ ! -s "$STATE/passphrase" ]; then
			(umask 077 && mkdir -p "$STATE" && head -c 24 /dev/urandom | base64 >"$STATE/passphrase")
		fi
		put PULUMI_CONFIG_PASSPHRASE_FILE "$STATE/passphrase"
		;;
	esac
elif [ -n "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ]; then
	put PULUMI_CONFIG_PASSPHRASE_FILE "$PULUMI_CONFIG_PASSPHRASE_FILE"
fi

# In a shell, `pulumi` tidies up after itself: the salt leaves the tracked file, a dead lock is explained.
cat <<SHELL
pulumi() {
	if command pulumi "\$@"; then set -- 0; else set -- "\$?"; fi
	(cd $(printf %q "$ROOT") && .venv/bin/python -m ops.after "\$1")
	return "\$1"
}
SHELL
