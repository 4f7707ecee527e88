// Ports nobody else has: tried, or a range by worker.
import { createServer } from "node:net";

/** Below the kernel's own range: a port of that may be some connection's by the time it is wanted. */
const [LOWEST, HIGHEST] = [30_200, 32_700];
const given = new Set<number>();

/** A port that is free for TCP, with the next one too: baresip takes that for TLS. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + 2 * Math.floor((Math.random() * (HIGHEST - LOWEST)) / 2);
    if (given.has(port) || !(await isFree(port)) || !(await isFree(port + 1))) continue;
    given.add(port);
    return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

let slice = 0;

/** 200 ports below the kernel's own range, different for each server of each worker. */
export function rtpRange(): string {
  const worker = Number(process.env.TEST_WORKER_INDEX ?? 0);
  const first = 10_000 + ((worker * 7 + slice++) % 100) * 200;
  return `${first}-${first + 199}`;
}
