// Numbers, phones and carriers are administered, and a browser's call goes out by a carrier that was set up a moment ago.
import { heard } from "../parts/audio.ts";
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const [width, dark] of looks([
  [1440, false],
  [768, true],
  [375, false],
] as const)) {
  test(`trunks, numbers and phones are set up, and what a number leads to is said, ${width} px, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    const row = (kind: string, text: string) => admin.page.locator(`[data-testid=${kind}-row], [data-testid=${kind}-row-card]`).filter({ visible: true, hasText: text }).first();
    const explained = async (dialled: string, ...answers: string[]) => {
      await admin.id("dial-plan").locator("input[name=dialled]").fill(dialled);
      await admin.id("dial-plan-ask").click();
      for (const answer of answers) await expect(admin.id("dial-plan-answer")).toContainText(answer);
    };
    await admin.page.goto(`${server.url}/admin?tab=telephony`);
    await explained("1001", "1001 is an extension: Amir Agent rings");
    await explained("0044 20 7946 0000", "+442079460000 leads nowhere");

    // A trunk: what is wrong is said where it is.
    await admin.id("trunk-new").click();
    const drawer = admin.id("trunk-drawer");
    await drawer.locator("input[name=name]").fill("main");
    await drawer.locator("input[name=host]").fill("not a host");
    await drawer.locator("input[name=shows]").fill("+15550111");
    await admin.id("trunk-save").click();
    await expect(drawer.locator("input[name=host]")).toBeFocused();
    await expect(drawer.locator("input[name=host]")).toHaveAttribute("aria-invalid", "true");
    expect(await faults(admin)).toEqual([]);
    await drawer.locator("input[name=host]").fill("192.0.2.1");
    await drawer.locator("input[name=username]").fill("tandem-1");
    await drawer.locator("input[name=secret]").fill("never shown");
    await admin.id("trunk-save").click();
    await expect(row("trunk", "main")).toContainText("192.0.2.1:5060");
    await explained("0044 20 7946 0000", "+442079460000 is outside: it is called by main.", "Whoever is called sees +15550111.");

    // A number of one's own, for a person; the outside sees it from then on.
    await admin.id("number-new").click();
    await admin.id("number-dialog").locator("input[name=number]").fill("+15550123");
    await admin.id("number-person").selectOption({ label: "Ada Admin · 1000" });
    await admin.id("number-save").click();
    await expect(row("number", "+15550123")).toContainText("Ada Admin");
    await explained("0044 20 7946 0000", "Whoever is called sees +15550123.");
    await explained("+15550123", "+15550123 is one of your own numbers: Ada Admin rings");
    await explained(server.demo.numbers[0]!, "the flow");

    // A phone: its secret is shown once.
    await admin.id("phone-new").click();
    await admin.id("phone-owner").selectOption({ label: "Ada Admin · 1000" });
    await admin.id("phone-dialog").locator("input[name=auth_user]").fill("ada-desk");
    await admin.id("phone-save").click();
    await expect(admin.id("phone-secret")).toHaveValue(/^[0-9a-f]{30}$/);
    expect(await faults(admin)).toEqual([]);
    await admin.id("phone-done").click();
    await expect(row("phone", "ada-desk")).toContainText("Not registered");

    expect(await faults(admin)).toEqual([]);
    expect(await admin.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await admin.id("trunk-edit-main").filter({ visible: true }).click();
    await expect(drawer.locator("input[name=secret]")).toHaveValue("");
    await admin.page.keyboard.press("Escape");
    await admin.id("trunk-remove-main").filter({ visible: true }).click();
    await admin.id("confirm-do").click();
    await expect(row("trunk", "main")).toHaveCount(0);
  });
}

test("a browser's call goes out by the carrier, and both hear each other", async ({ world }) => {
  const server = await world.server();
  const admin = Api.as(server, "admin");
  const outside = await world.phone({ server: server.sip, user: "442079460000", hz: 880, autoAnswer: true });
  const out = { host: "127.0.0.1", port: outside.port, dials: "digits", shows: server.demo.numbers[0] };
  await admin.json("POST", "/trunks", { name: "carrier", out });
  const person = await world.person(server, "agent1");
  await person.page.goto(`${server.url}/calls`);
  await person.id("dial-number").fill("0044 20 7946 0000");
  await person.id("dial-call").click();
  await outside.event("CALL_ESTABLISHED");
  await person.callState("connected");
  expect(heard(await person.listen(3), 880).seconds).toBeGreaterThanOrEqual(2.5);
  await person.id("call-hangup").first().click();
  await outside.event("CALL_CLOSED");
  expect(heard(outside.recording(), 440).seconds).toBeGreaterThanOrEqual(2);
  const [call] = (await admin.get("/calls?limit=1")).items;
  expect(call.legs.map((leg: any) => [leg.kind, leg.address, leg.trunk])).toEqual([
    ["web", "1001", undefined],
    ["trunk", "+442079460000", "carrier"],
  ]);
});

test("agents and supervisors administer no telephony", async ({ world }) => {
  const server = await world.server();
  for (const name of ["agent1", "supervisor"]) {
    expect((await Api.as(server, name).request("GET", "/trunks")).status).toBe(403);
    expect((await Api.as(server, name).request("GET", "/dial-plan?dialled=1001")).status).toBe(403);
  }
});
