#!/bin/bash
# Save a block of the guide as a file below the student's workshop folder.
# In: the path, "new" or "replace"; the text on standard input. It comes with each use from the web app, over SSH.
# Exit status: 0, 3 it is there with this very text, 4 it is there with another text and "replace" was not said, 5 it could
# not be written, 2 wrong use. What is replaced stays beside it, as NAME.~1~ and so on.
set -u
umask 022
name=${1-} how=${2-}
[[ -n $name && ( $how == new || $how == replace ) ]] || exit 2
cd "$HOME/workshop" 2> /dev/null || cd "$HOME" || exit 5
mkdir -p -- "$(dirname -- "$name")" || exit 5
part=$(mktemp -- "$name.XXXXXX") || exit 5
trap 'rm -f -- "$part"' EXIT
chmod 644 -- "$part" && cat > "$part" || exit 5
cmp -s -- "$part" "$name" && exit 3
if [[ $how == new ]]; then
  # As one step, so that nothing that is just being made is lost.
  ln -T -- "$part" "$name" 2> /dev/null && exit 0
  [[ -e $name || -L $name ]] && exit 4
  exit 5
fi
mv --backup=numbered -T -- "$part" "$name" || exit 5
