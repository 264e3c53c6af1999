#!/bin/bash
# Run a block of the guide in the student's terminal, as if he had pasted it and pressed Enter.
# In: what must be waiting there, "shell" or "psql"; the pieces on standard input, each ended by a NUL. It comes with each
# run from the web app, over SSH, so a seat that was made before behaves as today's.
# Exit status: 0, 3 no terminal is open, 4 something else is running, 5 a shell waits and not psql, 6 psql waits and not a
# shell, 7 only the first pieces were run, 2 wrong use.
set -u
wanted=${1-}
pane=main:
buffer=guide-$$

about() { tmux display-message -p -t "$pane" "$1" 2> /dev/null; }

# Who reads a line with editing has put the terminal into its own mode; while a program runs, it is as usual.
waiting() {
  local tty program
  tty=$(about '#{pane_tty}')
  program=$(about '#{pane_current_command}')
  case $program in
    bash | sh) found=shell ;;
    psql) found=psql ;;
    *) found='' && return 1 ;;
  esac
  [[ " $(stty -F "$tty" -a 2> /dev/null) " == *' -icanon '* ]]
}

# Seconds at most, in tenths.
waits_within() {
  local tries
  for ((tries = $1; tries > 0; tries--)); do
    waiting && return 0
    sleep 0.1
  done
  return 1
}

[[ $wanted == shell || $wanted == psql ]] || exit 2
[[ -n $(about '#{pane_id}') ]] || exit 3
waits_within 3 || exit 4
[[ $found == "$wanted" ]] || { [[ $wanted == psql ]] && exit 5 || exit 6; }
# Who has scrolled back is brought to where he types.
[[ $(about '#{pane_in_mode}') == 0 ]] || tmux send-keys -t "$pane" -X cancel
# What was half typed, or begun and not ended, must not become part of it: anything but a plain prompt is left with Ctrl-C.
row=$(about '#{cursor_y}')
line=$(tmux capture-pane -p -t "$pane" -S "$row" -E "$row")
case $found:$line in
  shell:*[\$\#] | psql:*=[\>\#]) ;;
  *)
    tmux send-keys -t "$pane" C-c
    sleep 0.1
    waits_within 20 || exit 4
    ;;
esac
status=4
while IFS= read -r -d '' piece; do
  waits_within 50 || exit "$status"
  printf '%s' "$piece" | tmux load-buffer -b "$buffer" - || exit 4
  tmux paste-buffer -d -p -b "$buffer" -t "$pane" && tmux send-keys -t "$pane" Enter || exit 4
  status=7
done
exit 0
