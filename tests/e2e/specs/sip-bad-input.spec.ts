// Malformed SIP, SDP and RTP: answered where it can be, and heard by nobody who talks.
import { type Socket as Udp, createSocket } from "node:dgram";
import { heard, soundPasses } from "../parts/audio.ts";
import { Api, until } from "../parts/api.ts";
import type { Phone } from "../parts/baresip.ts";
import { holdCall } from "../parts/held-call.ts";
import { RawTcp, RawUdp, type RawPhone, type RequestParts, offer, request, unique } from "../parts/raw-sip.ts";
import { alaw } from "../parts/rtp.ts";
import type { Server } from "../parts/server.ts";
import { type World, expect, test } from "../parts/world.ts";

/** SIP and HTTP still answer. */
async function alive(server: Server): Promise<void> {
  const phone = await RawUdp.open(server);
  expect((await phone.ask(request(server, "OPTIONS", phone))).status).toBe(200);
  phone.close();
  await Api.as(server, "agent1").get("/me");
  expect(server.log).not.toContain("panicked");
}

const PCMA = offer("8", ["a=rtpmap:8 PCMA/8000"]);

for (const [name, open] of [["UDP", RawUdp.open], ["TCP", RawTcp.open]] as const) {
  test(`over ${name} every request gets the status that says what is wrong`, async ({ world }) => {
    const server = await world.server();
    const phone: RawPhone = await open(server);
    const number = server.demo.numbers[0];
    const invite = (parts: RequestParts) => request(server, "INVITE", phone, { body: PCMA, ...parts });
    const cases: [string, number[], string][] = [
      ["OPTIONS", [200], request(server, "OPTIONS", phone)],
      ["unknown method", [405], request(server, "DANCE", phone)],
      ["MESSAGE", [405], request(server, "MESSAGE", phone, { body: "hello", contentType: "text/plain" })],
      ["SUBSCRIBE without an event", [489], request(server, "SUBSCRIBE", phone)],
      ["SUBSCRIBE to an unknown package", [489], request(server, "SUBSCRIBE", phone, { headers: { Event: "winfo" } })],
      ["SUBSCRIBE of a stranger", [401], request(server, "SUBSCRIBE", phone, { headers: { Event: "dialog", To: "<sip:1002@127.0.0.1>" } })],
      ["BYE of no dialog", [481], request(server, "BYE", phone, { headers: { To: `<sip:${number}@${server.sip}>;tag=none` } })],
      ["re-INVITE of no dialog", [481], invite({ headers: { To: `<sip:${number}@${server.sip}>;tag=none` } })],
      ["CANCEL of nothing", [481], request(server, "CANCEL", phone)],
      ["unknown scheme", [416], invite({ uri: "weird:somebody" })],
      ["tel with no one", [404, 416], invite({ uri: "tel:+15559999" })],
      ["unknown extension", [420], invite({ headers: { Require: "foo" } })],
      ["unknown number", [404], invite({ uri: `sip:+15559999@${server.sip}` })],
      ["unknown user", [404], invite({ uri: `sip:nobody@${server.sip}` })],
      ["no user at all", [404, 484], invite({ uri: `sip:${server.sip}` })],
      ["no common codec", [488], invite({ body: offer("18", ["a=rtpmap:18 G729/8000"]) })],
      ["video only", [488], invite({ body: offer("8").replace("m=audio", "m=video") })],
      ["SRTP only", [488], invite({ body: offer("8").replace("RTP/AVP", "RTP/SAVP") })],
      ["a port of 0", [488], invite({ body: offer("8", [], 0) })],
      ["a host that is a name", [400, 488], invite({ body: offer("8").replace("c=IN IP4 127.0.0.1", "c=IN IP4 no.such.host.example") })],
      ["no connection address", [400, 488], invite({ body: offer("8").replace("c=IN IP4 127.0.0.1\r\n", "") })],
      ["nonsense for SDP", [400, 488], invite({ body: "nonsense" })],
      ["half an SDP", [400, 488], invite({ body: PCMA.slice(0, 30) })],
      ["binary SDP", [400, 488], invite({ body: Buffer.from([0, 255, 1, 254, 13, 10]) })],
      ["port out of range", [400, 488], invite({ body: offer("8", [], 70_000) })],
      ["SDP of 40 kB", [400, 413, 488], invite({ body: PCMA + `a=x:${"x".repeat(200)}\r\n`.repeat(200) })],
      ["body of another type", [415], invite({ contentType: "text/plain" })],
      ["no Contact", [400], invite({ headers: { Contact: null } })],
      ["Contact of nonsense", [400], invite({ headers: { Contact: "<<<>" } })],
      ["no hops left", [483], invite({ headers: { "Max-Forwards": "0" } })],
      ["hops out of range", [400], invite({ headers: { "Max-Forwards": "300" } })],
      ["CSeq of another method", [400], invite({ headers: { CSeq: "1 BYE" } })],
      ["CSeq out of range", [400], invite({ headers: { CSeq: "99999999999 INVITE" } })],
      ["no From", [400], invite({ headers: { From: null } })],
      ["no To", [400], invite({ headers: { To: null } })],
      ["no CSeq", [400], invite({ headers: { CSeq: null } })],
      ["From of nonsense", [400], invite({ headers: { From: "<sip:" } })],
      ["two Tos in one", [400], invite({ headers: { To: "<sip:a@b>, <sip:c@d>" } })],
      ["another version", [505], invite({}).replace("SIP/2.0\r\n", "SIP/3.0\r\n")],
      ["a request line of one word more", [400], invite({}).replace(" SIP/2.0\r\n", " more SIP/2.0\r\n")],
      ["a header without colon", [400], invite({}).replace("Contact:", "Nonsense\r\nContact:")],
      ["REGISTER of a stranger", [401], request(server, "REGISTER", phone, { headers: { To: "<sip:1001@127.0.0.1>", From: "<sip:1001@127.0.0.1>;tag=1" } })],
      ["REGISTER with nonsense for credentials", [400, 401, 403], request(server, "REGISTER", phone, { headers: { To: "<sip:1001@127.0.0.1>", Authorization: "Digest nonsense" } })],
      ["INVITE from a phone's name", [401], invite({ uri: `sip:1002@${server.sip}`, headers: { From: "<sip:1001@127.0.0.1>;tag=1" } })],
    ];
    const wrong: string[] = [];
    for (const [what, expected, message] of cases) {
      const answer = await phone.ask(message, 2_000).catch(() => undefined);
      if (!answer || !expected.includes(answer.status)) wrong.push(`${what}: ${answer ? `${answer.status} ${answer.phrase}` : "no answer"}, not ${expected.join("/")}`);
      if (what === "unknown extension" && answer?.header("Unsupported") !== "foo") wrong.push(`${what}: not named in Unsupported`);
      if (what === "SUBSCRIBE to an unknown package" && !answer?.header("Allow-Events")?.includes("dialog")) wrong.push(`${what}: no Allow-Events`);
      if (what === "unknown method" && !answer?.header("Allow")?.includes("INVITE")) wrong.push(`${what}: no Allow`);
      if (answer && !answer.header("To")?.includes("tag=") && !["no To", "two Tos in one"].includes(what)) wrong.push(`${what}: no To tag in ${answer.header("To")}`);
    }
    // Without a Call-ID there is nothing to find the answer by but the moment.
    await phone.send(invite({ headers: { "Call-ID": null } }));
    if ((await phone.answer((each) => each.status >= 200, 2_000))?.status !== 400) wrong.push("no Call-ID: not 400");
    phone.close();
    expect(wrong).toEqual([]);
    await alive(server);
    expect((await Api.as(server, "supervisor").get("/calls?active=true")).items).toEqual([]);
  });
}

