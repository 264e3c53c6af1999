# Saves what a student made before it is deleted; a failure (exit 1) stops the deletion. See docs/archive-and-restore.md.
# In, by environment: STACK STUDENT HOME_VOLUME ENGINE_VOLUME SAVES_VOLUME SEAT POSTGRES DATABASE IMAGE FOLDER MAXIMUM_MIB
# TIMEOUT_SECONDS. Out: $FOLDER/$STACK/$STUDENT/<UTC time>.tar.gz. The environment is that of the
# last `up`, which an older version may have made: whatever is added to it needs a default here.
# `mentor/components/archive.py` says how it is run.
# shellcheck shell=bash disable=SC2153
{ # Read whole before any of it runs: a file that is cut short, or changed meanwhile, saves nothing and is an error.
set -uo pipefail
umask 077
say() { echo "archive of $STUDENT: $*"; }
die() {
  say "$1. ${2-} Nothing of $STUDENT was deleted; to delete without an archive, set MENTOR_ARCHIVE=off." >&2
  exit 1
}
folder=${FOLDER/#"~/"/$HOME/}/$STACK/$STUDENT
parts=$folder/.parts
helper=mentor-$STACK-archive-$STUDENT
room=$((MAXIMUM_MIB * 1048576))
before="run \`pulumi up\` with $STUDENT still in the class, then delete again."

engine=$(docker version -f '{{.Server.Version}}' 2>&1) || die "the Docker engine at ${DOCKER_HOST:-this machine} does not answer (${engine##*$'\n'})" "Start it, then try again."
cleanup() {
  docker rm -fv "$helper" > /dev/null 2>&1
  rm -rf "$parts" "$folder"/*.part
  rmdir "$folder" 2> /dev/null
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
cleanup
{ mkdir -p "$parts" && chmod 700 "$folder" "${folder%/*}"; } || die "$folder cannot be written" "Make room or give access there."
said() { grep -v -e '^$' -e "^Run 'docker" "$parts/said" | tail -n 1; }
left() { echo $((TIMEOUT_SECONDS > SECONDS ? TIMEOUT_SECONDS - SECONDS : 1)); }
state() { docker container inspect -f '{{.State.Status}}' "$1" 2> /dev/null | grep . || echo missing; }
# save FILE COMMAND...: its output, within size and time left. A client passes other signals on to who may not listen.
save() {
  local file=$parts/$1 codes=(0 0)
  shift
  timeout --foreground -s KILL "$(left)" "$@" 2> "$parts/said" | head -c $((room + 1)) > "$file" || codes=("${PIPESTATUS[@]}")
  room=$((room - $(wc -c < "$file")))
  [ "$room" -ge 0 ] || die "more than $MAXIMUM_MIB MiB" "Raise mentor:archive.maximum, $before"
  [ "${codes[0]}" -eq 0 ] || [ "$SECONDS" -lt "$TIMEOUT_SECONDS" ] || die "not done after $TIMEOUT_SECONDS s" "Raise mentor:archive.timeout, $before"
  [ "${codes[0]}" -eq 0 ] || die "${file##*/}: $(said)" "Repair that, then try again."
  [ "${codes[1]}" -eq 0 ] || die "$folder cannot be written" "Make room there, then try again."
}

# "docker run -v" would make a missing volume anew, and an empty archive.
docker volume inspect "$HOME_VOLUME" "$ENGINE_VOLUME" "$SAVES_VOLUME" > /dev/null 2> "$parts/said" || die "$(said)" "What was in it is lost."

# The student's own containers first, so that their files are whole; an engine that does not run has none. grep reads the
# list to its end: with -q it may end before docker, which then fails, and with it (pipefail) the whole question.
if [ "$(state "$SEAT")" = running ] && docker top "$SEAT" -eo pid,comm 2> /dev/null | grep -w dockerd > /dev/null; then
  # shellcheck disable=SC2016
  timeout --foreground 60 docker exec -u student "$SEAT" sh -c 'docker ps -q | xargs -r docker stop -t 10' > /dev/null 2> "$parts/said" ||
    say "his running containers could not be stopped first ($(said)): files of theirs may be half written"
fi
kept=() with_saves=
# pack_up FILE [PATH]: of the volumes, home and Docker volumes without a path. Not "run --rm": when that is cut short, its
# container goes, or even comes, later than it. tar's 1: a file changed meanwhile.
pack_up() {
  # shellcheck disable=SC2016
  docker create --name "$helper" --label "mentor.stack=$STACK" --pull never --log-driver none --network none --read-only \
    --user 0 --cap-drop ALL --cap-add DAC_READ_SEARCH -v "$HOME_VOLUME:/archive/home:ro" -v "$ENGINE_VOLUME:/archive/engine:ro" \
    -v "$SAVES_VOLUME:/archive/saves:ro" --entrypoint sh "$IMAGE" -c 'cd /archive; [ ! -d "saves/$0" ] || echo saves >&2
      [ $# -gt 0 ] || { set -- home; [ ! -d engine/volumes ] || set -- home engine/volumes; }
      tar --numeric-owner --sparse --warning=no-file-ignored --exclude=backingFsBlockDev -cf - "$@" || [ $? = 1 ]' "$STUDENT" "${@:2}" \
    > /dev/null 2> "$parts/said" || die "$1: $(said)" "Repair that, then try again."
  save "$1" docker start --attach "$helper"
  kept+=("$1")
  grep -qx saves "$parts/said" && with_saves=1
  docker rm -fv "$helper" > /dev/null 2> "$parts/said" || die "$(said)" "Remove the container $helper, then try again."
}
pack_up seat.tar
[ -z "$with_saves" ] || pack_up saves.tar "saves/$STUDENT"

case $(state "$POSTGRES") in
  running) ;;
  missing) die "the container $POSTGRES is gone, so the database cannot be read" "To make it again, run \`pulumi up --refresh\` with $STUDENT still in the class." ;;
  *)
    docker start "$POSTGRES" > /dev/null 2> "$parts/said" || die "$POSTGRES does not start: $(said)" "See \`docker logs $POSTGRES\`."
    until docker exec "$POSTGRES" healthy > /dev/null 2>&1; do
      [ "$SECONDS" -lt "$TIMEOUT_SECONDS" ] || die "$POSTGRES was started, and is not ready" "See \`docker logs $POSTGRES\`."
      sleep 1
    done
    ;;
