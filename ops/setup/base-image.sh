#!/usr/bin/env bash
# The one image that every other is built on, on the stack's host.
# In: $1, the engine's address. Out: debian:trixie-slim there: pulled, or made by offline/base-image.sh.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

host=${1:-unix:///var/run/docker.sock}
present() { DOCKER_HOST=$1 docker image inspect --format '{{.Id}}' "$BASE_IMAGE" >/dev/null 2>&1; }
present "$host" && exit 0

# A pull that cannot connect may hang for minutes, one that downloads deserves its time: layers appear within seconds.
say "pulling $BASE_IMAGE"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
DOCKER_HOST=$host docker pull "$BASE_IMAGE" >"$log" 2>&1 &
pull=$!
for _ in $(seq 40); do
	kill -0 "$pull" 2>/dev/null || break
	grep -q 'Pulling fs layer' "$log" && break
	sleep 0.25
done
if kill -0 "$pull" 2>/dev/null && ! grep -q 'Pulling fs layer' "$log"; then
	kill "$pull" 2>/dev/null || true
fi
wait "$pull" 2>/dev/null || true
present "$host" && exit 0

local_socket=unix:///var/run/docker.sock
make_it() { # on the engine at $1
	if ! have debootstrap && can_apt; then apt_install debootstrap; fi
	say "making $BASE_IMAGE with debootstrap at $1 (its registry is not reachable)"
	DOCKER_HOST=$1 "$ROOT/offline/base-image.sh" "$BASE_IMAGE" >&2 ||
		fail "offline/base-image.sh failed (see above); or bring the image: docker save $BASE_IMAGE | docker -H $1 load"
}
if [ "$host" != "$local_socket" ] && present "$local_socket"; then
	say "sending $BASE_IMAGE to $host"
	DOCKER_HOST=$local_socket docker save "$BASE_IMAGE" | DOCKER_HOST=$host docker load -q >&2
else
	make_it "$host"
fi
present "$host" || fail "$BASE_IMAGE is still missing on $host"
