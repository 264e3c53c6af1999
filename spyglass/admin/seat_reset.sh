#!/bin/bash
# shellcheck disable=SC2016 # the inner shell expands them
# What a teacher's resets do in the seat, as the student; once begun it goes on without the line. It comes with each reset
# from the web app, so a seat that was made before is reset by today's rules.
#   terminal-text    stdout: what the panes of tmux show, and what has scrolled away
#   soft             the course's material comes back, beside files that were changed; tmux ends, with all in it
#   engine-volumes   stdout: tar.gz of the volumes of the student's engine; its containers are stopped first
#   engine           the engine stops and its data goes; it starts again by itself when it is used
# Exit status: 0, 3 the engine did not stop, 4 the material could not be written, 5 data is left, 2 wrong use.
set -u
umask 022
data=/var/lib/engine

# capture-pane gives a pane's lines as text, without colours; the bound is for panes by the hundred.
terminal_text() {
  tmux list-panes -a -F '#{pane_id} #{session_name}:#{window_index}.#{pane_index}' 2> /dev/null |
    while read -r pane place; do
      printf '=== %s ===\n' "$place"
      tmux capture-pane -p -J -S - -t "$pane"
    done | head -c 4194304
}

soft() {
  local server leaders
  cd "$HOME" || exit 4
  mkdir -p .seat workshop || exit 4
  if [[ -e /course/current ]]; then
    # Without a record of what was delivered, all of it comes as to somebody who has had none: what was deleted is there
    # again, and beside a file that was changed lies the course's.
    rm -f .seat/material.json
    /usr/local/lib/seat/merge_material.py /course/current workshop .seat/material.json > /dev/null || exit 4
  fi
  # What tmux started leads a session of its own: whatever in there ignores the hang-up is ended after a moment.
  server=$(tmux display-message -p '#{pid}' 2> /dev/null)
  leaders=$(pgrep -d , -P "${server:-0}")
  tmux kill-server 2> /dev/null
  sleep 1
  [[ -z $server || -z $leaders ]] || pkill -KILL -s "$leaders"
  tmux -u new-session -d -s main -x 100 -y 30 2> /dev/null
  return 0 # a browser that was faster has made the session
}

# Asking an engine that does not run would start it.
engine_runs() { pgrep -x dockerd > /dev/null; }

engine_volumes() {
  if engine_runs; then
    timeout 60 sh -c 'docker ps -q | xargs -r docker stop -t 10' > /dev/null
  fi
  compgen -G "$data/volumes/*/" > /dev/null || return 0
  # In a user namespace like the engine's own: only there can files of the containers' other users be read. tar's status
  # 1 means that a file changed while it was read.
  exec rootlesskit sh -c 'tar --numeric-owner --sparse --warning=no-file-ignored --anchored \
    --exclude=volumes/metadata.db --exclude=volumes/backingFsBlockDev -C "$0" -cz volumes || [ $? = 1 ]' "$data"
}

engine() {
  local old
  if engine_runs; then
    timeout 30 sh -c 'docker ps -q | xargs -r docker kill' > /dev/null
  fi
  pkill -TERM -x rootlesskit
  for _ in {1..40}; do
    pgrep -x 'rootlesskit|dockerd' > /dev/null || break
    sleep 0.5
  done
  # An engine that hangs; its processes are the student's own, seen from outside its namespace.
  pkill -KILL -x 'rootlesskit|dockerd|containerd|containerd-shim' && sleep 1
  ! pgrep -x 'dockerd|containerd' > /dev/null || exit 3
  # Moved away first, in no time: whoever uses the engine from now on gets a new one.
  old=$(mktemp -d "$data/.removed-XXXXXX") || exit 5
  find "$data" -mindepth 1 -maxdepth 1 ! -name '.removed-*' ! -name lost+found -exec mv -t "$old" {} + || exit 5
  rootlesskit sh -c 'rm -rf "$0"/.removed-*' "$data" || exit 5
}

case ${1-} in
  terminal-text) terminal_text ;;
  soft) soft ;;
  engine-volumes) engine_volumes ;;
  engine) engine ;;
  *)
    echo "usage: terminal-text | soft | engine-volumes | engine" >&2
    exit 2
    ;;
esac
