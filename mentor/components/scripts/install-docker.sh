# Brings Docker from the system's own packages, and lets the kernel carry a class of seats. Runs on the server, as root.
# In: a Debian or Ubuntu; SUDO_USER, who is to use Docker. Out: a line for each thing that was changed; nothing the second
# time. An engine that runs is never restarted. `bare.py` and `probe.py` know the two files that tell how far it came.
# shellcheck shell=bash
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C.UTF-8
BEGUN=/var/lib/mentor-installs-docker
SETTINGS=/etc/sysctl.d/60-mentor.conf
MODULES=/etc/modules-load.d/mentor.conf
OLD_FILES=(--force-confdef --force-confold) # nobody is asked about files in /etc
WAITS=120                                   # times five seconds, for a system's own updates after its first start
# Only ever more than there is. An engine in each seat watches files, and the kernel counts all seats as one user.
WANTED='
user.max_user_namespaces 28633
kernel.unprivileged_userns_clone 1
fs.inotify.max_user_instances 8192
fs.inotify.max_user_watches 524288
net.ipv4.neigh.default.gc_thresh2 4096
net.ipv4.neigh.default.gc_thresh3 8192
kernel.keys.maxkeys 20000
kernel.keys.maxbytes 500000
'

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}
answers() { docker version > /dev/null 2>&1; }

patiently() { # COMMAND...: again while somebody else installs something; what it said at last, if it failed
  local wait
  for ((wait = 0; ; wait++)); do
    if "$@" > "$log" 2>&1 9>&-; then return 0; fi
    if ((wait == WAITS)) || ! grep -qE 'locked by another process|Could not get lock' "$log"; then break; fi
    ((wait > 0)) || say "waiting for another installation on this system"
    sleep 5
  done
  tail -n 15 "$log" >&2
  return 1
}

packages() { # PACKAGE...
  say "installing $*"
  patiently apt-get -q install -y --no-install-recommends "${OLD_FILES[@]/#/-oDPkg::Options::=}" "$@" ||
    fail "apt-get could not install $*"
}

bring_docker() {
  : > "$BEGUN" # the next run goes on from here, however this one ends
  if [ ! -e /usr/sbin/dockerd ] || [ -n "$(dpkg --audit)" ]; then
    ! command -v cloud-init > /dev/null || timeout 600 cloud-init status --wait > /dev/null 2>&1 || true
    patiently dpkg "${OLD_FILES[@]}" --configure -a || fail "dpkg has unfinished work that it cannot finish"
    patiently apt-get -q update || fail "apt-get could not fetch the lists of packages"
    packages docker.io iptables ca-certificates apparmor
  fi
  command -v docker > /dev/null || packages docker-cli # of its own from Debian 13 on
  answers || if [ -d /run/systemd/system ]; then systemctl enable --now docker > "$log" 2>&1 || true
  else service docker start > "$log" 2>&1 9>&- || true; fi
  for _ in {1..120}; do
    if answers; then break; fi
    sleep 0.5
  done
  answers || fail "Docker was installed and does not start: journalctl -u docker, or /var/log/docker.log"
  say "Docker $(docker version --format '{{.Server.Version}}') runs"
}

file_of() { printf '/proc/sys/%s' "${1//./\/}"; } # not everybody has the program sysctl
set_to() { # NAME VALUE OLD
  if { echo "$2" > "$(file_of "$1")"; } 2> /dev/null; then say "$1: $3 -> $2"; else say "$1 stays $3: it cannot be set"; fi
}

prepare_kernel() {
  local name value old
  while read -r name value; do
    [ -r "$(file_of "${name:-none}")" ] || continue
    old=$(< "$(file_of "$name")")
    ((old >= value)) || set_to "$name" "$value" "$old"
    printf '%s = %s\n' "$name" "$((old > value ? old : value))"  >&3
  done <<< "$WANTED"
  name=kernel.apparmor_restrict_unprivileged_userns # Ubuntu's
  if [ -r "$(file_of "$name")" ]; then
    old=$(< "$(file_of "$name")")
    [ "$old" = 0 ] || set_to "$name" 0 "$old"
    printf '%s = 0\n' "$name" >&3
  fi
  if [ ! -c /dev/net/tun ]; then
    if modprobe tun 2> /dev/null; then say "loaded the module tun"; else say "the kernel has no module tun"; fi
  fi
}

main() {
  # One that lost its line may still be at work here: what it began ends first.
  exec 9> /run/lock/mentor-installs-docker
  flock -w 900 9 || fail "another installation has been at work for a quarter of an hour"
  log=$(mktemp) kept=$(mktemp)
  trap 'rm -f "$log" "$kept"' EXIT
  answers || bring_docker
  if [ -n "${SUDO_USER-}" ] && ! id -nG "$SUDO_USER" | tr ' ' '\n' | grep -qx docker; then
    usermod -aG docker "$SUDO_USER"
    say "$SUDO_USER may use Docker"
  fi
  prepare_kernel 3> "$kept"
  mkdir -p "${SETTINGS%/*}" "${MODULES%/*}"
  echo tun > "$MODULES"
  cmp -s "$kept" "$SETTINGS" || {
    install -m 644 "$kept" "$SETTINGS"
    say "wrote $SETTINGS"
  }
  rm -f "$BEGUN"
}

# The shell reads this text from its input: nothing that it starts may do so too.
main < /dev/null
