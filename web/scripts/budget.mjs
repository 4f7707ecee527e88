/** Fails when what the first page needs outgrows its budget: the entry's scripts and all they import at once, gzipped. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BUDGET = 250 * 1024;
const dist = new URL("../dist/", import.meta.url);
const read = async (path) => (await readFile(new URL(path.replace(/^\//, ""), dist))).toString();

const seen = new Set();
let total = 0;
async function add(path) {
  if (seen.has(path)) return;
  seen.add(path);
  const text = await read(path);
  total += gzipSync(text).length;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  for (const [, name] of text.matchAll(/(?:^|[;\n])import\s*(?:[^"';]*from\s*)?["']\.\/([\w.-]+\.js)["']/g)) await add(folder + name);
}

const html = await read("index.html");
if (/<script(?![^>]*\ssrc=)/.test(html)) throw new Error("index.html has an inline script, which the content security policy refuses");
for (const [, path] of html.matchAll(/(?:src|href)="(\/assets\/[\w.-]+\.js)"/g)) await add(path);
console.log(`first load: ${(total / 1024).toFixed(1)} of ${BUDGET / 1024} KiB in ${seen.size} files`);
if (total > BUDGET) process.exit(1);
