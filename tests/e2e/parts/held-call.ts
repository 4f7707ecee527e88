// A caller who waits in the queue, hears music, and counts every packet of it.
import { createSocket } from "node:dgram";
import { Api, until } from "./api.ts";
import { RawUdp, offer, request } from "./raw-sip.ts";
import { alaw } from "./rtp.ts";
import type { Server } from "./server.ts";

export interface HeldCall {
  /** From now on packets count. */
  listen(): void;
  /** What came since: how many packets, how many of them loud, the longest wait between two, and the steps that are not the next 20 ms. */
  heard(): { packets: number; loud: number; longestMs: number; gaps: number };
  /** The conversation the call is. */
  conversation: string;
  hangUp(): Promise<number>;
}

/** Calls the demo number and waits until music is there. */
export async function holdCall(server: Server): Promise<HeldCall> {
  const caller = await RawUdp.open(server);
  const ear = createSocket("udp4");
  await new Promise<void>((resolve) => ear.bind(0, "127.0.0.1", resolve));
  let packets: { at: number; sequence: number; timestamp: number; loud: boolean }[] = [];
  const wake = new Set<() => void>();
  ear.on("message", (bytes) => {
    const loud = bytes.subarray(12).some((byte) => ![0x55, 0xd5].includes(byte));
    packets.push({ at: performance.now(), sequence: bytes.readUInt16BE(2), timestamp: bytes.readUInt32BE(4), loud });
    for (const each of wake) each();
  });
  const invite = request(server, "INVITE", caller, { body: offer("8", ["a=rtpmap:8 PCMA/8000"], ear.address().port) });
  const answer = await caller.ask(invite, 10_000);
  if (answer.status !== 200) throw new Error(`the call was answered ${answer.status}`);
  // A phone that talks, so that the server knows it from others at the same address.
  const mouth = Number(/^m=audio (\d+) /m.exec(answer.text)![1]);
  const relay = /^c=IN IP4 (\S+)/m.exec(answer.text)![1]!;
  let spoken = 0;
  const talking = setInterval(() => ear.send(alaw.packet(880, spoken++, 0xca11), mouth, relay), 20);
  const supervisor = Api.as(server, "supervisor");
  const waiting = await until("the caller waits", () => supervisor.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 30);
  await new Promise<void>((resolve) => {
    const look = () => {
      if (packets.filter((packet) => packet.loud).length < 25) return;
      wake.delete(look);
      resolve();
    };
    wake.add(look);
  });
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(invite)![1]!;
  return {
    conversation: waiting.items[0].id,
    listen: () => {
      packets = [];
    },
    heard: () => {
      const steps = packets.slice(1).map((packet, i) => ({
        ms: packet.at - packets[i]!.at,
        next: ((packet.sequence - packets[i]!.sequence) & 0xffff) === 1 && (packet.timestamp - packets[i]!.timestamp) >>> 0 === 160,
      }));
      return {
        packets: packets.length,
        loud: packets.filter((packet) => packet.loud).length,
        longestMs: Math.max(0, ...steps.map((step) => step.ms)),
        gaps: steps.filter((step) => !step.next).length,
      };
    },
    hangUp: async () => {
      const bye = request(server, "BYE", caller, { headers: { "Call-ID": line("Call-ID"), From: line("From"), To: answer.header("To")!, CSeq: "2 BYE" } });
      const { status } = await caller.ask(bye);
      clearInterval(talking);
      ear.close();
      caller.close();
      return status;
    },
  };
}
