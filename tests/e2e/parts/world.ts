// What a test started, ended with it.
import { test as base } from "@playwright/test";
import { type PhoneOptions, Phone } from "./baresip.ts";
import { Person } from "./browser.ts";
import { Server } from "./server.ts";

export class World {
  readonly #stops: (() => Promise<void>)[] = [];

  async server(settings?: Record<string, string>): Promise<Server> {
    const server = await Server.start(settings);
    this.#stops.push(() => server.stop());
    return server;
  }

  async person(server: Server, name: string, options?: Parameters<typeof Person.signIn>[2]): Promise<Person> {
    const person = await Person.signIn(server, name, options);
    this.#stops.push(() => person.close());
    return person;
  }

  async phone(options: PhoneOptions): Promise<Phone> {
    const phone = await Phone.start(options);
    this.#stops.push(() => phone.stop());
    return phone;
  }

  /** Somebody outside who calls the demo number. */
  async caller(server: Server, hz = 880): Promise<Phone> {
    return this.phone({ server: server.sip, user: "+15550123", hz });
  }

  async end(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/** `test` with a world that is ended afterwards, and the server's log when it failed. */
export const test = base.extend<{ world: World }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
  world: async ({}, use) => {
    const world = new World();
    await use(world);
    await world.end();
  },
});

export { expect } from "@playwright/test";
