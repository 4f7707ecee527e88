/** What somebody typed to sign in, but for the password. */
export interface Typed {
  name: string;
  org: string;
}

/**
 * The sign-in page of the region where the org lives, with what was typed already: in the fragment, which browsers send to nobody. Nothing
 * for what is no address of a server.
 */
export function signInAt(address: string | null | undefined, typed: Typed, to?: string): string | undefined {
  if (!address || !/^https?:\/\//.test(address) || !URL.canParse(address)) return undefined;
  const page = new URL("/signin", address);
  if (to) page.searchParams.set("to", to);
  page.hash = new URLSearchParams({ ...typed }).toString();
  return page.href;
}

/** What was typed in another region, by the fragment of the address. */
export function typedElsewhere(hash: string): Typed {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  return { name: fields.get("name") ?? "", org: fields.get("org") ?? "" };
}
