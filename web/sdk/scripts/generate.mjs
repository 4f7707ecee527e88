// Writes what the SDK has from the API's document: src/schema.ts, its types, and src/operations.ts, a method for each operation.
//
//   node sdk/scripts/generate.mjs [--check]     --check writes nothing, and fails when what is there is not what would be written
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";
import { HEADER, operationsFile } from "./operations.mjs";

const API = new URL("../../../docs/openapi.json", import.meta.url);
const SRC = new URL("../src/", import.meta.url);

const document = JSON.parse(await readFile(API, "utf8"));
const files = {
  "schema.ts": HEADER + astToString(await openapi(document, { silent: true })),
  "operations.ts": operationsFile(document),
};
const check = process.argv.includes("--check");
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, SRC);
  const there = await readFile(file, "utf8").catch(() => "");
  if (there === text) continue;
  if (check) {
    console.error(`sdk/src/${name} is not what docs/openapi.json says: run \`npm run api\``);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
  }
}