esac
kept+=(database.dump)
# shellcheck disable=SC2016
save database.dump docker exec "$POSTGRES" sh -c 'postgres --version >&2; exec student-dump "$0"' "$DATABASE"

part() { echo "\"$1\": {\"bytes\": $(($(wc -c < "$parts/$1"))), \"sha256\": \"$(sha256sum < "$parts/$1" | cut -d ' ' -f 1)\"}"; }
until time=$(date -u +%Y%m%dT%H%M%SZ) && [ ! -e "$folder/$time.tar.gz" ]; do sleep 1; done
archive=$folder/$time.tar.gz
listed=$(for file in "${kept[@]}"; do part "$file"; done | paste -sd ,)
cat > "$parts/manifest.json" <<MANIFEST
{"format": 1, "student": "$STUDENT", "stack": "$STACK", "time": "$time",
 "versions": {"docker": "$engine", "postgresql": "$(sed -n '1s/.*) \([0-9.]*\).*/\1/p' "$parts/said")"},
 "parts": {$listed}}
MANIFEST
{ tar -tf "$parts/seat.tar" > /dev/null && [ "$(head -c 5 "$parts/database.dump")" = PGDMP ]; } || die "what was read is not whole" "Try again."
pack() {
  timeout --foreground "$(left)" tar -cf - -C "$parts" manifest.json "${kept[@]}" | gzip -1 > "$archive.part" &&
    [ "$(tar -tzf "$archive.part" | tr '\n' ' ')" = "manifest.json ${kept[*]} " ] && mv "$archive.part" "$archive"
}
pack 2> "$parts/said" || die "$archive cannot be written: $(said)" "Make room there, then try again."
say "$archive ($(($(wc -c < "$archive") / 1024)) KiB)"
exit 0
}
