#!/bin/sh
# Start Apache Jena Fuseki on a TDB2 store, on this machine's loopback address only.
#
#   deploy/start-fuseki.sh FOLDER [PORT]   serve the store in FOLDER at http://127.0.0.1:PORT/mimir
#   deploy/start-fuseki.sh --fetch         only fetch the Java package
#
# The package comes from Maven Central, once, and is checked against the digest below. It is kept in
# $FUSEKI_CACHE (default: ~/.cache/mimir). Version 6 needs Java 21, and 5.5 and 5.6 answer some joins
# with a NullPointerException (AbstractIterHashJoin), which 5.3 does not.
# FUSEKI_MEMORY is the size of the Java heap (default: 2g). With FUSEKI_PASSWORDS, a file of lines
# `user: password`, only those users are served.
set -eu
version=5.3.0
sha512=f4d067016c2e55fc8c2bc77c57d0995012a6489c34dcfcbafa8a6fb02594be0f0ce95c87bfa36037d02dd4cdc6b0eff3cf6784060484fd39045fd45caaa43167
cache=${FUSEKI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mimir}
jar=$cache/jena-fuseki-server-$version.jar
url=https://repo1.maven.org/maven2/org/apache/jena/jena-fuseki-server/$version/${jar##*/}

stop() { echo "$1" >&2; exit 1; }
sound() { echo "$sha512  $1" | sha512sum --check --status -; }
download() {
  if command -v curl >/dev/null 2>&1; then curl -fsSL --max-time 600 -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}
fetch() {
  [ -f "$jar" ] && return
  mkdir -p "$cache"
  part=$jar.$$
  trap 'rm -f "$part"' EXIT
  download "$url" "$part" || stop "Fuseki cannot be fetched from $url."
  sound "$part" || stop "The file at $url has not the expected SHA-512; it was thrown away."
  mv "$part" "$jar"
}

[ $# -ge 1 ] || stop "usage: start-fuseki.sh FOLDER [PORT] | --fetch"
command -v java >/dev/null 2>&1 || stop "Fuseki needs Java 17 or newer: apt-get install openjdk-17-jre-headless"
fetch
[ "$1" = --fetch ] && exit 0
sound "$jar" || stop "$jar has not the expected SHA-512. Remove it and start again."
mkdir -p "$1"
folder=$1 port=${2:-3030}
set -- ${FUSEKI_PASSWORDS:+--auth=basic "--passwd=$FUSEKI_PASSWORDS"}
exec java "-Xmx${FUSEKI_MEMORY:-2g}" -cp "$jar" org.apache.jena.fuseki.main.cmds.FusekiMainCmd \
  --localhost --port "$port" --tdb2 --loc "$folder" --update --timeout 600000 "$@" /mimir
