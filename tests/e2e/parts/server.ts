// A server of one's own: the binary as built, the demo organisation, private ports and folder.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rtpRange } from "./ports.ts";

export interface DemoUser {
  name: string;
  password: string;
  token: string;
  extension: string;
}

export interface Demo {
  org: string;
  http: string;
  sip: string;
  users: DemoUser[];
  phones: { extension: string; auth_user: string; secret: string; domain: string }[];
  numbers: string[];
  queues: { id: string; name: string }[];
}

const BINARY = process.env.TANDEM_BIN ?? join(import.meta.dirname, "../../../target/debug/tandem");

export class Server {
  readonly data = mkdtempSync(join(tmpdir(), "tandem-e2e-"));
  readonly #rtp = rtpRange();
  #process: ChildProcess | undefined;
  #log = "";
  #sip = "127.0.0.1:0";
  #http = "127.0.0.1:0";
  demo!: Demo;

  static async start(): Promise<Server> {
    const server = new Server();
    await server.start();
    return server;
  }

  /** Starts (again) on the same data, and, after the first time, the same ports. */
  async start(): Promise<void> {
    const runtime = join(this.data, "runtime.json");
    rmSync(runtime, { force: true });
    const args = ["serve", "--demo", "--data", this.data, "--http", this.#http, "--admin", "127.0.0.1:0", "--sip", this.#sip];
    args.push("--media", "127.0.0.1:0", "--rtp-ports", this.#rtp);
    const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, RUST_BACKTRACE: "1" } });
    this.#process = child;
    const ready = new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        this.#log += chunk.toString();
        if (this.#log.includes("ready ") && existsSync(runtime)) resolve();
      };
      child.stdout!.on("data", take);
      child.stderr!.on("data", take);
      child.once("exit", (code) => reject(new Error(`the server ended (${code}) before it was ready:\n${this.#log}`)));
    });
    await ready;
    const addresses = JSON.parse(readFileSync(runtime, "utf8"));
    this.#sip = hostPort(addresses.sip);
    this.#http = hostPort(addresses.http);
    this.demo = JSON.parse(readFileSync(join(this.data, "demo.json"), "utf8"));
  }

  get url(): string {
    return `http://${this.#http}`;
  }

  get sip(): string {
    return this.#sip;
  }

  /** First and last UDP port of SIP calls' media. */
  get rtpPorts(): [number, number] {
    const [first, last] = this.#rtp.split("-").map(Number);
    return [first!, last!];
  }

  get log(): string {
    return this.#log;
  }

  user(name: string): DemoUser {
    const user = this.demo.users.find((u) => u.name === name);
    if (!user) throw new Error(`the demo has no user ${name}`);
    return user;
  }

  phone(extension: string): Demo["phones"][number] {
    const phone = this.demo.phones.find((p) => p.extension === extension);
    if (!phone) throw new Error(`the demo has no phone ${extension}`);
    return phone;
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.data, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
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

function hostPort(address: string): string {
  return address.replace(/^[a-z]+:\/\//, "").replace(/\/$/, "");
}
