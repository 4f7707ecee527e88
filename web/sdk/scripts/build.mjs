// Compiles the SDK into dist/, with the compiler of the web client: it has no modules of its own.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const sdk = fileURLToPath(new URL("..", import.meta.url));

let compiler;
try {
  compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
} catch {
  console.error("There is no TypeScript to build the SDK with: run `npm --prefix web ci` at the top of the repository first.");
  process.exit(1);
}
rmSync(join(sdk, "dist"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, "-p", sdk], { stdio: "inherit" });
process.exit(status ?? 1);
