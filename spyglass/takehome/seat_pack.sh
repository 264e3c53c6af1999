#!/bin/bash
# shellcheck disable=SC2016 # the inner shell expands them
# A student's home and the volumes of his engine on standard output, as one tar like seat.tar of an archive: below home/ and
# engine/volumes/, with the owners' numbers as they are on the host. It comes with each use from the web app, over SSH.
# Exit status: 0, anything else when it is not whole. Nothing is stopped for it: who takes it home works on.
set -u
volumes=var/lib/engine/volumes
options=() parts=(home/student)
[[ ! -d /$volumes ]] || parts+=("$volumes")
# An engine that runs is writing this list; without one it makes it anew from the volumes.
! pgrep -x dockerd > /dev/null || options=(--exclude="$volumes/metadata.db")

# outside /etc/subuid: what the numbers in the namespace are outside of it. 0 is the student, 1 the first of those lent to him.
outside() {
  local first count
  IFS=: read -r _ first count < "$1"
  echo "+0 student:1000"
  awk -v first="$first" -v count="$count" 'BEGIN { for (n = 1; n <= count; n++) print "+" n " student:" first + n - 1 }'
}
export -f outside

# In a user namespace like the engine's own: only there can files of the containers' other users be read. tar's status 1
# means that a file changed while it was read.
exec rootlesskit bash -c 'tar --numeric-owner --owner-map=<(outside /etc/subuid) --group-map=<(outside /etc/subgid) \
  --sparse --warning=no-file-ignored --anchored --exclude=var/lib/engine/volumes/backingFsBlockDev \
  --transform "s,^home/student,home,S;s,^var/lib/engine,engine,S" -C / -cf - "$@" || [ $? = 1 ]' pack "${options[@]}" "${parts[@]}"
