import { describe, expect, it } from "vitest";
import { directionOf, plan, purposeOf, type Use } from "./sections";
import { serial } from "./serial";

const wanted = (receive: string[] = [], camera = false, screen = false) => ({ receive, camera, screen });

describe("the plan of media sections", () => {
  it("adds a section for everything wanted", () => {
    expect(plan([], wanted(["a", "b"], true))).toEqual([{ kind: "camera" }, { kind: "receive", track: "a" }, { kind: "receive", track: "b" }]);
  });

  it("leaves alone what is in use already", () => {
    const now: Use[] = [{ kind: "receive", track: "a" }, { kind: "camera" }];
    expect(plan(now, wanted(["a"], true))).toEqual(now);
  });

  it("frees what is no longer wanted and uses it again in the same direction", () => {
    const freed = plan([{ kind: "receive", track: "a" }, { kind: "camera" }], wanted());
    expect(freed).toEqual([{ kind: "free", direction: "receive" }, { kind: "free", direction: "send" }]);
    expect(plan(freed, wanted(["b"], false, true))).toEqual([{ kind: "receive", track: "b" }, { kind: "screen" }]);
    expect(freed.map(directionOf)).toEqual(["inactive", "inactive"]);
    expect(freed.map(purposeOf)).toEqual([{ purpose: "unused" }, { purpose: "unused" }]);
  });

  it("never uses one section twice", () => {
    const next = plan([{ kind: "free", direction: "receive" }, { kind: "receive", track: "a" }], wanted(["b", "c"]));
    expect(next).toEqual([{ kind: "receive", track: "b" }, { kind: "free", direction: "receive" }, { kind: "receive", track: "c" }]);
  });
});

describe("serial work", () => {
  it("never overlaps, and runs once more for any number of calls in between", async () => {
    let running = 0;
    let runs = 0;
    const release: (() => void)[] = [];
    const run = serial(async () => {
      expect(++running).toBe(1);
      runs++;
      await new Promise<void>((resolve) => release.push(resolve));
      running--;
    });
    const first = run();
    const more = [run(), run(), run()];
    release.shift()!();
    await first;
    await Promise.resolve();
    await Promise.resolve();
    release.shift()!();
    await Promise.all(more);
    expect(runs).toBe(2);
  });

  it("goes on after a failure", async () => {
    let runs = 0;
    const run = serial(async () => {
      if (++runs === 1) throw new Error("refused");
    });
    const first = run();
    const second = run();
    await expect(first).rejects.toThrow("refused");
    await second;
    expect(runs).toBe(2);
  });
});
