// Two regions: who comes to the wrong one is sent home by the web client, with what they typed but for the password.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { until } from "../parts/api.ts";
import { freePort, rtpRange } from "../parts/ports.ts";
import { BINARY, ON_CLUSTER } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

const ORG = "Hafenkontor";

class Region {
  readonly #folder = mkdtempSync(join(tmpdir(), "tandem-region-"));
  readonly name: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(name: string, port: number) {
    this.name = name;
    this.#port = port;
  }

  /** Each by another name, so that what the browser keeps of the one is apart from the other's. */
  get url(): string {
    return `http://${this.name === "eu" ? "localhost" : "127.0.0.1"}:${this.#port}`;
  }

  #settings(regions: string, key: string): string[] {
    return ["--data", join(this.#folder, "data"), "--region", this.name, "--regions", regions, "--region-key-file", key];
  }

  operate(args: string[], regions: string, key: string): string {
    return execFileSync(BINARY, [...args, ...this.#settings(regions, key)], { encoding: "utf8" });
  }

  async start(regions: string, key: string): Promise<void> {
    const addresses = ["--http", `127.0.0.1:${this.#port}`, "--admin", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--media", "127.0.0.1:0", "--rtp-ports", rtpRange()];
    const child = spawn(BINARY, ["serve", ...addresses, ...this.#settings(regions, key)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout!.on("data", (chunk: Buffer) => chunk.toString().includes("ready ") && resolve());
      child.once("exit", (code) => reject(new Error(`the region ${this.name} ended (${code}) before it was ready`)));
    });
  }

  async end(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

test("who comes to the wrong region is sent home", async () => {
  test.skip(ON_CLUSTER, "two installations of one process each");
  const [eu, us] = [new Region("eu", await freePort()), new Region("us", await freePort())];
  const regions = `eu=${eu.url},us=${us.url}`;
  const keys = mkdtempSync(join(tmpdir(), "tandem-region-key-"));
  const key = join(keys, "region.key");
  execFileSync(BINARY, ["keys", "region", key]);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage({ reducedMotion: "reduce" });
  try {
    const made = eu.operate(["org", "create", ORG, "--login", "ottilie", "--display-name", "Ottilie Hafen"], regions, key);
    const password = /^password\s+(\S+)$/m.exec(made)![1]!;
    us.operate(["org", "create", "Prairie"], regions, key);
    await eu.start(regions, key);
    await us.start(regions, key);
    const knock = () => fetch(`${us.url}/api/v1/sessions`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ org: ORG, name: "x", password: "no such thing" }) });
    await until("the other region has heard of the org", async () => (await knock()).status, (status) => status === 421, 60);

    await page.goto(`${us.url}/admin`);
    await page.getByLabel("Name", { exact: true }).fill("ottilie");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByTestId("signin-submit").click();
    // Where there are several regions the organisation is asked for.
    await page.getByLabel("Organisation", { exact: true }).fill(ORG);
    await page.getByTestId("signin-submit").click();

    await page.waitForURL(`${eu.url}/signin?to=**`);
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("ottilie");
    await expect(page.getByLabel("Organisation", { exact: true })).toHaveValue(ORG);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    await expect(page).not.toHaveURL(/ottilie/);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByTestId("signin-submit").click();
    await expect(page.getByTestId("region")).toHaveText("Region eu");
    expect(new URL(page.url()).origin).toBe(eu.url);
  } finally {
    await browser.close();
    await Promise.all([eu.end(), us.end()]);
    rmSync(keys, { recursive: true, force: true });
  }
});