test("what is not SIP at all is not answered, and a stream that cannot be cut is closed", async ({ world }) => {
  const server = await world.server();
  const udp = await RawUdp.open(server);
  const noise = (size: number) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 255));
  const datagrams: (string | Buffer)[] = ["", "\r\n\r\n", "\0", "x", "hello\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "INVITE", "INVITE \r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", "SIP/2.0 999999 X\r\n\r\n", noise(1_400), noise(60_000), "Via: ".repeat(10_000), `INVITE sip:${"a".repeat(60_000)} SIP/2.0\r\n\r\n`];
  for (const bytes of datagrams) await udp.send(bytes);
  // Bodies shorter and longer than they say; the longer one's rest is ignored (RFC 3261 §18.3).
  const short = await udp.ask(request(server, "OPTIONS", udp, { headers: { "Content-Length": "9" } }));
  expect(short.status).toBe(400);
  expect((await udp.ask(`${request(server, "OPTIONS", udp)}more`)).status).toBe(200);
  for (const length of ["-1", "nine", "99999999999999999999", "1, 1"]) {
    expect.soft((await udp.ask(request(server, "OPTIONS", udp, { headers: { "Content-Length": length } }))).status, length).toBe(400);
  }
  expect(await udp.answer(() => true, 300)).toBeUndefined();
  udp.close();

  const streams: (string | ((phone: RawPhone) => string))[] = [
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    (phone) => request(server, "OPTIONS", phone, { headers: { "Content-Length": null } }),
    (phone) => request(server, "OPTIONS", phone, { headers: { "Content-Length": "nine" } }),
    (phone) => request(server, "OPTIONS", phone, { headers: { "Content-Length": "70000" } }),
    (phone) => request(server, "OPTIONS", phone, { headers: { "Content-Length": "0", "content-length": "5" } }),
    (phone) => request(server, "OPTIONS", phone, { headers: { "X-Filler": "x".repeat(70_000) } }),
    "x".repeat(70_000),
  ];
  for (const stream of streams) {
    const tcp = await RawTcp.open(server);
    const text = typeof stream === "string" ? stream : stream(tcp);
    await tcp.send(text);
    const closed = await Promise.race([tcp.closed.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 5_000))]);
    expect.soft(closed, text.slice(0, 80)).toBe(true);
    tcp.close();
  }
  // A message that comes byte by byte, two in one packet, and a ping between them are fine.
  const tcp = await RawTcp.open(server);
  const slow = request(server, "OPTIONS", tcp);
  for (const byte of slow.slice(0, -1)) await tcp.send(byte);
  expect((await tcp.ask(slow.slice(-1) + "\r\n\r\n")).status).toBe(200);
  await tcp.send(request(server, "OPTIONS", tcp) + request(server, "OPTIONS", tcp));
  for (let n = 0; n < 2; n++) expect((await tcp.answer((each) => each.status === 200))?.status).toBe(200);
  tcp.close();
  await alive(server);
});

