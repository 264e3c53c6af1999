# Sends the course's SQL to the server, which loads it into a scratch database and makes that the students' template.
# In, by environment: POSTGRES (container), COURSE (folder), FILES (JSON list of paths in it, in their order).
# Out: nothing, or what is wrong as "sample.sql:12: ERROR:  ..." and exit 1; the template is then as it was.
# shellcheck shell=bash
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "{\"files\": $FILES}" > "$work/load.json"
python3 -c 'import json, os; print(*json.loads(os.environ["FILES"]), sep="\0", end="\0")' > "$work/names"
# -h: a link to a file elsewhere in the course is sent as that file.
send() {
  if [ "$FILES" = '[]' ]; then
    tar -cf - -C "$work" load.json
  else
    COPYFILE_DISABLE=1 tar -chf - -C "$work" load.json -C "$1" --null -T "$work/names"
  fi
}
send "$(cd "$COURSE" && pwd)" | docker exec -i "$POSTGRES" course-load
