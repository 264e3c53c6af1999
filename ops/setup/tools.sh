#!/usr/bin/env bash
# The programs that the commands of a stack call: curl, openssl, ssh-keygen, tar, the docker CLI, and python3 with venv.
# In: nothing. Out: all of them on PATH, or one line for each that is missing with the command that installs it.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PACKAGES=()
tool() { # tool PROGRAM PACKAGE
	have "$1" && return 0
	if can_apt; then PACKAGES+=("$2"); else need "$1: $(install_hint "$2")"; fi
}

tool curl curl
tool openssl openssl
tool ssh-keygen openssh-client
tool tar tar
tool sha256sum coreutils
tool docker docker.io

# python3 may be new enough and still lack venv (Debian splits it off); the checkout's own venv proves both.
new_enough() { have python3 && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
with_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
if [ ! -x "$VENV/bin/python" ]; then
	if can_apt && ! have python3; then
		PACKAGES+=(python3 python3-venv)
	elif ! new_enough; then
		need "Python 3.11 or newer as python3: $(install_hint python3)"
	elif ! with_venv; then
		if can_apt; then PACKAGES+=(python3-venv); else need "Python's venv: $(install_hint python3-venv)"; fi
	fi
fi

stop_if_missing
[ ${#PACKAGES[@]} -eq 0 ] || apt_install "${PACKAGES[@]}"
have docker || apt_install docker-cli # Debian 13 and later; before, it was part of docker.io
if [ ! -x "$VENV/bin/python" ]; then
	new_enough || fail "Python 3.11 or newer is needed; this system's python3 is older: see https://docs.python.org/3/using/unix.html"
	with_venv || fail "python3 lacks venv: $(install_hint python3-venv)"
fi
