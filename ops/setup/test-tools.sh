#!/usr/bin/env bash
# What the tests run against besides Docker: a browser, and the daemons that the web app talks to.
# In: nothing. Out: these commands on PATH, or one line that says how to get them.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PATH=$PATH:/usr/sbin

missing=()
for pair in chromium:chromium openssh-server:sshd tmux:tmux slapd:slapd ldap-utils:ldapsearch caddy:caddy iproute2:ip; do
	have "${pair#*:}" || missing+=("${pair%:*}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
can_apt || fail "the tests need ${missing[*]}: $(install_hint "${missing[@]}")"
# In this run level packages do not start their daemons: the tests start their own.
RUNLEVEL=1 apt_install "${missing[@]}"
