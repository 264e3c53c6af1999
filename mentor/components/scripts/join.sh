# Joins a service to a seat's network; with HOST it then gives the seat its limit of processes and waits, bounded, until the
# terminal answers: seats carry no health check, because thirty of them would keep two cores busy.
# In, by environment: ALIAS NETWORK SERVICE STUDENT; for waiting HOST SEAT PROCESSES. Out: nothing; it may run twice.
# shellcheck shell=bash disable=SC2153
{ # Read whole before any of it runs.
set -u
joined() { docker inspect -f '{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}' "$SERVICE" | grep -qw "$NETWORK"; }
# A repeated connect fails, and is then looked up.
docker network connect --alias "$ALIAS" "$NETWORK" "$SERVICE" 2> /dev/null || joined || {
  echo "cannot join $ALIAS to the network of seat $STUDENT" >&2
  exit 1
}
[ -n "${HOST-}" ] || exit 0
# The provider has no limit on processes, and the engine takes one at any time.
if ! docker update --pids-limit "$PROCESSES" "$SEAT" > /dev/null || ! docker exec "$SERVICE" wait-for "$HOST" 2222 120; then
  echo "seat $STUDENT did not open its terminal within 120 s; see: docker logs $HOST" >&2
  exit 1
fi
exit 0
}
