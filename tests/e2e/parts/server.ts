// A Tandem of one's own: the binary as built, the demo organisation, private ports and folder. One process, or, with
// TANDEM_E2E=cluster, the ten of scripts/cluster.mjs: the tests are the same.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterRun } from "./cluster.ts";
import { SingleRun } from "./single.ts";

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

export const BINARY = process.env.TANDEM_BIN ?? join(import.meta.dirname, "../../../target/debug/tandem");
export const ON_CLUSTER = process.env.TANDEM_E2E === "cluster";

/** Where a running Tandem is reached, as HOST:PORT. */
export interface Reached {
  http: string;
  sip: string;
  /** SIP over TLS and WebSocket, where they are asked for. */
  sipTls?: string;
  sipWs?: string;
  media: string[];
  /** First and last UDP port of SIP calls' media, and on which addresses. */
  rtp: { first: number; last: number; ips: string[] };
  demo: Demo;
}

/** The processes of one Tandem. */
export interface Run {
  start(): Promise<Reached>;
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** What the program says to `args`, run on the same database: beside the nodes, or, where only one may have it, when the server has ended. */
  operate(args: string[]): Promise<{ said: string; ended: boolean }>;
  readonly log: string;
}

export class Server {
  readonly data = mkdtempSync(join(tmpdir(), "tandem-e2e-"));
  readonly #run: Run;
  readonly #scheme: "http" | "https";
  #reached!: Reached;

  private constructor(settings: Record<string, string>) {
    if (ON_CLUSTER && Object.keys(settings).length > 0) throw new Error("the cluster has its own settings");
    this.#scheme = settings.TANDEM_TLS_CERT ? "https" : "http";
    this.#run = ON_CLUSTER ? new ClusterRun(this.data) : new SingleRun(this.data, settings);
  }

  /** With settings of its own, as environment, where it is one process. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(settings);
    await server.start();
    return server;
  }

  /** Starts (again) on the same data, and, after the first time, the same ports. */
  async start(): Promise<void> {
    this.#reached = await this.#run.start();
  }

  get demo(): Demo {
    return this.#reached.demo;
  }

  get url(): string {
    return `${this.#scheme}://${this.#reached.http}`;
  }

  get sip(): string {
    return this.#reached.sip;
  }

  /** Where SIP over TLS is, if the settings say that it is. */
  get sipTls(): string {
    if (!this.#reached.sipTls) throw new Error("nothing listens for SIP over TLS");
    return this.#reached.sipTls;
  }

  /** And SIP over WebSocket. */
  get sipWs(): string {
    if (!this.#reached.sipWs) throw new Error("nothing listens for SIP over WebSocket");
    return this.#reached.sipWs;
  }

  /** Where browsers' media is listened to. */
  get media(): string[] {
    return this.#reached.media;
  }

  /** Where SIP calls' media is listened to. */
  get rtp(): Reached["rtp"] {
    return this.#reached.rtp;
  }

  get log(): string {
    return this.#run.log;
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
    await this.#run.end("SIGKILL");
  }

  /** Runs the program as whoever looks after this Tandem does, and answers what it said. */
  async operate(args: string[]): Promise<string> {
    const { said, ended } = await this.#run.operate(args);
    if (ended) await this.start();
    return said;
  }

  async stop(): Promise<void> {
    await this.#run.end("SIGTERM");
    rmSync(this.data, { recursive: true, force: true });
  }
}
