#!/bin/bash
# What a student must not be able to do, tried from inside a seat (rootless isolation).
# In: `docker exec -i -u student SEAT bash -s -- [ADDRESS...] < seat_checks.sh`, with addresses of other seats.
# Out: a line for each check that begins with `ok` or `FAIL`; the exit status is 0 when none failed.
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
set -u
failed=0

report() { # report STATUS TEXT [DETAIL]
  if (($1 == 0)); then
    echo "ok   $2"
  else
    echo "FAIL $2${3:+: $3}"
    failed=1
  fi
}
same() { # same TEXT GOT EXPECTED
  local status=0
  [[ $2 == "$3" ]] || status=1
  report "$status" "$1" "got $2"
}
denied() { # denied TEXT COMMAND...: the command must fail
  local text=$1 said status=0
  shift
  if said=$("$@" 2>&1); then status=1; fi
  report "$status" "$text" "it worked: ${said:0:200}"
}
empty() { # empty TEXT OUTPUT: the output must be empty
  same "$1" "${2//$'\n'/ }" ''
}
works() { # works TEXT COMMAND...: without it the checks after it would say nothing
  local text=$1 said status=0
  shift
  said=$("$@" 2>&1) || status=1
  report "$status" "$text" "${said:0:300}"
}

# Who I am.
same "the student is uid 1000 and in no other group" "$(id -u):$(id -G)" 1000:1000
empty "no capability here, nor in the SSH server" \
  "$(grep -hE '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status /proc/"$(pgrep -o -x sshd)"/status | grep -v 0000000000000000)"
# Not of this shell: the engine starts it, with what the container's first process may do. A student comes in by sshd.
same "no capability but SETUID and SETGID can ever be had" "$(awk '/^CapBnd/ {print $2}' /proc/"$(pgrep -o -x sshd)"/status)" 00000000000000c0
empty "nothing runs as root" "$(ps -o pid=,args= -U 0 -u 0)"
empty "no setuid or setgid file" "$(find / -xdev -type f -perm /6000 2> /dev/null)"
empty "file capabilities on newuidmap and newgidmap only" \
  "$(/usr/sbin/getcap -r / 2> /dev/null | grep -vE '^/usr/bin/new[ug]idmap cap_set[ug]id=ep$')"
denied "no sudo" command -v sudo
denied "su does not work" timeout 3 su -c true
empty "no secret in the environment" "$(env | cut -d= -f1 | grep -iE 'pass|secret|token|key$')"
denied "/etc/shadow cannot be read" cat /etc/shadow
denied "the key file that lets the portal in cannot be changed" test -w /etc/seat/authorized_keys

# The host, from the shell and as root of a user namespace of one's own.
namespace=(unshare --user --map-root-user --mount --pid --fork)
works "the student can be root of a user namespace of his own" "${namespace[@]}" true
for who in student root-of-namespace; do
  as=(env)
  [[ $who == student ]] || as=("${namespace[@]}")
  denied "$who: no disk device can be made" "${as[@]}" mknod /tmp/disk b 254 0
  denied "$who: no memory device can be made" "${as[@]}" mknod /tmp/mem c 1 1
  for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/vm/drop_caches \
    /proc/sys/fs/inotify/max_user_instances /proc/sysrq-trigger /sys/kernel/uevent_helper /sys/power/state; do
    [[ ! -e $file ]] || denied "$who: $file is not writable" "${as[@]}" bash -c "echo 1 > $file"
  done
  empty "$who: no cgroup can be changed" "$("${as[@]}" find /sys/fs/cgroup -writable 2> /dev/null | head -3)"
done
denied "mount does not work" mount -t tmpfs none /mnt
denied "no disk can be mounted in a user namespace" "${namespace[@]}" \
  bash -c 'for d in /dev/[svx]d* /dev/nvme* /dev/dm-*; do mount "$d" /mnt && exit 0; done; exit 1'
denied "the cgroup hierarchy cannot be mounted in a user namespace" "${namespace[@]}" mount -t cgroup -o memory none /mnt
empty "no device but the harmless ones" \
  "$(cd /dev && find . -type b -o -type c ! -name null ! -name zero ! -name full ! -name random ! -name urandom ! -name tty ! -name ptmx ! -name tun ! -path './pts/*' ! -name console)"
denied "no socket of the host's engine" test -e /var/run/docker.sock

# The kernel's own doors. Numbers for x86-64 and for arm64.
calls=$(python3 - << 'PY'
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
column = 0 if platform.machine() == "x86_64" else 1
calls = {"init_module": (175, 105), "kexec_load": (246, 104), "bpf": (321, 280), "perf_event_open": (298, 241), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "io_uring_setup": (425, 425), "open_by_handle_at": (304, 265),
    "userfaultfd": (323, 282), "swapon": (167, 224), "settimeofday": (164, 170), "syslog": (103, 116), "process_vm_readv": (310, 270)}
for name, numbers in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(numbers[column], 0, 0, 0, 0, 0)
    if result != -1 or ctypes.get_errno() not in (1, 38):
        print(name, result, ctypes.get_errno())
for family in (38, 40):
    if libc.socket(family, 1, 0) != -1:
        print("socket family", family)
PY
)
empty "no keyring (shared by all seats), module, BPF, io_uring, clock or other seldom used call" "$calls"

