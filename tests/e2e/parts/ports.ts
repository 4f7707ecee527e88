// Ports nobody else has: asked of the kernel, or a range by worker.
import { createServer } from "node:net";

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

let slice = 0;

/** 200 ports below the kernel's own range, different for each server of each worker. */
export function rtpRange(): string {
  const worker = Number(process.env.TEST_WORKER_INDEX ?? 0);
  const first = 10_000 + ((worker * 7 + slice++) % 100) * 200;
  return `${first}-${first + 199}`;
}
