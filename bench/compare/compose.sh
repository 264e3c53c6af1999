#!/usr/bin/env bash
# A class by docker compose, and what compose has no word for: accounts, databases, and what somebody leaves behind.
# In: `up` or `destroy`; the environment of steps.sh; COMPOSE, the command; $GROUND/compose.yaml. Out: exit status.
# shellcheck source=bench/compare/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

compose() {
	# shellcheck disable=SC2086 # the command may be two words
	$COMPOSE --project-name "$name" --file "$GROUND/compose.yaml" "$@"
}

if [ "$1" = destroy ]; then
	compose down --volumes --timeout 3
	exit
fi
ground
compose up --detach --remove-orphans --timeout 3
healthy
[ -e "$GROUND/loaded" ] || { course && touch "$GROUND/loaded"; }
there=$(databases)
for id in $PEOPLE; do
	ready "$id"
	grep -qx "$id" <<<"$there" || admit "$id"
done
# Compose removes the machine of somebody who left, and neither his network nor his volumes.
for id in $there; do [[ " $PEOPLE " == *" $id "* ]] || { clear_seat "$id" && dismiss "$id"; }; done
