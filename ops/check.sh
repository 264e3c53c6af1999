#!/usr/bin/env bash
# What needs no test to be seen: format, lint, types, layers, shell scripts.
# In: the checkout with its .venv. Out: exit status; one line per check that passes. What mypy knows of the packages and
# of files that did not change is kept in the cache for every checkout: it looks at contents, not at places.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/setup/common.sh"
cd "$ROOT"
bin=.venv/bin
failed=

run() { # run TITLE COMMAND...: quiet when it passes
	local title=$1 out
	shift
	if out=$("$@" 2>&1); then
		printf 'check: %s\n' "$title"
	else
		printf 'check: %s FAILED\n%s\n' "$title" "$out" >&2
		failed=yes
	fi
}

python=(__main__.py bench dashboards mentor offline ops spyglass tests)
for i in "${!python[@]}"; do [ -n "$(find "${python[i]}" -name '*.py' -print -quit 2>/dev/null)" ] || unset "python[i]"; done
# Scripts are known by their first line; those that the program hands to bash itself have none.
mapfile -t shell < <({
	find ops offline images spyglass tests .ci bench -type f -exec grep -lIE '^#!(/usr)?/bin/(env )?(ba|da)?sh' {} +
	find mentor -name '*.sh'
} | sort)

run format "$bin/ruff" format --check "${python[@]}"
run lint "$bin/ruff" check "${python[@]}"
run types "$bin/mypy" --cache-dir "$CACHE/mypy" "${python[@]}"
run layers "$bin/lint-imports"
run shell "$bin/shellcheck" -x "${shell[@]}"
[ -z "$failed" ]
