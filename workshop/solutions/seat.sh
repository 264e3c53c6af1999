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