# The engine, and what a container in it may do with every right that it can be given.
works "the student's engine answers" docker info
listening() { awk '$4 == "0A" {print $2}' /proc/"$1"/net/tcp /proc/"$1"/net/tcp6 2> /dev/null | sort -u; }
# 08AE is 2222; the other on loopback is the engine's own name server for this network.
empty "only SSH listens in the seat" "$(listening self | grep -vE ':08AE$|^0B00007F:')"
engine=$(cat "$XDG_RUNTIME_DIR/dockerd-rootless/child_pid" 2> /dev/null)
empty "the engine listens on no port" "$(listening "${engine:-self}" | grep -vE ':08AE$|^0B00007F:')"

# An image of this machine's own tools: the check needs no registry.
# shellcheck disable=SC2329 # called by name, below
make_image() {
  local tools
  mapfile -t tools < <(type -P bash cat chroot find grep id ls mknod mount timeout)
  { printf '%s\n' "${tools[@]}" && ldd "${tools[@]}" | grep -o '/[^ )]*\.so[^ )]*'; } | sort -u \
    | tar --create --dereference --absolute-names --files-from=- | docker import - seat-check
}
works "an image can be made" make_image
# --privileged may not even start where /sys is read-only; this is as much, and does.
inner=(docker run --rm --cap-add ALL --security-opt seccomp=unconfined --security-opt systempaths=unconfined --pid=host
  --network=host --ipc=host --volume /:/host --env "PATH=$PATH" seat-check)
works "a container with every right starts" "${inner[@]}" id -u
denied "every right: the seat's /etc/shadow cannot be read" "${inner[@]}" cat /host/etc/shadow
denied "every right: the seat's programs cannot be changed" "${inner[@]}" bash -c 'echo >> /host/usr/bin/tini'
denied "every right: no disk device can be made" "${inner[@]}" mknod /host/tmp/disk b 254 0
denied "every right: core_pattern is not writable" "${inner[@]}" bash -c 'echo x > /proc/sys/kernel/core_pattern'
denied "every right: sysrq is not writable" "${inner[@]}" bash -c 'echo h > /proc/sysrq-trigger'
denied "every right: no disk can be mounted" \
  "${inner[@]}" bash -c 'for d in /dev/[sv]d* /dev/nvme* /dev/dm-*; do mount "$d" /mnt && exit 0; done; exit 1'
empty "every right: no cgroup can be changed" "$("${inner[@]}" find /host/sys/fs/cgroup -writable 2> /dev/null | grep -m3 .)"
denied "privileged: core_pattern is not writable" \
  docker run --rm --privileged --env "PATH=$PATH" seat-check bash -c 'echo x > /proc/sys/kernel/core_pattern'
denied "privileged: no disk device can be made and read" \
  docker run --rm --privileged --env "PATH=$PATH" seat-check bash -c 'mknod /disk b 254 0 && cat /disk'

# Where a cloud hands out credentials, and the host. A time-out would prove nothing: the seat itself must say no.
unreachable() { # unreachable ADDRESS COMMAND...: a command that connects must be told at once that there is no way
  local address=$1 said
  shift
  said=$("$@" bash -c "exec 3<> /dev/tcp/$address/80" 2>&1)
  [[ $said == *"No route to host"* ]]
  report $? "no way leads to $address${1:+ from a namespace made for it}" "$said"
}
gateway=$(ip -4 route show default | awk '{print $3; exit}')
for address in 169.254.169.254 169.254.170.2 "${gateway:-no gateway}"; do
  unreachable "$address"
  unreachable "$address" "${namespace[@]}"
  denied "an engine's container does not reach $address" \
    docker run --rm --env "PATH=$PATH" seat-check timeout 5 bash -c "exec 3<> /dev/tcp/$address/80"
done
denied "the student cannot open that way" ip route del unreachable 169.254.0.0/16
denied "root of a namespace cannot open that way" "${namespace[@]}" ip route del unreachable 169.254.0.0/16
docker image rm seat-check > /dev/null 2>&1

# The neighbours.
for address in "$@"; do
  for port in 22 2222 2375 2376 5432 8000; do
    denied "nothing answers at $address:$port" timeout 1 bash -c "exec 3<> /dev/tcp/$address/$port"
  done
  denied "$address does not answer a ping" ping -c 1 -W 1 "$address"
done
exit "$failed"
