# shellcheck shell=sh
# Read by every login shell, each tmux window's among them: /etc/profile has just reset PATH.
PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
export PATH
export LESS="${LESS:--RFX}" EDITOR="${EDITOR:-nano}"
if [ -n "${TMUX:-}" ] && [ "$PWD" = "$HOME" ] && [ -d "$HOME/workshop" ]; then
  cd "$HOME/workshop" || true
  # Once for each start of the seat: the folder is emptied with the container.
  if mkdir "$XDG_RUNTIME_DIR/welcomed" 2>/dev/null; then
    cat /etc/seat/welcome
    for chapter in *.md; do
      [ ! -e "$chapter" ] || printf 'Start with: less %s\n\n' "$chapter"
      break
    done
    unset chapter
  fi
fi
