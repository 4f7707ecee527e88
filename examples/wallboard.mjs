#!/usr/bin/env node
// The queues' live numbers in a terminal.
import { program, say } from "./lib/program.mjs";

const usage = `
Prints a table of the queues, and again when something changes.

  TANDEM=http://127.0.0.1:8080 TANDEM_TOKEN=… node wallboard.mjs [--once]

  --once   prints one table and ends

The token needs queue:read, and queue:supervise for queues its user is not a member of. Counts are since midnight UTC; the service level
is the one that counts abandoned calls against it (docs/contact-centre.md).
`;
const options = { once: { type: "boolean", default: false } };

const COLUMNS = {
  Queue: ({ name }) => name,
  Waiting: ({ waiting }) => waiting,
  "Longest wait": ({ oldest_since }) => (oldest_since ? clock(Date.now() - Date.parse(oldest_since)) : "–"),
  Talking: ({ interacting }) => interacting,
  "On queue": ({ agents_on_queue }) => agents_on_queue,
  Idle: ({ agents_idle }) => agents_idle,
  Offered: ({ offered }) => offered,
  Answered: ({ answered }) => answered,
  Abandoned: ({ abandoned }) => abandoned,
  "Speed of answer": ({ average_speed_of_answer_ms: ms }) => (ms == null ? "–" : clock(ms)),
  "Service level": ({ service_level: { negative } }) => (negative == null ? "–" : `${negative.toFixed(1)} %`),
};

/** Minutes and seconds; clocks that differ a little must not show less than nothing. */
function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function table(queues) {
  const rows = [Object.keys(COLUMNS), ...queues.map((queue) => Object.values(COLUMNS).map((cell) => String(cell(queue))))];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  // The name to the left, numbers to the right.
  const pad = (text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]));
  return rows.map((row) => row.map(pad).join("  ")).join("\n");
}

async function load(tandem) {
  const names = new Map();
  for await (const { id, name } of tandem.queues.all()) names.set(id, name);
  const queues = new Map();
  // A queue may have been made between the two answers; its event brings it.
  for await (const each of tandem.queues.stats.all()) if (names.has(each.queue)) queues.set(each.queue, { ...each, name: names.get(each.queue) });
  return queues;
}

await program({ usage, options }, async (tandem, { once }, stopping) => {
  let queues = await load(tandem);
  if (once) return console.log(table([...queues.values()]));

  const screen = process.stdout.isTTY;
  let shown;
  const show = () => {
    const text = table([...queues.values()]);
    // A supervisor is told of a change as one, and as a member.
    if (text !== shown) console.log(screen ? `\x1b[H\x1b[2J${text}` : `${text}\n`);
    shown = text;
  };
  // Waits grow without anything happening. A file need not hold every second of them.
  const ticking = screen && setInterval(show, 1_000);
  const reload = async () => {
    queues = await load(tandem);
    show();
  };
  try {
    await tandem.follow({
      // What changed meanwhile was told to nobody.
      live: reload,
      event: ({ type }) => type === "queue.changed" && reload(),
      signal: ({ signal, stats }) => {
        const known = signal === "queue_stats" && queues.get(stats.queue);
        if (!known) return;
        queues.set(stats.queue, { ...stats, name: known.name });
        show();
      },
      lost: (why) => say(`${why}; trying again`),
      until: stopping,
    });
  } finally {
    clearInterval(ticking);
  }
});
