// Ten processes over PostgreSQL and Redis behind HAProxy.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isFree } from "./ports.ts";
import { BINARY, type Reached, type Run } from "./server.ts";

const SCRIPT = join(import.meta.dirname, "../../../scripts/cluster.mjs");
/** Each cluster takes ten ports, the same on all its addresses; workers and the tests of one worker have their own. */
let slice = 0;
async function ports(): Promise<number> {
  for (;;) {
    const base = 9_000 + ((Number(process.env.TEST_WORKER_INDEX ?? 0) * 13 + slice++) % 90) * 10;
    const free = await Promise.all(Array.from({ length: 10 }, (_, port) => isFree(base + port)));
    if (free.every(Boolean)) return base;
  }
}

export class ClusterRun implements Run {
  readonly #data: string;
  #base: number | undefined;
  #process: ChildProcess | undefined;
  #said = "";

  constructor(data: string) {
    this.#data = data;
    // PostgreSQL runs under its own account, which must reach its folder in here.
    chmodSync(data, 0o711);
  }

  get #dir(): string {
    return join(this.#data, "cluster");
  }

  async start(): Promise<Reached> {
    this.#said = "";
    this.#base ??= await ports();
    const base = this.#base;
    const args = [SCRIPT, "up", "--dir", this.#dir, "--base", String(base), "--bin", BINARY];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, RUST_BACKTRACE: "1" } });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        this.#said += chunk.toString();
        if (this.#said.includes("ready http://")) resolve();
      };
      child.stdout!.on("data", take);
      child.stderr!.on("data", take);
      child.once("exit", (code) => reject(new Error(`the cluster ended (${code}) before it was ready:\n${this.#said}\n${this.#logs(() => true)}`)));
    });
    const state = JSON.parse(readFileSync(join(this.#dir, "cluster.json"), "utf8"));
    const media = state.nodes.filter((node: any) => node.roles.includes("media")).map((node: any) => node.ip as string);
    return {
      http: state.http.replace(/^http:\/\//, ""),
      sip: state.sip[0],
      media: media.map((ip: string) => `${ip}:${base + 4}`),
      rtp: { first: 41_000, last: 41_999, ips: media },
      demo: JSON.parse(readFileSync(state.demo, "utf8")),
    };
  }

  async operate(args: string[]): Promise<{ said: string; ended: boolean }> {
    const { database } = JSON.parse(readFileSync(join(this.#dir, "cluster.json"), "utf8"));
    const keys = ["--master-key-file", join(this.#dir, "master.key"), "--audit-key", join(this.#dir, "audit.key")];
    const where = ["--data", join(this.#dir, "data/operator"), "--database", database, ...keys];
    return { said: execFileSync(BINARY, [...args, ...where], { encoding: "utf8" }), ended: false };
  }

  /** What all of them said; the databases too only if nothing came up. */
  get log(): string {
    return this.#logs((name) => !name.startsWith("postgres"));
  }

  #logs(which: (name: string) => boolean): string {
    const folder = join(this.#dir, "log");
    const files = existsSync(folder) ? readdirSync(folder).filter(which) : [];
    return files.map((name) => `── ${name}\n${readFileSync(join(folder, name), "utf8")}`).join("\n");
  }

  /** SIGKILL takes every node at once, as a power cut would; the databases live on and the nodes start again with the next `start`. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (signal === "SIGKILL") {
      const state = JSON.parse(readFileSync(join(this.#dir, "cluster.json"), "utf8"));
      child.kill("SIGUSR2");
      for (const node of state.nodes) if (node.pid) process.kill(node.pid, "SIGKILL");
    }
    child.kill("SIGTERM");
    await ended;
  }
}
