// A person at a browser: Debian's Chromium with a fake camera and a microphone that plays a tone.
import { type Browser, type BrowserContext, type Page, chromium, expect } from "@playwright/test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sound, tone, wav } from "./audio.ts";
import { Api, until } from "./api.ts";
import type { Server } from "./server.ts";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--auto-select-desktop-capture-source=Entire screen",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

export class Person {
  private constructor(
    readonly server: Server,
    readonly name: string,
    readonly page: Page,
    readonly context: BrowserContext,
    private readonly browser: Browser,
    private readonly folder: string,
  ) {}

  /** Opens a browser whose microphone plays `hz`, and signs in as a demo user. */
  static async signIn(server: Server, name: string, options: { hz?: number; width?: number; dark?: boolean } = {}): Promise<Person> {
    const folder = mkdtempSync(join(tmpdir(), "tandem-browser-"));
    const sound = join(folder, "microphone.wav");
    writeFileSync(sound, wav(tone(options.hz ?? 440, 10)));
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...ARGS, `--use-file-for-fake-audio-capture=${sound}`] });
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 860 },
      colorScheme: options.dark ? "dark" : "light",
      permissions: ["microphone", "camera", "notifications"],
      reducedMotion: "reduce",
    });
    // A tone is what noise suppression is made to remove.
    await context.addInitScript(() => {
      const plain = { microphone: null, camera: null, speaker: null, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      localStorage.setItem("tandem.devices", JSON.stringify(plain));
    });
    const page = await context.newPage();
    const person = new Person(server, name, page, context, browser, folder);
    await page.goto(server.url);
    await page.locator("input[name=name]").fill(name);
    await page.locator("input[name=password]").fill(server.user(name).password);
    await person.id("signin-submit").click();
    await expect(person.id("presence-menu").first()).toBeVisible();
    // Who has no device yet cannot be rung: the page is there a moment before its socket.
    await until(`${name} is there`, () => Api.as(server, name).get("/me"), (me) => me.user.presence.primary !== "offline");
    return person;
  }

  id(testId: string) {
    return this.page.getByTestId(testId);
  }

  async goOnQueue(): Promise<void> {
    await this.id("on-queue").first().click();
    await expect(this.id("on-queue").first()).toHaveAttribute("aria-checked", "true");
  }

  /** Waits until the page's one peer connection is up, so that answering is instant. */
  async callState(state: string | RegExp): Promise<void> {
    await expect(this.id("call-state").first()).toHaveAttribute("data-state", state);
  }

  /** Records what comes out of the page's audio for some seconds. */
  async listen(seconds: number): Promise<Sound> {
    const { rate, data } = await this.page.evaluate(async (seconds) => {
      const element = document.querySelector<HTMLAudioElement>("[data-testid=remote-audio]");
      const stream = element?.srcObject;
      if (!(stream instanceof MediaStream)) throw new Error("no remote audio");
      const context = new AudioContext();
      await context.resume();
      const source = context.createMediaStreamSource(stream);
      const tap = context.createScriptProcessor(1024, 1, 1);
      const chunks: number[][] = [];
      let left = seconds * context.sampleRate;
      await new Promise<void>((resolve) => {
        tap.onaudioprocess = (event) => {
          if (left <= 0) return resolve();
          const input = event.inputBuffer.getChannelData(0);
          chunks.push(Array.from(input, (x) => Math.round(x * 32767)));
          left -= input.length;
        };
        source.connect(tap);
        tap.connect(context.destination);
      });
      const rate = context.sampleRate;
      await context.close();
      return { rate, data: chunks.flat() };
    }, seconds);
    return { rate, samples: Float32Array.from(data, (x) => x / 32767) };
  }

  /** Frames decoded so far on the first video from somebody else. */
  async framesDecoded(kind: "camera" | "screen" = "camera"): Promise<number> {
    return this.page.evaluate((kind) => {
      const video = document.querySelector<HTMLVideoElement>(`[data-testid=remote-${kind}] video, video[data-testid=remote-${kind}]`);
      return video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
    }, kind);
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
