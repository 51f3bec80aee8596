#!/bin/sh
# Install the independent programs that read exports in tests: the OWL API (needs Java 17 to run),
# Morph-KGC and csvw, the last two in environments of their own, since their pins are not ours.
set -eu
here=$(dirname "$0")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mimir
sh "$here/fetch-owl-api.sh"
for tool in morph-kgc==2.10.0 csvw==4.1.1; do
  folder="$cache/${tool%%=*}"
  [ -x "$folder/bin/python" ] || "${PYTHON:-python3}" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet "$tool"
  echo "$folder"
done
