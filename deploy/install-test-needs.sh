#!/bin/sh
# Install the real parts that some tests need (a Redis server, Chromium) where that is possible:
# as root, on Debian or a relative. Elsewhere those tests are skipped and say what is missing.
# Fuseki's package is fetched where there is a Java to run it.
set -u
if command -v java >/dev/null 2>&1; then
  sh "$(dirname "$0")/start-fuseki.sh" --fetch >/dev/null 2>&1 ||
    echo "could not fetch Fuseki (the tests that need it are skipped)"
fi
missing=""
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing) >/dev/null 2>&1 ||
    echo "could not install:$missing (the tests that need them are skipped)"
else
  echo "not installed:$missing (the tests that need them are skipped)"
fi
exit 0