/** Two registered desk phones in a call: 880 Hz one way, 440 Hz the other. */
async function talk(world: World, server: Server): Promise<[Phone, Phone]> {
  const [a, b] = [server.phone("1001"), server.phone("1002")];
  const caller = await world.phone({ server: server.sip, user: a.auth_user, secret: a.secret, hz: 880 });
  const callee = await world.phone({ server: server.sip, user: b.auth_user, secret: b.secret, hz: 440, autoAnswer: true });
  caller.dial(`sip:1002@${server.sip}`);
  await Promise.all([caller.event("CALL_ESTABLISHED"), callee.event("CALL_ESTABLISHED")]);
  await soundPasses(1);
  return [caller, callee];
}

async function undisturbed([caller, callee]: [Phone, Phone], seconds: number): Promise<void> {
  caller.hangUp();
  await callee.event("CALL_CLOSED");
  for (const [phone, hz] of [[caller, 440], [callee, 880]] as const) {
    const sound = heard(phone.recording(), hz);
    expect.soft(sound.seconds, `${hz} Hz`).toBeGreaterThanOrEqual(seconds);
    expect.soft(sound.longestGapMs, `${hz} Hz`).toBeLessThanOrEqual(60);
  }
}

test("a flood of garbage INVITEs leaves no gap in a call", async ({ world }) => {
  const server = await world.server();
  const phones = await talk(world, server);
  const flood = await RawUdp.open(server);
  const garbage = [
    () => request(server, "INVITE", flood, { headers: { Contact: null }, body: PCMA }),
    () => request(server, "INVITE", flood, { body: "nonsense" }),
    () => request(server, "INVITE", flood, { uri: `sip:${unique()}@${server.sip}`, body: PCMA }),
    () => request(server, "INVITE", flood, { headers: { From: "<sip:1001@127.0.0.1>;tag=1" }, body: PCMA }),
    () => request(server, "INVITE", flood, { body: offer("18") }),
    () => request(server, "INVITE", flood, { headers: { From: null } }),
    () => `INVITE ${unique().repeat(100)}`,
  ];
  const end = Date.now() + 6_000;
  let sent = 0;
  while (Date.now() < end) {
    // Many hundreds a second, never acknowledged, so that answers are repeated too. Not more: other tests share the machine.
    for (let n = 0; n < 10; n++) await flood.send(garbage[sent++ % garbage.length]!());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(sent).toBeGreaterThan(2_500);
  await undisturbed(phones, 6);
  flood.close();
  await alive(server);
  expect((await Api.as(server, "supervisor").get("/calls?active=true")).items).toEqual([]);
});

/** Sockets of strangers: on the phones' own address, and on another. */
async function strangers(): Promise<[Udp, { got: number }][]> {
  return Promise.all(
    ["127.0.0.1", "127.0.0.2"].map(async (address) => {
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => socket.bind(0, address, resolve));
      const seen = { got: 0 };
      socket.on("message", () => seen.got++);
      return [socket, seen] as [Udp, { got: number }];
    }),
  );
}

