#!/bin/sh
# Install the real parts that some tests need, where that is possible: a Redis server and Chromium
# (as root, on Debian or a relative), Fuseki (where there is a Java to run it), and the programs
# that read exports. Where one is missing, its tests are skipped and say what to install.
set -u
here=$(dirname "$0")
lacking() { echo "could not $1 (the tests that need it are skipped)"; }

if command -v java >/dev/null 2>&1; then
  sh "$here/start-fuseki.sh" --fetch >/dev/null 2>&1 || lacking "fetch Fuseki"
fi
sh "$here/install-export-readers.sh" >/dev/null 2>&1 || lacking "install the readers of exports"

missing=""
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing) >/dev/null 2>&1 ||
    lacking "install$missing"
else
  lacking "install$missing"
fi
exit 0
