#!/usr/bin/env bash
# Chromium, for the browser tests only.
# In: nothing. Out: chromium on PATH, or one line that says how to get it.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

have chromium && exit 0
can_apt || fail "the browser tests need Chromium as \`chromium\`: $(install_hint chromium)"
apt_install chromium