type Target = [ip: string, port: number];

async function inUse(port: number, ip: string): Promise<boolean> {
  const socket = createSocket("udp4");
  const free = await new Promise<boolean>((resolve) => {
    socket.once("error", () => resolve(false));
    socket.bind(port, ip, () => resolve(true));
  });
  socket.close();
  return !free;
}

test("RTP of strangers is not heard in a call and brings nothing back", async ({ world }) => {
  const server = await world.server();
  const phones = await talk(world, server);
  const { first, last, ips } = server.rtp;
  const intruders = await strangers();
  const send = (socket: Udp, packet: Uint8Array, [ip, port]: Target) => new Promise((resolve) => socket.send(packet, port, ip, resolve));
  // The ports in use are somewhere near the start; RTP is on the even ones.
  const near = Array.from({ length: last - first + 1 }, (_, i) => first + i).slice(0, 24);
  const ports = ips.flatMap((ip) => near.map((port): Target => [ip, port]));
  expect((await Promise.all(ports.map(([ip, port]) => inUse(port, ip)))).filter(Boolean).length).toBeGreaterThanOrEqual(4);
  const began = Date.now();
  for (let n = 0; n < 250; n++) {
    const due = began + n * 20 - Date.now();
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    for (const [socket] of intruders) {
      const packet = alaw.packet(2_000, n, 0x5eed);
      for (const port of ports) await send(socket, packet, port);
    }
  }
  // What is no RTP at all, to the same ports and the browsers' one.
  const media = server.media.map((address): Target => [address.split(":")[0]!, Number(address.split(":")[1])]);
  for (const [socket] of intruders) {
    for (const port of [...ports, ...media]) for (const size of [0, 1, 11, 12, 1_500, 9_000]) await send(socket, Buffer.alloc(size, 0x80), port);
  }
  expect(intruders.map(([, seen]) => seen.got)).toEqual([0, 0]);
  await undisturbed(phones, 5);
  for (const phone of phones) expect.soft(heard(phone.recording(), 2_000).seconds).toBe(0);
  for (const [socket] of intruders) socket.close();
  await alive(server);
});

