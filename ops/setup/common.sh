# Shared by the setup steps: where things are kept, which versions, and how a step speaks.
# In: the environment. Out: variables, and the functions say, need, fail, note and have.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are read by the scripts that source this file

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${MENTOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mentor}
STATE=${MENTOR_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/mentor}
VENV=$ROOT/.venv
BASE_IMAGE=debian:trixie-slim
PLUGINS="docker command postgresql random grafana"
DOWNLOADS=get.pulumi.com

# Two checkouts must not share stand-ins that run from one of them.
CHECKOUT=$CACHE/checkouts/$(printf %s "$ROOT" | cksum | cut -d' ' -f1)
ROUTE=$CHECKOUT/route.sh # what setup decided; env.sh reads it

# The pins live in requirements.txt alone: an SDK's version is its plugin's.
pinned() { sed -n "s/^$1==\([^ ;#]*\).*/\1/p" "$ROOT/requirements.txt"; }
PULUMI_VERSION=$(pinned pulumi)
# One of them is not Pulumi's own: its package and its place of download are named otherwise.
sdk_of() { [ "$1" = grafana ] && echo pulumiverse-grafana || echo "pulumi-$1"; }

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "setup: $*" >&2; }

# One line per thing that is missing and cannot be installed from here; all of them are named before anything stops.
MISSING=()
need() { MISSING+=("$1"); }
stop_if_missing() {
	[ ${#MISSING[@]} -eq 0 ] && return 0
	printf 'setup: missing: %s\n' "${MISSING[@]}" >&2
	exit 1
}
fail() {
	say "$*"
	exit 1
}

# apt-get serves root on Debian (and its kin) only.
can_apt() { [ "$(id -u)" -eq 0 ] && have apt-get; }

# watched LOG COMMAND...: its output goes to LOG; every ten seconds a line says how long it works, and its own last words.
watched() {
	local log=$1 began=$SECONDS next=10 work
	shift
	"$@" >>"$log" 2>&1 </dev/null &
	work=$!
	trap 'kill "$work" 2>/dev/null; exit 130' INT TERM # what runs in the background does not hear Ctrl-C
	while kill -0 "$work" 2>/dev/null; do
		sleep 0.2
		if ((SECONDS - began >= next)); then
			say "  $((SECONDS - began)) s: $(tail -n 1 "$log" | tr -d '\r' | cut -c 1-100)"
			next=$((next + 10))
		fi
	done
	trap - INT TERM
	wait "$work"
}

# apt_install PACKAGE...: short unless it fails. The lists are fetched first, unless that was done within the hour.
apt_install() {
	say "installing $* (apt-get)"
	local log
	log=$(mktemp)
	if { find /var/lib/apt/lists -name '*_Packages*' -mmin -60 2>/dev/null | grep -q . || watched "$log" apt-get update -q; } &&
		DEBIAN_FRONTEND=noninteractive watched "$log" apt-get install -y -q --no-install-recommends "$@"; then
		rm -f "$log"
		return 0
	fi
	tail -n 15 "$log" >&2
	rm -f "$log"
	fail "apt-get could not install: $*"
}

# downloads_reachable: asked at most once per run, with a few seconds' patience.
downloads_reachable() {
	if [ -z "${MENTOR_DOWNLOADS:-}" ]; then
		if have curl && curl -fsSI --connect-timeout 5 --max-time 10 -o /dev/null "https://$DOWNLOADS/releases/sdk/pulumi-v$PULUMI_VERSION-linux-x64.tar.gz" 2>/dev/null; then
			MENTOR_DOWNLOADS=yes
		else
			MENTOR_DOWNLOADS=no
		fi
		export MENTOR_DOWNLOADS
	fi
	[ "$MENTOR_DOWNLOADS" = yes ]
}

# install_hint PACKAGE: the command that a person types on this machine.
install_hint() {
	local sudo="sudo "
	[ "$(id -u)" -ne 0 ] || sudo=
	if have brew; then
		echo "brew install $1"
	elif have apt-get; then
		echo "${sudo}apt-get install $1"
	elif have dnf; then
		echo "${sudo}dnf install $1"
	elif have pacman; then
		echo "${sudo}pacman -S $1"
	else
		echo "install $1"
	fi
}
