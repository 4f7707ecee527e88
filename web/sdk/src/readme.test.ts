import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const SDK = join(import.meta.dirname, "..");

/** What the compiler says of a module in this folder. */
function faultsOf(text: string): string[] {
  const file = join(SDK, "src/readme.ts");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(SDK, "../node_modules/@types")],
    paths: { "@tandem/sdk": [join(SDK, "src/index.ts")] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

it("the README's code is what the types allow", { timeout: 120_000 }, () => {
  const readme = readFileSync(join(SDK, "README.md"), "utf8");
  const code = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block).join("\n");
  expect(code).toContain("tandem.follow");
  expect(faultsOf(code)).toEqual([]);
  expect(faultsOf(code.replace("tandem.people.all", "tandem.people.everybody"))).not.toEqual([]);
});
