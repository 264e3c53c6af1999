# Removes the stopped containers that the classic builder left behind, one for each step of a build, and no other one.
# In, by environment: IMAGES (ids of what was built). Out: nothing.
# A step's container runs on the image of the step before it and has that step's command: both are in the image's history.
# Anybody else's container has another command, or a name that the workshop gave it and its label.
# shellcheck shell=bash
set -euo pipefail
steps=$(
  for image in $IMAGES; do
    # Newest first; a line that says what it ran, and on the next line the image that it ran on.
    docker history --no-trunc --format '{{.ID}} {{.CreatedBy}}' "$image" | awk '
      { image = $1; $1 = "" }
      NR > 1 && image != "<missing>" { print image, command }
      { command = $0; sub(/^ *\|[0-9]+ .*\/bin\/sh -c /, "/bin/sh -c ", command); gsub(/[ \t]+/, " ", command); sub(/^ /, "", command) }'
  done | sort -u
)
for id in $(docker ps --all --quiet --no-trunc --filter status=created --filter status=exited); do
  # One that went meanwhile is no fault.
  found=$(docker inspect --format '{{index .Config.Labels "mentor.stack"}}|{{.Image}}{{range .Config.Cmd}} {{.}}{{end}}' "$id" 2> /dev/null) || continue
  step=$(tr -s ' \t' ' ' <<< "${found#*|}")
  if [[ $found =~ ^(<no value>)?\| && $'\n'$steps$'\n' == *$'\n'"$step"$'\n'* ]]; then
    docker rm -v "$id" > /dev/null 2>&1 || ! docker inspect "$id" > /dev/null 2>&1
  fi
done
