// An identity provider: `oidc-provider`, on a port of its own, whose people type who they are.
import { createServer, type Server as Listener } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider as Oidc } from "oidc-provider";

export interface Account {
  name: string;
  email: string;
  groups: string[];
}

export class Provider {
  readonly accounts = new Map<string, Account>();
  #listener: Listener;

  private constructor(
    readonly issuer: string,
    listener: Listener,
  ) {
    this.#listener = listener;
  }

  static async start(client: { id: string; secret: string; redirect: string }): Promise<Provider> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, listener);
    const oidc = new Oidc(issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [client.redirect], application_type: "web" }],
      claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
      cookies: { keys: ["only for this test"] },
      pkce: { required: () => true },
      findAccount: (_, id) => {
        const account = provider.accounts.get(id);
        return account && { accountId: id, claims: () => ({ sub: id, email_verified: true, ...account }) };
      },
    });
    listener.on("request", oidc.callback());
    return provider;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve));
    this.#listener.closeAllConnections();
    await closed;
  }
}
