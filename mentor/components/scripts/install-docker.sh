# Brings Docker from the system's own packages, and lets the kernel carry a class of seats. Runs on the server, as root.
# In: on a Debian or Ubuntu; SUDO_USER, who is to use Docker. Out: a line for each thing that was changed; nothing the second
# time. An engine that is there is never restarted. `probe.py` and `bare.py` know the two files that this writes.
# shellcheck shell=bash
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
BEGUN=/var/lib/mentor-installs-docker
SETTINGS=/etc/sysctl.d/60-mentor.conf
MODULES=/etc/modules-load.d/mentor.conf

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}
answers() { docker version > /dev/null 2>&1; }
apt() { apt-get -q -o DPkg::Lock::Timeout=600 "$@"; }

packages() { # PACKAGE...
  say "installing $*"
  apt install -y --no-install-recommends "$@" > "$log" 2>&1 || { tail -n 15 "$log" >&2; fail "apt-get could not install $*"; }
}

# One that lost its line may still be at work here: what it began ends first.
exec 9> /run/lock/mentor-installs-docker
flock -w 900 9 || fail "another installation has been at work for a quarter of an hour"

if ! answers; then
  : > "$BEGUN" # the next run goes on from here, however this one ends
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! command -v dockerd > /dev/null; then
    dpkg --configure -a > "$log" 2>&1 || { tail -n 15 "$log" >&2; fail "dpkg has unfinished work that it cannot finish"; }
    apt update > "$log" 2>&1 || { tail -n 15 "$log" >&2; fail "apt-get could not fetch the lists of packages"; }
    packages docker.io iptables
  fi
  command -v docker > /dev/null || packages docker-cli # of its own from Debian 13 on
  answers || if [ -d /run/systemd/system ]; then systemctl enable --now docker > /dev/null; else service docker start > /dev/null; fi
  for _ in {1..120}; do
    if answers; then break; fi
    sleep 0.5
  done
  answers || fail "Docker was installed and does not start: journalctl -u docker, or /var/log/docker.log"
  say "Docker $(docker version --format '{{.Server.Version}}') runs"
fi

if [ -n "${SUDO_USER-}" ] && ! id -nG "$SUDO_USER" | tr ' ' '\n' | grep -qx docker; then
  usermod -aG docker "$SUDO_USER"
  say "$SUDO_USER may use Docker"
fi

# Only ever more than there is. An engine in each seat watches files, and the kernel counts all seats as one user.
wanted='
user.max_user_namespaces 28633
kernel.unprivileged_userns_clone 1
fs.inotify.max_user_instances 8192
fs.inotify.max_user_watches 524288
net.ipv4.neigh.default.gc_thresh2 4096
net.ipv4.neigh.default.gc_thresh3 8192
kernel.keys.maxkeys 20000
kernel.keys.maxbytes 500000
'
kept=$(mktemp)
file_of() { printf '/proc/sys/%s' "${1//./\/}"; } # not everybody has the program sysctl
set_to() { # NAME VALUE OLD
  if { echo "$2" > "$(file_of "$1")"; } 2> /dev/null; then say "$1: $3 -> $2"; else say "$1 stays $3: it cannot be set"; fi
}
while read -r name value; do
  [ -r "$(file_of "${name:-none}")" ] || continue
  old=$(< "$(file_of "$name")")
  ((old >= value)) || set_to "$name" "$value" "$old"
  printf '%s = %s\n' "$name" "$((old > value ? old : value))" >> "$kept"
done <<< "$wanted"
name=kernel.apparmor_restrict_unprivileged_userns # Ubuntu's
if [ -r "$(file_of "$name")" ]; then
  old=$(< "$(file_of "$name")")
  [ "$old" = 0 ] || set_to "$name" 0 "$old"
  printf '%s = 0\n' "$name" >> "$kept"
fi
if [ ! -c /dev/net/tun ]; then
  modprobe tun || fail "the kernel has no module tun, which a seat's engine needs"
  say "loaded the module tun"
fi
mkdir -p "${SETTINGS%/*}" "${MODULES%/*}"
cmp -s "$kept" "$SETTINGS" || { install -m 644 "$kept" "$SETTINGS"; say "wrote $SETTINGS"; }
echo tun > "$MODULES"
rm -f "$kept" "$BEGUN"
