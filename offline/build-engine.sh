#!/bin/bash
# Builds the Pulumi CLI and its Python language host from Go modules, where they cannot be downloaded.
# Usage: build-engine.sh DEST   (a folder; what is complete there already is kept)
set -euo pipefail
version=v3.255.0
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dest=$(cd "$1" && pwd)

if [ -x "$dest/pulumi" ]; then # moved there last
    echo "engine: $version is in $dest"
    exit 0
fi
if ! command -v go >/dev/null; then
    echo "engine: building it needs Go 1.26 or newer: https://go.dev/dl/" >&2
    exit 1
fi

part=$(mktemp -d "$dest/.part.XXXXXX")
trap 'rm -rf "$part"' EXIT
export CGO_ENABLED=0

# build MODULE PACKAGE OUTPUT [LINKER FLAGS]: says every 20 seconds how far it is.
build() {
    local total log=$part/log started=$SECONDS
    cd "$here/$1"
    echo "engine: reading the modules of $3"
    total=$(go list -deps "$2" 2>"$log" | wc -l) || { tail -n 20 "$log" >&2 && return 1; }
    go build -v -buildvcs=false -trimpath -ldflags "-s -w ${4-}" -o "$part/$3" "$2" >"$log" 2>&1 &
    local job=$! waited=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        if [ $((waited % 20)) -eq 0 ]; then
            echo "engine: $3: $(wc -l <"$log") of at most $total packages compiled, $((SECONDS - started)) s" \
                "(about 10 minutes on two cores)"
        fi
    done
    wait "$job" || { tail -n 20 "$log" >&2 && return 1; }
    echo "engine: $3 built in $((SECONDS - started)) s"
}

build language-host github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python pulumi-language-python
sources=$(go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)
install -m 755 "$sources/python/cmd/pulumi-language-python-exec" "$part/pulumi-language-python-exec"
build engine github.com/pulumi/pulumi/pkg/v3/cmd/pulumi pulumi \
    "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version"

for file in pulumi-language-python-exec pulumi-language-python pulumi; do
    mv "$part/$file" "$dest/$file"
done
echo "engine: $version is in $dest"
