#!/bin/bash
# Makes the base of all images with debootstrap, where debian:trixie-slim can be neither found nor pulled.
# Usage: base-image.sh TAG   (as root; the result is kept in ${MENTOR_CACHE:-~/.cache/mentor}, so that a second run only imports)
set -euo pipefail
tag=$1
suite=trixie
packages=ca-certificates
cache=${MENTOR_CACHE:-$HOME/.cache/mentor}
recipe=$(sha256sum "$0" | cut -c1-8)
archive=$cache/base-$suite-$(dpkg --print-architecture)-$recipe.tar
mkdir -p "$cache"

# The mirror that this machine's apt uses for Debian itself, if there is one.
mirror_of_this_machine() {
    # shellcheck disable=SC2016 # apt's own form, not the shell's
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        grep -E '^https?://.*/debian/?$' | head -n 1
}

# slim ROOT: what the published slim image leaves out, now and whenever a package is installed later.
slim() {
    cat >"$1/etc/dpkg/dpkg.cfg.d/slim" <<'EOF'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/groff/*
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/locale/*
path-include /usr/share/locale/locale.alias
path-exclude /usr/share/man/*
force-unsafe-io
EOF
    cat >"$1/etc/apt/apt.conf.d/slim" <<'EOF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
APT::AutoRemove::SuggestsImportant "false";
EOF
    rm -f "$1/etc/hostname" "$1/etc/resolv.conf" # debootstrap copied this machine's
    : >"$1/etc/machine-id"
    find "$1/usr/share/doc" ! -type d ! -name copyright -delete
    find "$1/usr/share/doc" -depth -type d -empty -delete
    rm -rf "$1"/usr/share/{groff,info,lintian,linda,man}/* "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*
    find "$1/usr/share/locale" -mindepth 1 ! -name locale.alias -delete
}

if [ ! -f "$archive" ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
        echo "base image: making it needs root and debootstrap: sudo apt-get install debootstrap" >&2
        exit 1
    fi
    mirror=$(mirror_of_this_machine || true)
    mirror=${mirror%/} # none: debootstrap knows one
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    export http_proxy=${http_proxy-}
    part=$(mktemp -d "$cache/base.part.XXXXXX")
    trap 'rm -rf --one-file-system "$part"' EXIT
    root=$part/root log=$part/log
    echo "base image: debootstrap of $suite from ${mirror:-its own mirror}"
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" ${mirror:+"$mirror"} >"$log" 2>&1 &
    job=$! waited=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        if [ $((waited % 20)) -eq 0 ]; then
            echo "base image: $(tail -n 1 "$log" | cut -c1-100), $waited s"
        fi
    done
    wait "$job" || { tail -n 20 "$log" >&2 && exit 1; }
    mirror=${mirror:-$(awk '$1 == "deb" { print $2; exit }' "$root/etc/apt/sources.list")}
    # Updates and security fixes, where the mirror has them.
    for entry in "$mirror $suite-updates" "${mirror%/debian}/debian-security $suite-security"; do
        read -r place name <<<"$entry"
        if wget -q --timeout=20 --tries=2 -O /dev/null "$place/dists/$name/InRelease"; then
            echo "deb $place $name main" >>"$root/etc/apt/sources.list"
        fi
    done
    slim "$root"
    tar --numeric-owner --one-file-system -C "$root" -cf "$part/tar" .
    mv "$part/tar" "$archive"
fi

echo "base image: importing $tag"
docker import --change 'CMD ["bash"]' - "$tag" <"$archive" >/dev/null
echo "base image: $tag is there"
