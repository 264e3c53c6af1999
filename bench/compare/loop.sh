#!/usr/bin/env bash
# The floor: a class made by the docker command alone, one person after the other.
# In: `up` or `destroy`; the environment of steps.sh. Out: exit status. What is there already is left as it is.
# shellcheck source=bench/compare/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

service() { # service NAME OPTION...: the last one is the image
	docker volume create --label "$label" "$name-$1" >/dev/null
	docker run -d --name "$name-$1" --hostname "$1" --network "$name-backplane" --network-alias "$1" --label "$label" \
		--restart unless-stopped -v "$GROUND/$1:/etc/mentor:ro" "${@:2}" >/dev/null
}

seat() {
	docker network create --subnet "$(subnet "$1")" --label "$label" "$name-seat-$1" >/dev/null
	docker volume create --label "$label" "$name-seat-$1-home" >/dev/null
	docker volume create --label "$label" "$name-seat-$1-engine" >/dev/null
	docker run -d --name "$name-seat-$1" --hostname "$1" --network "$name-seat-$1" --network-alias seat --label "$label" \
		--memory 1g --cpus 1 --pids-limit 2000 --restart unless-stopped --log-opt max-size=1m --log-opt max-file=1 \
		--cap-drop ALL --cap-add NET_ADMIN --cap-add SETGID --cap-add SETPCAP --cap-add SETUID \
		--security-opt "seccomp=$ROOT/images/seat/seccomp.json" --security-opt systempaths=unconfined \
		--security-opt apparmor=unconfined --device /dev/net/tun --tmpfs /run/user/1000:exec,uid=1000,gid=1000,mode=700 \
		-e "STUDENT=$1" -e TZ=UTC -v "$name-seat-$1-home:/home/student" -v "$name-seat-$1-engine:/var/lib/engine" \
		-v "$GROUND/course:/course:ro" -v "$GROUND/key.pub:/etc/seat/authorized_keys:ro" "$IMAGE_SEAT" >/dev/null
	docker network connect --alias postgres "$name-seat-$1" "$name-postgres"
	ready "$1"
}

if [ "$1" = destroy ]; then
	docker ps -aq --filter "label=$label" | xargs -r docker rm -f >/dev/null
	docker network ls -q --filter "label=$label" | xargs -r docker network rm >/dev/null
	docker volume ls -q --filter "label=$label" | xargs -r docker volume rm >/dev/null
	exit
fi
there=$(docker ps -a --filter "label=$label" --format '{{.Names}}')
if [ -z "$there" ]; then
	ground
	docker network create --label "$label" "$name-backplane" >/dev/null
	service directory -v "$name-directory:/var/lib/ldap" "$IMAGE_DIRECTORY"
	service postgres -v "$name-postgres:/var/lib/postgresql/data" --tmpfs /run/postgresql-shared -p "127.0.0.1:$PORT:5432" \
		-e MAX_CONNECTIONS=1000 -e TZ=UTC "$IMAGE_POSTGRES"
	healthy
	course
fi
for id in $PEOPLE; do grep -qx "$name-seat-$id" <<<"$there" || { seat "$id" && admit "$id"; }; done
while read -r id; do
	[[ -z $id || " $PEOPLE " == *" $id "* ]] || { clear_seat "$id" && dismiss "$id"; }
done < <(sed -n "s/^$name-seat-//p" <<<"$there")
