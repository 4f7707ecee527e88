#!/usr/bin/env node
// Shows an agent who calls while it rings: a page of the CRM, by the caller's number.
import { spawn } from "node:child_process";
import { TandemProblem } from "@tandem/sdk";
import { program, say } from "./lib/program.mjs";

const usage = `
Prints an address for each call that rings its user, made of the caller's number.

  TANDEM=http://127.0.0.1:8080 TANDEM_TOKEN=… node screen-pop.mjs --url 'https://crm.example/?phone={number}' [--open COMMAND]

  --url TEMPLATE   {number} is who calls, {name} the name that came with it, {call} the call's id
  --open COMMAND   also runs COMMAND with the address, as xdg-open

The token is the agent's and needs call:use.
`;
const options = { url: { type: "string" }, open: { type: "string" } };

function checked(template) {
  if (!template) throw new Error("--url is missing: the address to show, with {number} in it");
  const filled = template.replace("{number}", "1");
  // What callers say of themselves must not choose what is opened: only a web page's address, and the placeholders are encoded.
  if (filled === template || !/^https?:\/\/[^{}]/.test(filled) || !URL.canParse(filled)) {
    throw new Error(`${template} is not a web address with {number} in it`);
  }
  return template;
}

await program({ usage, options }, async (tandem, { url, open }, stopping) => {
  const template = checked(url);
  const { user } = await tandem.me.get();
  /** Calls that were shown: a browser and a phone of the same person ring as two legs. */
  const shown = new Set();

  async function rings(id) {
    if (shown.has(id)) return;
    const call = await tandem.calls.get(id);
    // After a loss of connection the news may be old.
    if (call.ended_at) return;
    const { address, name } = call.legs.find(({ caller }) => caller);
    const fields = { number: address, name: name ?? "", call: id };
    const page = template.replace(/\{(number|name|call)\}/g, (_, field) => encodeURIComponent(fields[field]));
    shown.add(id);
    console.log(page);
    if (open) spawn(open, [page], { stdio: "ignore" }).on("error", (error) => say(`--open: ${error.message}`));
  }

  await tandem.follow({
    live: () => say(`waiting for calls of ${user.display_name}`),
    event: async ({ type, data: { call, leg } }) => {
      if (type === "call.ended") shown.delete(call);
      if (type !== "call.leg.added" || leg.user !== user.id || leg.caller) return;
      await rings(call).catch((error) => {
        if (!(error instanceof TandemProblem) || error.status !== 404) throw error;
      });
    },
    lost: (why) => say(`${why}; trying again`),
    until: stopping,
  });
});
