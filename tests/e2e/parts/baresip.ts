// A SIP phone: baresip without a sound card. It sends a tone (or a file) and records what it hears.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWav, type Sound } from "./audio.ts";
import { freePort } from "./ports.ts";

export interface PhoneOptions {
  /** host:port of the server. */
  server: string;
  user: string;
  /** Digest secret; without it the phone does not register. */
  secret?: string;
  authUser?: string;
  /** Tone it sends, Hz. */
  hz?: number;
  codecs?: string;
  /** Answers by itself. */
  autoAnswer?: boolean;
  transport?: "udp" | "tcp";
  /** Whether starting waits until the server took the registration; it does unless this is false. */
  awaitRegistration?: boolean;
}

interface PhoneEvent {
  event?: boolean;
  class?: string;
  type?: string;
  param?: string;
}

export class Phone {
  readonly folder = mkdtempSync(join(tmpdir(), "tandem-phone-"));
  /** Where it listens for SIP. */
  port = 0;
  readonly #events: PhoneEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #process!: ChildProcess;
  #control: Socket | undefined;
  #log = "";
  #token = 0;

  static async start(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone();
    try {
      await phone.#start(options);
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  async #start(options: PhoneOptions): Promise<void> {
    const [sip, control, rtp] = [await freePort(), await freePort(), await freePort()];
    this.port = sip;
    mkdirSync(join(this.folder, "sound"));
    const transport = options.transport ?? "udp";
    const account = [
      `<sip:${options.user}@${options.server};transport=${transport}>`,
      options.secret ? `auth_user=${options.authUser ?? options.user}` : "",
      options.secret ? `auth_pass=${options.secret}` : "",
      `regint=${options.secret ? 60 : 0}`,
      `answermode=${options.autoAnswer ? "auto" : "manual"}`,
      `audio_codecs=${options.codecs ?? "PCMA/8000/1"}`,
    ];
    writeFileSync(join(this.folder, "accounts"), "");
    writeFileSync(join(this.folder, "contacts"), "");
    writeFileSync(join(this.folder, "config"), config({ sip, control, rtp, hz: options.hz ?? 880, folder: this.folder }));
    this.#process = spawn("baresip", ["-f", this.folder, "-v"], { stdio: ["pipe", "pipe", "pipe"] });
    const take = (chunk: Buffer) => (this.#log += chunk.toString());
    this.#process.stdout!.on("data", take);
    this.#process.stderr!.on("data", take);
    this.#control = await this.#connect(control);
    this.#read(this.#control);
    // The account comes once somebody listens, so that no event of its registration is missed.
    this.command("uanew", account.filter(Boolean).join(";"));
    if (options.secret && options.awaitRegistration !== false) await this.event("REGISTER_OK");
  }

  async #connect(port: number): Promise<Socket> {
    const end = Date.now() + 10_000;
    for (;;) {
      const socket = await new Promise<Socket | undefined>((resolve) => {
        const attempt = connect(port, "127.0.0.1", () => resolve(attempt));
        attempt.once("error", () => resolve(undefined));
      });
      if (socket) return socket;
      if (Date.now() > end || this.#process.exitCode !== null) throw new Error(`baresip did not start:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #read(control: Socket): void {
    let buffer = Buffer.alloc(0);
    control.on("error", () => {});
    control.on("data", (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const colon = buffer.indexOf(":");
        if (colon < 0) return;
        const length = Number(buffer.toString("latin1", 0, colon));
        if (buffer.length < colon + 1 + length + 1) return;
        const text = buffer.toString("utf8", colon + 1, colon + 1 + length);
        buffer = buffer.subarray(colon + 1 + length + 1);
        this.#events.push(JSON.parse(text));
        for (const wake of this.#waiting) wake();
      }
    });
  }

  command(command: string, params = ""): void {
    const text = JSON.stringify({ command, params, token: String(++this.#token) });
    this.#control?.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** The next event of this type that was not waited for yet. */
  async event(type: string, seconds = 20): Promise<PhoneEvent> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const seen = this.#events.map((e) => e.type).filter(Boolean);
        reject(new Error(`phone: no ${type} in ${seconds} s; seen ${seen.join(" ")}\n${this.#log.slice(-2000)}`));
      }, seconds * 1000);
      const look = () => {
        const at = this.#events.findIndex((e) => e.type === type);
        if (at < 0) return;
        const [event] = this.#events.splice(at, 1);
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(event!);
      };
      this.#waiting.add(look);
      look();
    });
  }

  dial(uri: string): void {
    this.command("dial", uri);
  }

  answer(): void {
    this.command("accept");
  }

  hangUp(): void {
    this.command("hangup");
  }

  /** What it heard so far (or in its last call). */
  recording(): Sound {
    const files = readdirSync(join(this.folder, "sound")).filter((f) => f.endsWith("dec.wav")).sort();
    const last = files.at(-1);
    if (!last) throw new Error("the phone recorded nothing");
    return readWav(join(this.folder, "sound", last));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      this.#control?.destroy();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function config(o: { sip: number; control: number; rtp: number; hz: number; folder: string }): string {
  const rtpFirst = 30_000 + ((o.rtp * 4) % 2_400);
  return `poll_method		epoll
sip_listen		127.0.0.1:${o.sip}
call_local_timeout	120
call_max_calls		4
audio_path		/usr/share/baresip
audio_player		aubridge,sink
audio_source		ausine,${o.hz}
audio_alert		aubridge,alert
ausrc_srate		48000
auplay_srate		48000
ausrc_channels		2
auplay_channels		2
snd_path		${join(o.folder, "sound")}
module_path		/usr/lib/baresip/modules
module			g711.so
module			opus.so
module			ausine.so
module			aufile.so
module			aubridge.so
module			sndfile.so
module_tmp		uuid.so
module_tmp		account.so
module_app		menu.so
module_app		ctrl_tcp.so
ctrl_tcp_listen		127.0.0.1:${o.control}
rtp_ports		${rtpFirst}-${rtpFirst + 60}
`;
}
