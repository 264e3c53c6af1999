#!/usr/bin/env bash
# The Pulumi CLI of the pinned version with its Python language host.
# In: PATH, the download host, or offline/ with Go. Out: on stdout, the folder that holds both programs.
# shellcheck source=ops/setup/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

complete() { [ -x "$1/pulumi" ] && [ -x "$1/pulumi-language-python" ] && [ -x "$1/pulumi-language-python-exec" ]; }

# A person's own CLI first. Asking it for its version takes half a second, so the answer is kept by path and date.
own=$(command -v pulumi || true)
if [ -n "$own" ] && have pulumi-language-python; then
	mkdir -p "$CACHE"
	key=$CACHE/own-$(printf '%s %s' "$own" "$(date -r "$own" +%s)" | cksum | cut -d' ' -f1)
	[ -f "$key" ] || "$own" version >"$key"
	if [ "$(cat "$key")" = "v$PULUMI_VERSION" ]; then
		dirname "$own"
		exit 0
	fi
fi

for made in download built; do
	if complete "$CACHE/pulumi-$PULUMI_VERSION-$made"; then
		echo "$CACHE/pulumi-$PULUMI_VERSION-$made"
		exit 0
	fi
done

mkdir -p "$CACHE"
work=$(mktemp -d "$CACHE/engine.XXXXXX") # a folder gets its final name only when it is whole
trap 'rm -rf "$work"' EXIT

if downloads_reachable; then
	dest=$CACHE/pulumi-$PULUMI_VERSION-download
	case $(uname -m) in
	x86_64 | amd64) arch=x64 ;;
	aarch64 | arm64) arch=arm64 ;;
	*) fail "Pulumi offers no download for $(uname -m)" ;;
	esac
	system=$(uname -s | tr '[:upper:]' '[:lower:]')
	say "downloading Pulumi $PULUMI_VERSION (about 100 MB)"
	quiet=(--silent --show-error)
	[ -t 2 ] && quiet=(--progress-bar)
	if curl -fL --connect-timeout 5 --speed-limit 1000 --speed-time 30 "${quiet[@]}" \
		-o "$work/pulumi.tar.gz" "https://$DOWNLOADS/releases/sdk/pulumi-v$PULUMI_VERSION-$system-$arch.tar.gz"; then
		tar -xzf "$work/pulumi.tar.gz" -C "$work"
		complete "$work/pulumi" || fail "the downloaded archive lacks the CLI or its Python language host"
		rm -rf "$dest"
		mv "$work/pulumi" "$dest"
		echo "$dest"
		exit 0
	fi
	say "the download failed; building from source instead"
fi

dest=$CACHE/pulumi-$PULUMI_VERSION-built
go_version=$(go env GOVERSION 2>/dev/null || true)
if ! printf 'go1.26\n%s\n' "$go_version" | sort -V -C || [ -z "$go_version" ]; then
	fail "$DOWNLOADS is not reachable, and building Pulumi takes Go 1.26 or newer (here: ${go_version:-none}): https://go.dev/dl/, or $(install_hint golang-go); or put Pulumi $PULUMI_VERSION on PATH"
fi
say "building Pulumi $PULUMI_VERSION with Go: about ten minutes on two cores, once"
"$ROOT/offline/build-engine.sh" "$work/bin" >&2 || fail "offline/build-engine.sh failed (see above)"
complete "$work/bin" || fail "offline/build-engine.sh left no complete engine"
rm -rf "$dest"
mv "$work/bin" "$dest"
echo "$dest"
