// SIP written by hand, for what no well-behaved phone would send.
import { type Socket as Udp, createSocket } from "node:dgram";
import { type Socket as Tcp, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import WebSocket from "ws";
import type { Server } from "./server.ts";

let serial = 0;

/** Different for every call of every run. */
export function unique(): string {
  return `${process.pid.toString(36)}${Date.now().toString(36)}${(serial++).toString(36)}`;
}

export interface Answer {
  status: number;
  phrase: string;
  text: string;
  header(name: string): string | undefined;
}

function read(text: string): Answer {
  const [line = "", ...lines] = text.split("\r\n\r\n")[0]!.split("\r\n");
  const [, status, phrase = ""] = /^SIP\/2\.0 (\d{3}) (.*)$/.exec(line) ?? [];
  const header = (name: string) => {
    const found = lines.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return found?.slice(name.length + 1).trim();
  };
  return { status: Number(status ?? 0), phrase, text, header };
}

export interface RequestParts {
  uri?: string;
  /** Put over the usual ones; null leaves one out. */
  headers?: Record<string, string | null>;
  body?: string | Buffer;
  contentType?: string;
}

/** A request as a carrier's trunk would send it, with changes. */
export function request(server: Server, method: string, from: RawPhone, parts: RequestParts = {}): string {
  const uri = parts.uri ?? `sip:${server.demo.numbers[0]}@${server.sip}`;
  const body = parts.body?.toString("latin1") ?? "";
  const headers: Record<string, string | null> = {
    Via: `SIP/2.0/${from.transport} ${from.address};branch=z9hG4bK${unique()};rport`,
    "Max-Forwards": "70",
    From: `<sip:+15550123@127.0.0.1>;tag=${unique()}`,
    To: `<sip:${server.demo.numbers[0]}@${server.sip}>`,
    "Call-ID": unique(),
    CSeq: `1 ${method}`,
    Contact: `<sip:+15550123@${from.address};transport=${from.transport.toLowerCase()}>`,
    ...(body ? { "Content-Type": parts.contentType ?? "application/sdp" } : {}),
    "Content-Length": String(Buffer.byteLength(body, "latin1")),
    ...parts.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `${method} ${uri} SIP/2.0\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** An offer of these payload types. */
export function offer(formats: string, attributes: string[] = [], port = 6_000): string {
  const lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", `m=audio ${port} RTP/AVP ${formats}`, ...attributes];
  return `${lines.join("\r\n")}\r\n`;
}

export type Transport = "UDP" | "TCP" | "TLS" | "WS";

/** A peer without any manners. */
export abstract class RawPhone {
  readonly #answers: Answer[] = [];
  readonly #waiting = new Set<() => void>();

  abstract readonly transport: Transport;
  abstract readonly address: string;
  abstract send(bytes: string | Buffer): Promise<void>;
  abstract close(): void;

  protected take(text: string): void {
    this.#answers.push(read(text));
    for (const wake of this.#waiting) wake();
  }

  /** The first answer that fits; `undefined` when there is none within the time. */
  async answer(fits: (answer: Answer) => boolean, ms = 5_000): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const done = (answer: Answer | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(answer);
      };
      const timer = setTimeout(() => done(undefined), ms);
      const look = () => {
        const at = this.#answers.findIndex(fits);
        if (at >= 0) done(this.#answers.splice(at, 1)[0]);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends a request and waits for its final answer, which is acknowledged if it is an INVITE's refusal. */
  async ask(message: string, ms = 5_000): Promise<Answer> {
    const callId = /^Call-ID: (.*)$/im.exec(message)?.[1];
    await this.send(Buffer.from(message, "latin1"));
    const answer = await this.answer((each) => each.status >= 200 && (!callId || each.header("Call-ID") === callId), ms);
    if (!answer) throw new Error(`no answer to:\n${message.slice(0, 600)}`);
    if (message.startsWith("INVITE ")) await this.send(acknowledge(message, answer));
    return answer;
  }
}

function acknowledge(invite: string, answer: Answer): string {
  const line = (name: string) => new RegExp(`^${name}: .*$`, "im").exec(invite)?.[0] ?? "";
  const [uri] = invite.split("\r\n")[0]!.split(" ").slice(1);
  const lines = [line("Via"), line("Max-Forwards"), line("From"), `To: ${answer.header("To") ?? ""}`, line("Call-ID"), line("CSeq").replace("INVITE", "ACK")];
  return `ACK ${uri} SIP/2.0\r\n${lines.filter(Boolean).join("\r\n")}\r\nContent-Length: 0\r\n\r\n`;
}

export class RawUdp extends RawPhone {
  readonly transport = "UDP";

  private constructor(
    private readonly socket: Udp,
    private readonly host: string,
    private readonly port: number,
  ) {
    super();
    socket.on("message", (bytes) => this.take(bytes.toString("latin1")));
  }

  /** `at` is where to send from: answers to requests without `rport` go to the port their Via says, 5060 if it says none. */
  static async open(server: Server, at: [host: string, port: number] = ["127.0.0.1", 0]): Promise<RawUdp> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(at[1], at[0], resolve);
    });
    const [host, port] = server.sip.split(":");
    return new RawUdp(socket, host!, Number(port));
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async send(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.send(bytes, this.port, this.host, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.socket.close();
  }
}

export class RawTcp extends RawPhone {
  readonly transport: Transport;
  /** Resolves when the server closes the connection. */
  readonly closed: Promise<void>;

  private constructor(
    private readonly socket: Tcp,
    transport: "TCP" | "TLS",
  ) {
    super();
    this.transport = transport;
    let pending = "";
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (bytes) => {
      pending += bytes.toString("latin1");
      for (;;) {
        pending = pending.replace(/^(\r\n)+/, "");
        const head = pending.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/^Content-Length: *(\d+)/im.exec(pending.slice(0, head))?.[1] ?? 0);
        if (pending.length < head + 4 + length) return;
        this.take(pending.slice(0, head + 4 + length));
        pending = pending.slice(head + 4 + length);
      }
    });
  }

  static async open(server: Server): Promise<RawTcp> {
    const [host, port] = server.sip.split(":");
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), host, () => resolve(new RawTcp(socket, "TCP")));
      socket.once("error", reject);
    });
  }

  /** Within TLS; the test's certificate is nobody's but its own. */
  static async openTls(at: string): Promise<RawTcp> {
    const [host, port] = at.split(":");
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port: Number(port), host, rejectUnauthorized: false }, () => resolve(new RawTcp(socket, "TLS")));
      socket.once("error", reject);
    });
  }

  get address(): string {
    return `127.0.0.1:${this.socket.localPort}`;
  }

  async send(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A message in each frame (RFC 7118). */
export class RawWebSocket extends RawPhone {
  readonly transport = "WS";
  readonly address = `${unique()}.invalid`;
  /** Resolves when the server closes the connection. */
  readonly closed: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    super();
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("message", (bytes: Buffer) => this.take(bytes.toString("latin1")));
  }

  static async open(at: string): Promise<RawWebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${at}`, "sip");
      socket.once("open", () => resolve(new RawWebSocket(socket)));
      socket.once("error", reject);
    });
  }

  async send(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.send(Buffer.from(bytes as Buffer), { binary: true }, () => resolve()));
  }

  close(): void {
    this.socket.terminate();
  }
}
