# What the commands share. They run as root in the container and reach the server as postgres over its socket.
# shellcheck shell=bash
fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
sql() { as_postgres psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# The owner of a database can give it settings, which then hold for our sessions too. What a connection brings along
# outranks them.
export PGOPTIONS="-c role=none -c search_path=pg_catalog -c statement_timeout=0 -c lock_timeout=0 -c transaction_timeout=0 \
-c idle_session_timeout=0 -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off \
-c default_transaction_isolation=read\\ committed -c client_min_messages=warning"

# drop_database NAME. A template is not dropped, and the owner of a database can make it one; only of a database that is
# there can that be changed.
drop_database() {
  sql -d postgres << SQL
SELECT 'ALTER DATABASE "$1" IS_TEMPLATE false' FROM pg_database WHERE datname = '$1' AND datistemplate \gexec
DROP DATABASE IF EXISTS "$1" WITH (FORCE);
SQL
}

# An id, whose role and database have the same name.
check_student() {
  [[ $1 =~ ^[a-z][a-z0-9-]{0,30}$ ]] || fail "'$1' is not an id"
  [ "$(sql -d postgres -c "SELECT count(*) FROM pg_roles WHERE rolname = '$1'")" = 1 ] || fail "there is no role \"$1\""
  [ "$(sql -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = '$1'")" = 1 ] ||
    fail "there is no database \"$1\""
}