test("nonsense within a call is refused and the call stays up", async ({ world }) => {
  const server = await world.server();
  const caller = await RawUdp.open(server);
  const invite = request(server, "INVITE", caller, { body: PCMA });
  const answer = await caller.ask(invite, 10_000);
  expect(answer.status).toBe(200);
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(invite)![1]!;
  let sequence = 10;
  const within = (method: string, parts: RequestParts = {}) => {
    const dialog = { "Call-ID": line("Call-ID"), From: line("From"), To: answer.header("To")!, CSeq: `${++sequence} ${method}` };
    return request(server, method, caller, { ...parts, headers: { ...dialog, ...parts.headers } });
  };
  const to = answer.header("To")!;
  const cases: [string, number[], string][] = [
    ["re-INVITE without common codec", [488], within("INVITE", { body: offer("18") })],
    ["re-INVITE with nonsense for SDP", [400, 488], within("INVITE", { body: "nonsense" })],
    ["re-INVITE with another body", [415], within("INVITE", { body: "hello", contentType: "text/plain" })],
    ["re-INVITE with an unknown extension", [420], within("INVITE", { body: PCMA, headers: { Require: "foo" } })],
    ["unknown method", [405, 501], within("DANCE")],
    ["INFO of nonsense", [200, 405, 415, 469], within("INFO", { body: "nonsense", contentType: "application/nonsense" })],
    // Taken at first, as RFC 3515 has it; what came of it is told by NOTIFY, below.
    ["REFER to somewhere else", [202], within("REFER", { headers: { "Refer-To": "<sip:somebody@evil.example>" } })],
    ["REFER to nowhere", [400], within("REFER")],
    ["REFER to several", [400], within("REFER", { headers: { "Refer-To": "<sip:a@x>, <sip:b@x>" } })],
    ["an old CSeq", [500], within("OPTIONS", { headers: { CSeq: "0 OPTIONS" } })],
    ["BYE with an old CSeq", [500], within("BYE", { headers: { CSeq: "0 BYE" } })],
    ["BYE with another tag of ours", [481], within("BYE", { headers: { To: to.replace(/tag=.*/, "tag=other") } })],
    ["BYE with another tag of theirs", [481], within("BYE", { headers: { From: line("From").replace(/tag=.*/, "tag=other") } })],
    ["BYE of another Call-ID", [481], within("BYE", { headers: { "Call-ID": unique() } })],
  ];
  const wrong: string[] = [];
  for (const [what, expected, message] of cases) {
    const got = await caller.ask(message, 3_000).catch(() => undefined);
    if (!got || !expected.includes(got.status)) wrong.push(`${what}: ${got ? `${got.status} ${got.phrase}` : "no answer"}, not ${expected.join("/")}`);
  }
  expect.soft(wrong).toEqual([]);
  const outcome = await caller.answer((each) => /^NOTIFY /.test(each.text) && /^SIP\/2\.0 [2-6]/m.test(each.text));
  expect(outcome?.text, "who is no phone of the org transfers nobody").toMatch(/^SIP\/2\.0 (403|603) /m);
  expect((await Api.as(server, "supervisor").get("/calls?active=true")).items).toHaveLength(1);
  expect((await caller.ask(within("INVITE", { body: PCMA }))).status).toBe(200);
  expect((await caller.ask(within("BYE"))).status).toBe(200);
  caller.close();
  await alive(server);
});

test("a peer that opens more connections than it may keeps nobody else out", async ({ world }) => {
  const server = await world.server();
  const opened = await Promise.all(Array.from({ length: 300 }, () => RawTcp.open(server)));
  const refused = await Promise.all(opened.map((each) => Promise.race([each.closed.then(() => 1), new Promise<number>((resolve) => setTimeout(() => resolve(0), 2_000))])));
  expect(refused.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(300 - 256);
  expect((await opened[0]!.ask(request(server, "OPTIONS", opened[0]!))).status).toBe(200);
  await alive(server);
  for (const each of opened) each.close();
  const again = await until("connections are free again", async () => {
    const phone = await RawTcp.open(server);
    const got = await phone.ask(request(server, "OPTIONS", phone), 500).catch(() => undefined);
    phone.close();
    return got?.status;
  }, (status) => status === 200);
  expect(again).toBe(200);
});

test("a caller who waits gets every packet of the music through all of this", async ({ world }) => {
  const server = await world.server();
  const call = await holdCall(server);
  const flood = await RawUdp.open(server);
  const intruders = await strangers();
  const { first, ips } = server.rtp;
  call.listen();
  const began = performance.now();
  for (let n = 0; performance.now() < began + 5_000; n++) {
    for (let i = 0; i < 10; i++) await flood.send(request(server, "INVITE", flood, { headers: { Contact: null }, body: PCMA }));
    for (const [socket] of intruders) for (const ip of ips) for (let port = first; port < first + 8; port++) socket.send(alaw.packet(2_000, n, 0x5eed), port, ip);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const heardThen = call.heard();
  expect(heardThen.packets).toBeGreaterThanOrEqual(240);
  // Nothing is missing and nothing stalls; arrival is judged mildly, since this process floods and listens at once.
  expect(heardThen.longestMs).toBeLessThanOrEqual(200);
  expect(heardThen.gaps).toBe(0);
  expect(heardThen.loud).toBeGreaterThan(200);
  expect(intruders.map(([, seen]) => seen.got)).toEqual([0, 0]);
  const supervisor = Api.as(server, "supervisor");
  expect((await supervisor.get("/conversations?active=true")).items).toHaveLength(1);

  expect(await call.hangUp()).toBe(200);
  const over = await until("the call is over", () => supervisor.get(`/conversations/${call.conversation}`), (c) => c.state === "ended");
  expect(over.outcome).toBe("abandoned");
  for (const [socket] of intruders) socket.close();
  flood.close();
});
