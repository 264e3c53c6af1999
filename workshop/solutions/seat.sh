#!/bin/bash
# Everything that is to be done in the terminal. Started by `make lesson-test` in a seat of its own, as the student.
set -euo pipefail
echo 'My first note' > ~/workshop/notes.md

cd ~/workshop/replication
docker compose up --detach --wait
ask() { docker compose exec -T "$1" psql -U postgres -qAtX -v ON_ERROR_STOP=1 -c "$2"; }

# It follows.
ask primary 'CREATE TABLE reading (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT now())'
ask primary 'INSERT INTO reading (at) SELECT now() FROM generate_series(1, 12)'
until [ "$(ask standby 'SELECT count(*) FROM reading' 2> /dev/null)" = 12 ]; do sleep 0.2; done
ask standby 'SELECT * FROM reading' > followed.txt

# The primary fails, the standby takes over; the old primary is made anew, as a standby of the other.
docker compose kill primary
ask standby 'SELECT pg_promote()'
docker compose rm --stop --force primary
docker volume rm replication_primary
python3 - << 'PY'
from pathlib import Path

file = Path("compose.yaml")
text = file.read_text()
text = text.replace("    environment: &password\n      PASSWORD: training\n",
                    "    environment: &password\n      PASSWORD: training\n      STANDBY_OF: standby\n")
text = text.replace("      STANDBY_OF: primary\n", "")
text = text.replace("    depends_on:\n      primary: {condition: service_healthy}\n", "")
file.write_text(text)
PY
docker compose up --detach --wait

# Four machines become a cluster.
cd ~/workshop/cluster
ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
docker compose up --detach --wait
python3 - << 'PY'
from pathlib import Path

inventory = Path("inventory.ini")
text = inventory.read_text()
text = text.replace("[proxies]\n", "[proxies]\nproxy ansible_port=2220\n")
text = text.replace("node1 ansible_port=2201\n", "".join(f"node{n} ansible_port=220{n}\n" for n in (1, 2, 3)))
inventory.write_text(text)

haproxy = Path("templates/haproxy.j2")
text = haproxy.read_text()
write = text[text.index("listen write") : text.index("# To read")]
read = write.replace("listen write", "listen read").replace(":5000", ":5001").replace("/primary", "/replica")
haproxy.write_text(text.replace("# What the proxy thinks", f"{read}# What the proxy thinks"))
PY
ansible all -m copy -a 'content="{{ inventory_hostname }}\n" dest=/etc/motd'
ansible-playbook site.yml

export PGPASSWORD=training PGCONNECT_TIMEOUT=3
through() { psql -h localhost -p "$1" -U postgres -qAtX -v ON_ERROR_STOP=1 -c "$2"; }
becomes() { # becomes PORT VALUE QUERY: the script's own time limit ends it
  until [ "$(through "$1" "$3" 2> /dev/null)" = "$2" ]; do sleep 0.5; done
}
leader="'node' || right(host(inet_server_addr()), 1)"
standbys="SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
becomes 5000 2 "$standbys"
through 5000 "CREATE TABLE visitor (name text); INSERT INTO visitor VALUES ('Ada')"
becomes 5001 Ada 'SELECT name FROM visitor WHERE pg_is_in_recovery()'

# The leader dies, another one leads; it comes back and follows.
old=$(through 5000 "SELECT $leader")
docker compose kill "$old"
becomes 5000 t "SELECT $leader <> '$old'"
docker compose start "$old"
becomes 5000 2 "$standbys"

# WAL goes to the archive, and a backup beside it.
new=$(through 5000 "SELECT $leader")
as_postgres() { docker compose exec -T --user postgres "$new" "$@"; }
as_postgres pgbackrest --stanza=library stanza-create
docker compose exec -T "$new" patronictl edit-config --force \
  --pg "archive_command=pgbackrest --stanza=library archive-push %p"
becomes 5000 t "SELECT current_setting('archive_command') LIKE 'pgbackrest%'"
as_postgres pgbackrest --stanza=library check
as_postgres pgbackrest --stanza=library backup
