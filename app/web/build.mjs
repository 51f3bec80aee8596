// Bundle the page into static/: index.html, app.js, app.css and icon.svg, with nothing left to fetch at run time.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUTPUT = join(HERE, "static");
const COPIED = ["index.html", "icon.svg"];
const FIRST_PAGE_LIMIT = 150 * 1024;

await rm(OUTPUT, { recursive: true, force: true });
await mkdir(OUTPUT, { recursive: true });
await build({
  entryPoints: { app: join(HERE, "src", "main.jsx") },
  outdir: OUTPUT,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "eof",
  logLevel: "warning",
});
for (const name of COPIED) {
  await copyFile(join(HERE, "src", name), join(OUTPUT, name));
}

const sizes = await Promise.all(
  ["index.html", "app.css", "app.js"].map(async (name) => gzipSync(await readFile(join(OUTPUT, name))).length),
);
const total = sizes.reduce((sum, size) => sum + size, 0);
console.log(`The first page is ${(total / 1024).toFixed(1)} kB with gzip.`);
if (total > FIRST_PAGE_LIMIT) {
  console.error(`It must stay below ${FIRST_PAGE_LIMIT / 1024} kB: drop a dependency or load a part later.`);
  process.exit(1);
}
