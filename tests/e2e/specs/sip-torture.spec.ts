// The messages of RFC 4475 and RFC 5118, byte for byte, sent to the running server beside a caller who hears every packet of the music.
import { readFileSync, readdirSync } from "node:fs";
import { Api, until } from "../parts/api.ts";
import { certificate } from "../parts/certificate.ts";
import { holdCall } from "../parts/held-call.ts";
import { type RawPhone, RawTcp, RawUdp, RawWebSocket, request } from "../parts/raw-sip.ts";
import { ON_CLUSTER, type Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

const FOLDER = new URL("../../../signaling/sip/tests/torture/", import.meta.url);

/** A response, or a message whose rest is waited for. */
const SILENCE = "silence";
/** The stream cannot be cut any further. */
const CLOSED = "closed";
type Verdict = number | typeof SILENCE | typeof CLOSED;

// What is sound is taken as far as it goes: nobody called `user` is here (404), phones must prove who they are (401), and there is no
// dialog (481).
const VERDICTS: Record<string, Verdict> = {
  // RFC 4475 §3.1.1, valid
  wsinv: 481, intmeth: 405, esc01: 404, escnull: 401, esc02: 405, lwsdisp: 200, longreq: 404, dblreq: 401, semiuri: 200,
  transports: 200, mpart01: 405, unreason: SILENCE, noreason: SILENCE,
  // §3.1.2, invalid
  badinv01: 400, clerr: 400, ncl: 400, scalar02: 400, scalarlg: SILENCE, quotbal: 400, ltgtruri: 400, lwsruri: 400, lwsstart: 400,
  trws: 400, escruri: 400, baddate: 404, regbadct: 401, badaspec: 200, baddn: 400, badvers: 505, mismatch01: 400, mismatch02: 400,
  bigcode: SILENCE,
  // §3.2, §3.3 and §3.4
  badbranch: 200, insuf: 400, unkscm: 416, novelsc: 416, unksm2: 401, bext01: 420, invut: 415, regaut01: 401, multi01: 400, mcl01: 400,
  bcast: SILENCE, zeromf: 483, cparam01: 401, cparam02: 401, regescrt: 401, sdp01: 406, inv2543: 404,
  // RFC 5118; the body of §4.6 is shorter than it says
  "ipv6-good": 401, "ipv6-bad": 400, "port-ambiguous": 401, "port-unambiguous": 401, "via-received-param-with-delim": 481,
  "via-received-param-no-delim": 200, "ipv6-in-sdp": 400, "mult-ip-in-header": 481, "mult-ip-in-sdp": 404, "ipv4-mapped-ipv6": 404,
  "ipv6-bug-abnf-3-colons": 200, "ipv6-correct-abnf-2-colons": 200,
};

// Over a stream a wrong length is no fault of the message, but the end of the stream, or of patience; `baddn` lacks the empty line. The
// second request of `dblreq` has bytes to spare, which end the stream as soon as they are read.
const ON_STREAMS: Record<string, Verdict[]> = {
  clerr: [SILENCE], "ipv6-in-sdp": [SILENCE], baddn: [SILENCE], ncl: [CLOSED], mcl01: [CLOSED], inv2543: [CLOSED], dblreq: [CLOSED, 401],
  // Repeated over the connection the first one came by.
  cparam02: [SILENCE], regescrt: [SILENCE],
};

/** Those with branch and sender of another one before: repetitions, as far as a server can see, that get the other's answer again. */
const REPEATS: Record<string, string> = { cparam02: "cparam01", regescrt: "escnull" };

/** Where answers without `rport` go, by the port the top Via says. */
const PORTS: Record<string, number> = { quotbal: 5050, "mult-ip-in-header": 6050, "ipv4-mapped-ipv6": 19_823 };

const header = (text: string, name: string) => new RegExp(`^(?:${name})[ \t]*:[ \t]*(.*)$`, "im").exec(text)?.[1]?.trim();

const read = (name: string) => readFileSync(new URL(`${name}.dat`, FOLDER));

async function verdictOn(phone: RawPhone, name: string, patience: number): Promise<Verdict> {
  const callId = header(read(REPEATS[name] ?? name).toString("latin1"), "Call-ID|i");
  await phone.send(read(name));
  const answer = phone.answer((each) => each.status >= 200 && each.header("Call-ID") === callId, patience).then((each) => each?.status);
  const closed = phone instanceof RawTcp || phone instanceof RawWebSocket ? phone.closed.then((): Verdict => CLOSED) : new Promise<never>(() => {});
  return (await Promise.race([answer, closed])) ?? SILENCE;
}

// A frame has its own end, as a datagram does; what follows is what a socket adds: repetitions over another one are no repetitions, as with
// streams.
const IN_FRAMES: Record<string, Verdict[]> = { cparam02: [SILENCE], regescrt: [SILENCE] };

type Transport = "UDP" | "TCP" | "TLS" | "WS";

/** A socket for each message, so that answers that are repeated meet nobody. */
async function open(server: Server, transport: Transport, name: string): Promise<RawPhone> {
  if (transport === "UDP") return RawUdp.open(server, ["127.0.0.7", PORTS[name] ?? 5060]);
  if (transport === "TCP") return RawTcp.open(server);
  return transport === "TLS" ? RawTcp.openTls(server.sipTls) : RawWebSocket.open(server.sipWs);
}

const OTHERWISE: Record<Transport, Record<string, Verdict[]>> = { UDP: {}, TCP: ON_STREAMS, TLS: ON_STREAMS, WS: IN_FRAMES };

/** What the server needs to speak it. */
const SETTINGS: Record<Transport, () => Record<string, string>> = {
  UDP: () => ({}),
  TCP: () => ({}),
  TLS: () => ({ ...certificate(), TANDEM_SIP_TLS: "127.0.0.1:0" }),
  WS: () => ({ TANDEM_SIP_WS: "127.0.0.1:0" }),
};

for (const transport of ["UDP", "TCP", "TLS", "WS"] as const) {
  test(`over ${transport} every torture message gets its verdict, and a call in progress loses nothing`, async ({ world }) => {
    test.setTimeout(180_000);
    const settings = SETTINGS[transport]();
    test.skip(ON_CLUSTER && Object.keys(settings).length > 0, "the cluster speaks UDP and TCP");
    // The certificate is the test's own.
    if (transport === "TLS") process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    const server: Server = await world.server(settings);
    const call = await holdCall(server);
    const names = readdirSync(FOLDER).map((file) => file.replace(".dat", ""));
    expect(names.sort()).toEqual(Object.keys(VERDICTS).sort());
    call.listen();
    const wrong: string[] = [];
    for (const name of names) {
      const expected = OTHERWISE[transport][name] ?? [VERDICTS[name]!];
      const phone = await open(server, transport, name);
      const got = await verdictOn(phone, name, expected.includes(SILENCE) ? 300 : 5_000);
      if (!expected.includes(got)) wrong.push(`${name}: ${got}, not ${expected.join(" or ")}`);
      phone.close();
    }
    expect(wrong).toEqual([]);
    await until("three seconds of music, the time of the messages among them", async () => call.heard().packets, (packets) => packets >= 150);
    const heard = call.heard();
    expect(heard.loud).toBeGreaterThan(heard.packets * 0.8);
    expect(heard.gaps).toBe(0);
    // Arrival is judged mildly: this process sends and listens at once.
    expect(heard.longestMs).toBeLessThanOrEqual(200);
    expect((await Api.as(server, "supervisor").get("/conversations?active=true")).items).toHaveLength(1);
    expect(await call.hangUp()).toBe(200);

    const after = await RawUdp.open(server);
    expect((await after.ask(request(server, "OPTIONS", after))).status).toBe(200);
    after.close();
    expect(server.log).not.toContain("panicked");
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  });
}
