#!/bin/bash
# Puts the stand-ins where the Pulumi engine looks for the plugins of these versions.
# Usage: install-plugins.sh PULUMI_HOME VENV_PYTHON
set -euo pipefail
home=$1
python=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
here=$(cd "$(dirname "$0")" && pwd)

for plugin in docker:5.1.0 command:1.2.1 postgresql:3.18.0 random:4.21.1 grafana:2.38.0; do
    name=${plugin%:*} version=${plugin#*:}
    folder=$home/plugins/resource-$name-v$version
    mkdir -p "$folder"
    printf '#!/bin/sh\nexec "%s" "%s" %s %s "$@"\n' "$python" "$here/plugin.py" "$name" "$version" \
        >"$folder/pulumi-resource-$name.part"
    chmod +x "$folder/pulumi-resource-$name.part"
    mv "$folder/pulumi-resource-$name.part" "$folder/pulumi-resource-$name"
done
echo "plugins: offline stand-ins in $home/plugins"
