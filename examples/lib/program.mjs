// What every program does: options, help, errors in one line, an end when it is asked to.
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Tandem } from "@tandem/sdk";
import WebSocket from "ws";

const NAME = basename(process.argv[1], ".mjs");

/** Tells whoever runs the program. What it is run for goes to standard output. */
export const say = (line) => console.error(`${NAME}: ${line}`);

/** A variable of the environment that must be there. */
export function setting(name, what) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: ${what}`);
  return value;
}

/** Runs `main` with the server, the options' values, and a signal that is aborted when the program is to end. */
export async function program({ usage, options = {} }, main) {
  const stopping = new AbortController();
  // Once: who asks again does not want to wait.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort());
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h" } } });
    if (values.help) return console.log(usage.trim());
    const url = setting("TANDEM", "the server's address, as http://127.0.0.1:8080");
    const token = setting("TANDEM_TOKEN", "a token, as docs/api.md makes one");
    await main(new Tandem({ url, token, WebSocket }), values, stopping.signal);
  } catch (error) {
    say(error.message.split("\n")[0]);
    process.exitCode = 1;
  }
}
