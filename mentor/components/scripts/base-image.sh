# Brings the image that all others are built on to a host: pulled there, else sent from this machine's engine.
# In, by environment: DOCKER_HOST, IMAGE. Out: nothing; the second time it changes nothing.
# shellcheck shell=bash
set -euo pipefail
has() { docker image inspect --format '{{.Id}}' "$IMAGE" > /dev/null 2>&1; }
has && exit 0
said=$(docker pull -q "$IMAGE" 2>&1) && exit 0
here=(env DOCKER_HOST= DOCKER_CONTEXT=default docker)
if "${here[@]}" image inspect --format '{{.Id}}' "$IMAGE" > /dev/null 2>&1; then
  "${here[@]}" save "$IMAGE" | docker load -q > /dev/null
  exit 0
fi
echo "$IMAGE cannot be pulled at $DOCKER_HOST (${said##*$'\n'}), and this machine has none to send: docker save $IMAGE | docker -H $DOCKER_HOST load" >&2
exit 1
