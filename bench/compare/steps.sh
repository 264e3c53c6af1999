#!/usr/bin/env bash
# Steps that the shell loop, compose's script and the playbook share, with the workshop's own images.
# In, by environment: STACK, PEOPLE (ids), GROUND (a folder of ours), PORT (of the databases), IMAGE_SEAT, IMAGE_POSTGRES,
# IMAGE_DIRECTORY. Out: the step's name and its words are the arguments; sourced, functions. Exit status 1 with the tool's
# own words. Every container, network and volume bears the label mentor.stack.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
name=mentor-$STACK
# shellcheck disable=SC2034 # for those who source this
label=mentor.stack=$STACK

# Keys, certificates, services' passwords and the course's material, as mentor makes them in its own `up`.
ground() {
	[ ! -s "$GROUND/key" ] || return 0
	(
		umask 077
		mkdir -p "$GROUND"/{directory,postgres,people}
		cd "$GROUND"
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$name" \
			-addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.crt 2>/dev/null
		for server in directory postgres; do
			openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$server" \
				-keyout "$server/tls.key" -out csr 2>/dev/null
			openssl x509 -req -in csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
				-extfile <(echo "subjectAltName=DNS:$server") -out "$server/tls.crt" 2>/dev/null
		done
		cp ca.crt directory/ca.crt
		cp ca.crt postgres/directory_ca.crt
		random 24 >directory/reader_password
		random 24 >directory/keeper_password
		random 24 >postgres/provisioner_password
		printf '{"host":"directory","port":636,"tls":"ldaps","base":"ou=people,dc=mentor","bind_dn":"cn=reader,dc=mentor",%s}\n' \
			"\"bind_password\":\"$(<directory/reader_password)\",\"attribute\":\"uid\",\"bundled\":true" >postgres/directory.json
		mkdir -p course/1
		cp -R "$ROOT/workshop/material/." course/1/
		ln -s 1 course/current
		echo 1 >course/version
		chmod -R a+rX course
		ssh-keygen -q -t ed25519 -N '' -C "$name" -f key
		chmod 644 key.pub # read by the student's own sshd
	)
}

random() { openssl rand -hex 32 | cut -c "1-$1"; }

# A network of his own for each: s07 has 10.200.7.0/28. mentor's come from another range.
subnet() {
	local number=${1//[!0-9]/}
	echo "10.200.$((10#${number:-0})).0/28"
}

wait_for() { # wait_for CONTAINER PROGRAM: until that says yes in there, for two minutes at most
	local end=$((SECONDS + 120))
	until docker exec "$1" "$2" 2>/dev/null; do
		((SECONDS < end)) || { echo "$1: $2 said no for two minutes" >&2 && return 1; }
		sleep 0.2
	done
}

# Both servers answer: the same commands that say so in mentor's containers, asked more often than those are.
healthy() {
	local server
	for server in directory postgres; do wait_for "$name-$server" healthy; done
}

course() {
	POSTGRES=$name-postgres COURSE=$ROOT/workshop FILES='["sample.sql"]' bash "$ROOT/mentor/components/scripts/load-course.sh"
}

sql() { docker exec -u postgres "$name-postgres" psql -XAtq -d postgres -v ON_ERROR_STOP=1 "$@"; }

databases() { sql -c "SELECT datname FROM pg_database JOIN pg_authid ON datname = rolname WHERE rolname <> 'postgres'"; }

ready() { wait_for "$name-seat-$1" seat-ready; }

# An account in the directory and a database of his own. The password is made here, and read by whoever tries it.
admit() {
	local group=students
	[ "$1" != teacher ] || group=teachers
	(umask 077 && random 12 >"$GROUND/people/$1")
	printf '{"id":"%s","name":"%s","email":null,"group":"%s","password":"%s"}' "$1" "$1" "$group" "$(<"$GROUND/people/$1")" |
		docker exec -i "$name-directory" account put
	sql -c "CREATE ROLE \"$1\" LOGIN CONNECTION LIMIT 8 IN ROLE students" \
		-c "CREATE DATABASE \"$1\" OWNER \"$1\" TEMPLATE course"
}

dismiss() {
	sql -c "DROP DATABASE \"$1\" WITH (FORCE)" -c "DROP ROLE \"$1\""
	docker exec "$name-directory" account delete "$1"
}

# Machine, network and volumes of somebody who leaves.
clear_seat() {
	docker rm -f "$name-seat-$1" >/dev/null 2>&1 || true
	docker network disconnect -f "$name-seat-$1" "$name-postgres" 2>/dev/null || true
	docker network rm "$name-seat-$1" >/dev/null
	docker volume rm "$name-seat-$1-home" "$name-seat-$1-engine" >/dev/null
}

[ "${BASH_SOURCE[0]}" != "$0" ] || "$@"
