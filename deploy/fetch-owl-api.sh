#!/bin/sh
# Fetch the OWL API (the library below Protege) from Maven Central, each file by its checksum, for
# the tests that check exports with it. They need Java 17 too, and are skipped without either.
set -eu
here=$(dirname "$0")
folder=${OWL_API:-${XDG_CACHE_HOME:-$HOME/.cache}/mimir/owl-api}
mkdir -p "$folder"
while read -r sum path; do
  file="$folder/$(basename "$path")"
  echo "$sum  $file" | sha256sum --check --status 2>/dev/null && continue
  curl --fail --silent --show-error --location --output "$file.part" \
    "https://repo1.maven.org/maven2/$path"
  echo "$sum  $file.part" | sha256sum --check --quiet
  mv "$file.part" "$file"
done <"$here/owl-api.sha256"
echo "$folder"
