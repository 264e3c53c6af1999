# Joins the services to a seat's network, gives the seat its limit of processes, and waits, bounded, until the terminal
# answers: seats carry no health check, because thirty of them would keep two cores busy.
# In, by environment: NETWORK STUDENT SEAT HOST PROCESSES, and the ids of SPYGLASS POSTGRES REGISTRY (their beginnings do). Out: nothing; it may
# run twice, and parts nothing.
# shellcheck shell=bash disable=SC2153
{ # Read whole before any of it runs.
set -u
joined() { docker inspect -f '{{range .NetworkSettings.Networks}} {{.NetworkID}}{{end}}' "$1" | grep -qF " $NETWORK"; }
for alias in spyglass postgres registry; do
  name=${alias^^} # A repeated connect fails, and is then looked up.
  docker network connect --alias "$alias" "$NETWORK" "${!name}" 2> /dev/null || joined "${!name}" || {
    echo "cannot join $alias to the network of seat $STUDENT" >&2
    exit 1
  }
done
# The provider has no limit on processes, and the engine takes one at any time.
if ! docker update --pids-limit "$PROCESSES" "$SEAT" > /dev/null || ! docker exec "$SPYGLASS" wait-for "$HOST" 2222 120; then
  echo "seat $STUDENT did not open its terminal within 120 s; see: docker logs $HOST" >&2
  exit 1
fi
exit 0
}
