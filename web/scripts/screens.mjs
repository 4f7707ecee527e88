/**
 * Takes pictures of the main screens at three widths in both themes, into `screens/`, and fails if one of them is wider than its window
 * or the page logs an error.
 *
 *   npm run build && node scripts/screens.mjs                       against the mock
 *   node scripts/screens.mjs --demo ../data/demo.json               against a server started with --demo (screens without a queue call)
 *   … --only chat,call --themes dark --widths 1440
 */
import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const option = (name) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : undefined);
const out = option("out") ?? new URL("../screens", import.meta.url).pathname;
const widths = (option("widths") ?? "375,768,1440").split(",").map(Number);
const themes = (option("themes") ?? "light,dark").split(",");
const only = option("only")?.split(",");

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--auto-accept-this-tab-capture",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const faults = [];
let mock;
let site;
let logins;

if (option("demo")) {
  const demo = JSON.parse(await readFile(option("demo"), "utf8"));
  site = /^https?:/.test(demo.http) ? demo.http : `http://${demo.http}`;
  logins = Object.fromEntries(demo.users.map(({ name, password }) => [name, password]));
} else {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  mock = spawn(process.execPath, [new URL("../dev/mock.mjs", import.meta.url).pathname, "--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => mock.stdout.once("data", resolve));
  site = `http://127.0.0.1:${port}`;
  logins = { admin: "demo-demo-demo", agent1: "demo-demo-demo", agent2: "demo-demo-demo", supervisor: "demo-demo-demo" };
}

const dev = (path, body = {}) => fetch(`${site}/dev/${path}`, { method: "POST", body: JSON.stringify(body) });
const browser = await chromium.launch({ executablePath, args });
await mkdir(out, { recursive: true });

async function open(user, options) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["microphone", "camera", "notifications"], locale: "en-GB", ...options });
  const page = await context.newPage();
  // Asking whether one is an agent is answered with 404 to those who are not; what is filled in wrong, with 422.
  const expected = /status of 4(0[14]|22)/;
  page.on("console", (message) => message.type() === "error" && !expected.test(message.text()) && faults.push(`${user}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${user}: ${error.stack}`));
  await page.goto(site);
  if (user) {
    await page.getByLabel("Name").fill(user);
    await page.getByLabel("Password").fill(logins[user]);
    await page.getByTestId("signin-submit").click();
    await page.getByTestId("presence-menu").waitFor();
  }
  return page;
}

