#!/usr/bin/env bash
# A Docker Engine for the stack: found, or on Debian as root installed and started.
# In: $1, the engine's address (the stack's `hosts`). Out: an engine that answers there; one that runs is never restarted.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

host=${1:-unix:///var/run/docker.sock}
local_socket=unix:///var/run/docker.sock
answers() { DOCKER_HOST=$1 timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

answers "$host" && exit 0
case $host in
ssh://*) fail "no Docker Engine answers at $host: try \`ssh ${host#ssh://} docker version\` (a port goes in ~/.ssh/config or -p); see docs/install.md" ;;
esac
if [ "$host" != "$local_socket" ]; then fail "no Docker Engine answers at $host: start it, or set another with \`pulumi config set --path 'hosts[0]' ADDRESS\`"; fi
if [ -n "${DOCKER_HOST:-}" ] && [ "$DOCKER_HOST" != "$host" ] && answers "$DOCKER_HOST"; then
	fail "an engine answers at DOCKER_HOST, none at $host: name it to the stack with \`pulumi config set --path 'hosts[0]' $DOCKER_HOST\`"
fi
if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
	fail "the engine's socket is not yours to use: sudo usermod -aG docker $(id -un), then sign in again"
fi
if ! can_apt; then
	fail "no Docker Engine answers at $host: start it (sudo systemctl start docker), or install it: https://docs.docker.com/engine/install/"
fi

if ! have dockerd || ! have iptables; then apt_install docker.io iptables; fi
answers "$host" && exit 0 # the package's own service may have started it

if [ -d /run/systemd/system ]; then
	say "starting Docker Engine (systemctl)"
	systemctl start docker || fail "systemctl could not start docker: journalctl -u docker"
else
	mkdir -p "$STATE"
	# A killed engine leaves these; another process may have its number by now, and a new engine would believe it.
	for file in /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
		case $(cat "/proc/$(cat "$file" 2>/dev/null)/comm" 2>/dev/null) in
		dockerd | containerd) ;;
		*) rm -f "$file" ;;
		esac
	done
	say "starting Docker Engine (dockerd, log: $STATE/dockerd.log)"
	setsid dockerd >>"$STATE/dockerd.log" 2>&1 </dev/null &
	started=$!
fi
for _ in $(seq 120); do
	answers "$host" && exit 0
	[ -z "${started:-}" ] || kill -0 "$started" 2>/dev/null || break
	sleep 0.5
done
[ -d /run/systemd/system ] || tail -n 5 "$STATE/dockerd.log" >&2
fail "Docker Engine does not start: see its log (journalctl -u docker, or $STATE/dockerd.log)"
