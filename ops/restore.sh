#!/bin/bash
# restore.sh FILE --stack STACK --student ID [--yes]
# Puts one archive back: the database, then home and the engine's volumes of that student's seat. What is there now is
# replaced. Asks first, unless --yes. DOCKER_HOST names the engine where it is not this machine's.
set -euo pipefail

die() {
  echo "restore: $*" >&2
  exit 1
}
usage() { die "usage: restore.sh FILE --stack STACK --student ID [--yes]"; }
archive='' stack='' student='' yes=''
while [ $# -gt 0 ]; do
  case $1 in
    --stack | --student)
      [ $# -gt 1 ] || usage
      if [ "$1" = --stack ]; then stack=$2; else student=$2; fi
      shift
      ;;
    --yes) yes=1 ;;
    -*) usage ;;
    *)
      [ -z "$archive" ] || usage
      archive=$1
      ;;
  esac
  shift
done
[ -n "$archive" ] && [ -n "$stack" ] && [[ $student =~ ^[a-z][a-z0-9-]{0,30}$ ]] || usage
[ -f "$archive" ] || die "$archive: no such file"
here=$(dirname "${BASH_SOURCE[0]}")
seat=mentor-$stack-seat-$student
postgres=mentor-$stack-postgres

# Whole before anything is touched.
part() { tar -xzOf "$archive" "$1"; }
manifest=$(part manifest.json 2> /dev/null) || die "$archive is not an archive of a student's work"
fields=$(python3 -c 'import json, re, sys
m = json.loads(sys.argv[1])
assert m["format"] == 1
fields = m["student"], m["stack"], m["time"], *(m["parts"][part]["sha256"] for part in ("seat.tar", "database.dump"))
assert all(re.fullmatch("[A-Za-z0-9-]{1,64}", field) for field in fields)
print(*fields)' \
  "$manifest" 2> /dev/null) || die "$archive has a manifest that this version does not understand"
read -r whose whence time seat_sum database_sum <<< "$fields"
check() { [ "$(part "$1" | sha256sum | cut -d ' ' -f 1)" = "$2" ] || die "$archive is damaged: $1 is not what was saved"; }
check seat.tar "$seat_sum"
check database.dump "$database_sum"
# It may come from a student, who took it home: what he could not have made in his seat would give him more rights there.
foreign=$(part seat.tar | tar --numeric-owner -tvf - | awk '
  function his(number) { return number == 1000 || (number >= 100000 && number < 165536) }
  { split($2, owner, "/") }
  ($1 ~ /^...[sS]/ && !his(owner[1])) || ($1 ~ /^......[sS]/ && !his(owner[2])) { found = found ? found : $0 }
  END { print found }') || die "$archive is damaged: seat.tar cannot be read"
[ -z "$foreign" ] || die "$archive was not made by a seat: it brings a program that runs as somebody else ($foreign)"

docker version > /dev/null || die "the Docker engine at ${DOCKER_HOST:-this machine} does not answer"
state() { docker container inspect -f '{{.State.Status}}' "$1" 2> /dev/null | grep . || echo missing; }
for container in "$seat" "$postgres"; do
  [ "$(state "$container")" != missing ] ||
    die "there is no container $container: put $student into the class and run \`pulumi up --refresh\`, then restore"
done
[ "$(state "$postgres")" = running ] || die "$postgres does not run: start it (docker start $postgres), then restore"
docker volume inspect "$seat-home" "$seat-engine" > /dev/null || die "run \`pulumi up --refresh\`, then restore"

if [ -z "$yes" ]; then
  [ -t 0 ] || die "this replaces what $student has now, and there is no terminal to ask on: add --yes"
  read -r -p "Replace home, Docker volumes and database of $student in stack $stack by what $whose had at $time \
(stack $whence)? [y/N] " answer
  [[ $answer =~ ^[yY] ]] || die "nothing was changed"
fi

# The database first: it is replaced in one step or not at all.
# What it complains of may be text of the dump: nothing in it acts on the operator's terminal.
{ part database.dump | docker exec -i "$postgres" student-restore "$student" 2>&1 >&3 3>&- | LC_ALL=C tr -d '\000-\010\013-\037\177' >&2; } 3>&1 ||
  die "nothing was changed"
echo "database $student: as $whose had it at $time"

helper=mentor-$stack-restore-$student
finish() {
  docker rm -fv "$helper" > /dev/null 2>&1 || true
  docker start "$seat" > /dev/null
}
trap finish EXIT
docker stop -t 20 "$seat" > /dev/null
image=$(docker container inspect -f '{{.Image}}' "$seat")
# Not "run --rm": a helper that is cut short must be gone before the seat starts. It ends first what an earlier, killed
# restore began; the script comes from here, as the seat may be of an older image.
docker rm -fv "$helper" > /dev/null 2>&1 || true
docker create -i --name "$helper" --label "mentor.stack=$stack" --pull never --log-driver none --network none --read-only \
  --user 0 --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add FSETID \
  -v "$seat-home:/archive/home" -v "$seat-engine:/archive/engine" --entrypoint bash "$image" \
  -c "$(< "$here/../images/seat/lib/put-back")" put-back /archive/home /archive/engine "$seat_sum" > /dev/null ||
  die "no helper could be made: home and Docker volumes of $student are as they were"
part seat.tar | docker start --attach --interactive "$helper" ||
  die "the seat's volumes could not be written: home and Docker volumes of $student are as they were"
echo "seat of $student: home and Docker volumes as $whose had them at $time"