/** The page at every width, in every theme. */
async function shoot(page, name) {
  if (only && !only.some((each) => name.startsWith(each))) return;
  for (const theme of themes) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    for (const width of widths) {
      await page.setViewportSize({ width, height: width < 500 ? 760 : width < 1000 ? 1000 : 900 });
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${out}/${name}-${width}-${theme}.png` });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) faults.push(`${name} at ${width}: ${over} px too wide`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}
const go = async (page, path) => {
  await page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
  await page.waitForTimeout(400);
};

const steps = {
  async signIn() {
    const page = await open(null);
    await shoot(page, "signin");
    await page.getByTestId("signin-submit").click();
    await page.getByLabel("Name").fill("agent1");
    await page.getByLabel("Password").fill("wrong");
    await page.getByTestId("signin-submit").click();
    await page.getByTestId("signin-problem").waitFor();
    await page.context().close();
  },

  async pages(page) {
    await page.waitForTimeout(800);
    await shoot(page, "home");
    await go(page, "/people");
    await page.getByTestId("person-agent2").click();
    await shoot(page, "people");
    await go(page, "/chat");
    await shoot(page, "chat-list");
    const row = page.getByTestId("chat-row").filter({ hasText: "Bianca Berger" });
    if (await row.count()) await row.click();
    else {
      await page.getByTestId("chat-new").click();
      await page.getByTestId("pick-agent2").click();
    }
    await page.getByTestId("composer").fill("I call them now");
    if (mock) await dev("typing", { from: "agent2", to: "agent1" });
    await shoot(page, "chat");
    await page.getByTestId("composer").fill("");
    await go(page, "/calls");
    await shoot(page, "calls");
    await go(page, "/settings");
    await shoot(page, "settings");
    await page.getByTestId("presence-menu").click();
    await shoot(page, "menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("b");
    await shoot(page, "palette");
    await page.keyboard.press("Escape");
  },

  async videoCall(page) {
    await go(page, "/people");
    await page.getByTestId("person-agent2").click();
    await page.getByTestId("person-video").click();
    await page.waitForTimeout(600);
    await shoot(page, "call-ringing");
    await dev("answer");
    await page.waitForTimeout(2_500);
    await shoot(page, "call-video");
    await dev("screen");
    await page.waitForTimeout(2_500);
    await shoot(page, "call-screen");
    await page.getByTestId("call-hangup").click();
  },

  async audioCall(page) {
    await go(page, "/");
    await dev("call", { from: "supervisor", to: "agent1" });
    await page.getByTestId("alert").waitFor();
    await shoot(page, "alert-person");
    await page.getByTestId("alert-answer").click();
    await page.getByTestId("call-bar").waitFor();
    await page.waitForTimeout(1_500);
    await shoot(page, "call-bar");
    await page.locator('[data-testid="call-bar-call"] a').click();
    await page.waitForTimeout(300);
    await page.getByTestId("call-keypad").click();
    await page.getByTestId("dtmf-5").click();
    await shoot(page, "call-audio");
    await page.keyboard.press("Escape");
    await page.getByTestId("call-hangup").click();
  },

  async agent(page) {
    await go(page, "/inbox");
    await page.getByTestId("on-queue").click();
    await page.waitForTimeout(600);
    await shoot(page, "agent-ready");
    await dev("queue-call");
    await page.getByTestId("alert").waitFor();
    await shoot(page, "alert-queue");
    await page.getByTestId("alert-answer").click();
    await page.getByTestId("conversation").waitFor();
    await page.waitForTimeout(1_000);
    await shoot(page, "agent-talk");
    await page.getByTestId("call-hangup").click();
    await page.getByTestId("wrapup-code-solved").click();
    await shoot(page, "agent-wrapup");
    await page.getByTestId("wrapup-done").click();
    await page.waitForTimeout(500);
  },

  async supervisor() {
    const page = await open("supervisor");
    await go(page, "/queues");
    await page.waitForTimeout(500);
    await shoot(page, "queues");
    await page.getByTestId("tab-conversations").click();
    await page.waitForTimeout(300);
    await shoot(page, "conversations");
    const why = page.getByTestId("why").locator("visible=true").first();
    if (await why.count()) {
      await why.click();
      await page.waitForTimeout(400);
      await shoot(page, "why");
    }
    await page.context().close();
  },

  async webhooks() {
    const page = await open("admin");
    await go(page, "/admin?tab=webhooks");
    await page.getByTestId("webhook-new").waitFor();
    await page.waitForTimeout(300);
    await shoot(page, "webhooks");
    await page.getByTestId("webhook-new").click();
    await page.locator("input[name=name]").fill("Elsewhere");
    await page.locator("input[name=url]").fill("http://elsewhere.example/");
    await page.locator("textarea[name=kinds]").fill("call.*, Wrong!");
    await page.getByTestId("webhook-save").click();
    await page.locator("[aria-invalid]").first().waitFor();
    await shoot(page, "webhooks-refused");
    await page.locator("input[name=url]").fill("https://elsewhere.example/");
    await page.locator("textarea[name=kinds]").fill("call.*");
    await page.getByTestId("webhook-save").click();
    await page.getByTestId("webhook-secret").waitFor();
    await shoot(page, "webhooks-secret");
    await page.getByTestId("webhook-done").click();
    if (mock) {
      for (const name of ["Data warehouse", "Old wallboard", "Payroll", "CRM"]) {
        await page.getByTestId(`webhook-open-${name}`).locator("visible=true").click();
        await page.getByTestId("webhook-page").waitFor();
        await page.waitForTimeout(300);
        await shoot(page, `webhook-${name.replace(" ", "-").toLowerCase()}`);
        if (name !== "CRM") await page.getByTestId("webhook-back").click();
      }
      await page.getByTestId("webhook-replay").click();
      await page.getByTestId("replay-after").check();
      await shoot(page, "webhook-replay");
      await page.getByTestId("replay-next").click();
      await shoot(page, "webhook-replay-confirm");
      await page.getByTestId("confirm-do").click();
      await page.getByTestId("replay-dialog").waitFor({ state: "detached" });
      await page.getByTestId("deliveries-set_aside").click();
      await page.getByTestId("delivery-discard").locator("visible=true").click();
      await page.getByTestId("confirm-do").click();
      await page.getByTestId("confirm").waitFor({ state: "detached" });
      await page.getByText("No deliveries: set aside").waitFor();
    }
    await page.context().close();
  },

  async operations() {
    const page = await open("admin");
    await go(page, "/operations");
    await page.getByTestId("node-row").first().waitFor();
    await shoot(page, "operations-nodes");
    if (mock) {
      await dev("alone");
      await page.getByTestId("single-process").waitFor();
      await shoot(page, "operations-alone");
    }
    await page.getByTestId("tab-jobs").click();
    await page.waitForTimeout(400);
    await shoot(page, "operations-jobs");
    await page.getByTestId("jobs-dead").click();
    await page.waitForTimeout(400);
    await shoot(page, "operations-dead");
    if (mock) {
      await page.getByTestId("job-open").locator("visible=true").first().click();
      await shoot(page, "operations-job");
      await page.keyboard.press("Escape");
      await page.getByTestId("job-discard").locator("visible=true").first().click();
      await shoot(page, "operations-discard");
      await page.getByTestId("job-confirm-do").click();
      await page.getByTestId("job-confirm").waitFor({ state: "detached" });
      await page.getByTestId("jobs-running").click();
    }
    await page.context().close();
  },
};

try {
  if (mock) {
    const relay = await browser.newPage();
    await relay.goto(`${site}/dev/relay.html`);
  }
  await steps.signIn();
  const page = await open("agent1");
  await steps.pages(page);
  if (mock) {
    await steps.videoCall(page);
    await steps.audioCall(page);
    await steps.agent(page);
  }
  await steps.supervisor();
  await steps.operations();
  await steps.webhooks();
} finally {
  await browser.close();
  mock?.kill();
}
for (const fault of faults) console.error(fault);
console.log(`${out}: ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
