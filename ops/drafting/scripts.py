"""What runs in the container of a sample: its server, what loads the sample, what reads it.

In: nothing. Out: scripts for bash and for psql. The server's own user is ``keeper`` there; ``loader`` is whom the
sample runs as, on the system and in the server.
"""

LIMITS = (
    "--init", "--user", "postgres", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--read-only", "--tmpfs", "/tmp:size=1g,mode=1777",  # noqa: S108 - the container's own
    "--memory", "2g", "--memory-swap", "2g", "--cpus", "1", "--pids-limit", "200", "--entrypoint", "sleep",
)  # fmt: skip

START = r"""set -eu
install -d -m 700 /tmp/server
install -d -m 755 /tmp/socket
initdb -D /tmp/server/data -U keeper -E UTF8 --locale=C.UTF-8 --locale-provider=builtin --no-sync > /dev/null 2>&1
printf '%s\n' 'local all keeper peer map=server' 'local sample loader peer map=server' > /tmp/server/data/pg_hba.conf
printf '%s\n' 'server postgres keeper' 'server postgres loader' 'server loader loader' > /tmp/server/data/pg_ident.conf
pg_ctl -D /tmp/server/data -s -w -t 120 -l /tmp/server/log start -o "-c listen_addresses='' -c fsync=off -c jit=off \
  -c unix_socket_directories=/tmp/socket -c max_parallel_workers_per_gather=0"
psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U keeper -d postgres -c 'CREATE ROLE loader LOGIN'
"""
# plpgsql is his too, for old dumps put a comment on it.
AFRESH = r"""DROP DATABASE IF EXISTS sample WITH (FORCE);
CREATE DATABASE sample OWNER loader TEMPLATE template0;
\connect sample
DROP EXTENSION plpgsql;
SET ROLE loader;
CREATE EXTENSION plpgsql;
RESET ROLE;
"""
LOAD = r"""cd /tmp/sample
PGOPTIONS='-c client_min_messages=error' timeout -k 5 "$1" psql -X -q -v ON_ERROR_STOP=1 --echo-errors --no-password \
  -h /tmp/socket -U loader -d sample --output=/dev/null --file="$2" < /dev/null > /dev/null 2> /tmp/said
"""
RESTORE = r"""timeout -k 5 "$1" pg_restore --exit-on-error --no-owner --no-privileges --no-tablespaces \
  --no-security-labels --no-publications --no-subscriptions --no-password -h /tmp/socket -U loader -d sample \
  "/tmp/sample/$2" < /dev/null > /dev/null 2> /tmp/said
"""
# Read by another user, for what runs as the loader may go on, and make of his file and his pipes whatever it likes. A
# sample can switch the stop at the first error off, so what was said counts as well as how it ended.
SAID = r"""cd /tmp/sample
timeout -k 1 10 head -c 200000 /tmp/said > /tmp/server/said || exit 0
[ "$1" -ne 0 ] || grep -q '^psql:.*: ERROR: ' /tmp/server/said || exit 0
timeout -k 1 10 awk -f /usr/local/lib/mentor/locate.awk /tmp/server/said | head -c 4000
"""
STILL = "kill -KILL -1"
# Of policies it is lost for whom they are: the roles are on no student's server.
SETTLED = r"""DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT polname, polrelid::regclass AS owner FROM pg_policy WHERE polroles <> '{0}' LOOP
    EXECUTE format('ALTER POLICY %I ON %s TO PUBLIC', one.polname, one.owner);
  END LOOP;
  -- Whoever made it anew owns it; of another's schema, nobody may say anything.
  IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') THEN
    COMMENT ON SCHEMA public IS 'standard public schema';
  END IF;
END
$$;
"""
ASK = "PGOPTIONS='{options}' psql -XqAt -v ON_ERROR_STOP=1 -h /tmp/socket -U loader -d sample -f - | head -c {most}"
# Whatever the sample sets for its role: what is read is what the grader will read.
OPTIONS = (
    "-c role=none -c search_path=pg_catalog -c statement_timeout=60000 -c client_min_messages=error "
    "-c quote_all_identifiers=off -c datestyle=iso,ymd -c intervalstyle=postgres -c timezone=UTC "
    "-c extra_float_digits=1 -c bytea_output=hex -c xmlbinary=base64 -c client_encoding=UTF8 "
    "-c standard_conforming_strings=on"
)
DUMP = r"""timeout -k 5 120 pg_dump -h /tmp/socket -U loader -d sample --encoding=UTF8 --no-owner --no-privileges \
  --no-tablespaces --no-security-labels --no-publications --no-subscriptions --exclude-extension=plpgsql \
  --lock-wait-timeout=10000 --restrict-key={key} | head -c {most}"""
