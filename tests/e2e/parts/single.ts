// One process, everything embedded.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rtpRange } from "./ports.ts";
import { BINARY, type Reached, type Run } from "./server.ts";

export class SingleRun implements Run {
  readonly #data: string;
  readonly #settings: Record<string, string>;
  readonly #rtp = rtpRange();
  #process: ChildProcess | undefined;
  #sip = "127.0.0.1:0";
  #http = "127.0.0.1:0";
  log = "";

  /** With settings of its own, as environment. */
  constructor(data: string, settings: Record<string, string> = {}) {
    this.#data = data;
    this.#settings = settings;
  }

  async start(): Promise<Reached> {
    const runtime = join(this.#data, "runtime.json");
    rmSync(runtime, { force: true });
    const args = ["serve", "--demo", "--data", this.#data, "--http", this.#http, "--admin", "127.0.0.1:0", "--sip", this.#sip];
    args.push("--media", "127.0.0.1:0", "--rtp-ports", this.#rtp, "--webhook-networks", "127.0.0.0/8");
    const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...this.#settings, RUST_BACKTRACE: "1" } });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        this.log += chunk.toString();
        if (this.log.includes("ready ") && existsSync(runtime)) resolve();
      };
      child.stdout!.on("data", take);
      child.stderr!.on("data", take);
      child.once("exit", (code) => reject(new Error(`the server ended (${code}) before it was ready:\n${this.log}`)));
    });
    const { http, sip, sip_tls: sipTls, sip_ws: sipWs, media } = JSON.parse(readFileSync(runtime, "utf8"));
    [this.#http, this.#sip] = [http, sip];
    const [first, last] = this.#rtp.split("-").map(Number) as [number, number];
    const demo = JSON.parse(readFileSync(join(this.#data, "demo.json"), "utf8"));
    return { http, sip, sipTls, sipWs, media: [media], rtp: { first, last, ips: ["127.0.0.1"] }, demo };
  }

  async operate(args: string[]): Promise<{ said: string; ended: boolean }> {
    await this.end("SIGTERM");
    return { said: execFileSync(BINARY, [...args, "--data", this.#data], { encoding: "utf8" }), ended: true };
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(late);
  }
}
