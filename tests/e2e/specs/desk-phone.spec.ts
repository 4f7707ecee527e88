// A registered desk phone calls a person in a browser and is called by one; digits from SIPp.
import { execFile } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { heard } from "../parts/audio.ts";
import { Api, until } from "../parts/api.ts";
import { freePort } from "../parts/ports.ts";
import { expect, test } from "../parts/world.ts";

test("a desk phone calls a browser", async ({ world }) => {
  const server = await world.server();
  const account = server.phone("1001");
  const phone = await world.phone({ server: server.sip, user: account.auth_user, secret: account.secret, hz: 880 });
  const person = await world.person(server, "agent2");
  phone.dial(`sip:1002@${server.sip}`);
  await expect(person.id("alert")).toBeVisible();
  await expect(person.id("alert-name")).toContainText("Amir");
  await person.id("alert-answer").click();
  await person.callState("connected");
  await phone.event("CALL_ESTABLISHED");
  const inBrowser = heard(await person.listen(4), 880);
  expect(inBrowser.seconds).toBeGreaterThanOrEqual(3.5);
  expect(inBrowser.longestGapMs).toBeLessThanOrEqual(60);
  await person.id("call-hangup").first().click();
  await phone.event("CALL_CLOSED");
  expect(heard(phone.recording(), 440).seconds).toBeGreaterThanOrEqual(3);
});

test("a browser calls a desk phone, over TCP with Opus, holds it and goes on", async ({ world }) => {
  const server = await world.server();
  const account = server.phone("1002");
  const phone = await world.phone({
    server: server.sip, user: account.auth_user, secret: account.secret, hz: 880, autoAnswer: true, transport: "tcp", codecs: "opus/48000/2",
  });
  const person = await world.person(server, "agent1");
  await person.page.goto(`${server.url}/calls`);
  await person.id("dial-number").fill("1002");
  await person.id("dial-call").click();
  await phone.event("CALL_ESTABLISHED");
  await person.callState("connected");
  expect(heard(await person.listen(3), 880).seconds).toBeGreaterThanOrEqual(2.5);
  await person.id("call-hold").first().click();
  await person.callState("holding");
  // The holder hears nothing, the phone hears music.
  expect(heard(await person.listen(2), 880).seconds).toBeLessThan(0.5);
  await person.id("call-hold").first().click();
  await person.callState("connected");
  expect(heard(await person.listen(3), 880).seconds).toBeGreaterThanOrEqual(2.5);
  phone.hangUp();
  await expect(person.id("call-bar-call")).toHaveCount(0);
});

test("digits of SIPp's uac_pcap are seen", async ({ world }) => {
  const server = await world.server();
  const folder = mkdtempSync(join(tmpdir(), "tandem-sipp-"));
  symlinkSync("/usr/share/sip-tester", join(folder, "pcap"));
  // SIPp ends with 99 after it printed a scenario.
  const { stdout } = await promisify(execFile)("sipp", ["-sd", "uac_pcap"], { cwd: folder, maxBuffer: 1 << 20 }).catch((e) => e);
  writeFileSync(join(folder, "uac_pcap.xml"), stdout);
  const args = [server.sip, "-sf", "uac_pcap.xml", "-m", "1", "-i", "127.0.0.1", "-p", String(await freePort()), "-mp", "24500", "-s", server.demo.numbers[0]!, "-nostdin", "-timeout", "40"];
  await promisify(execFile)("sipp", args, { cwd: folder }).catch((error) => {
    throw new Error(`sipp failed: ${error.code}\n${error.stdout?.slice(-1500)}\n${error.stderr}`);
  });
  const supervisor = Api.as(server, "supervisor");
  const seen = await until("the digit is in the log", () => supervisor.get("/events?kinds=call.leg.dtmf&limit=50"), (page) => page.items.length > 0);
  expect(seen.items.map((e: any) => e.data.digit)).toContain("1");
});

test("a wrong secret is refused, an unknown user no differently", async ({ world }) => {
  const server = await world.server();
  const refused = async (user: string) => {
    const phone = await world.phone({ server: server.sip, user, secret: "wrong", awaitRegistration: false });
    return (await phone.event("REGISTER_FAIL")).param;
  };
  expect(await refused("1001")).toBe(await refused("4711"));
});
