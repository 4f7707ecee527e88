import type { NewTrunk, Trunk } from "../api/types";

type Out = NonNullable<NewTrunk["out"]>;

/** A trunk as somebody writes it: every field is a text. */
export interface Draft {
  name: string;
  network: string;
  goesOut: boolean;
  host: string;
  port: string;
  transport: NonNullable<Out["transport"]>;
  username: string;
  secret: string;
  shows: string;
  dials: NonNullable<Out["dials"]>;
  asserts: boolean;
  /** With blanks between. */
  emergency: string;
  priority: string;
  weight: string;
}

export const draftOf = (trunk: Trunk | undefined): Draft => ({
  name: trunk?.name ?? "",
  network: trunk?.network ?? "",
  goesOut: trunk ? trunk.out != null : true,
  host: trunk?.out?.host ?? "",
  port: String(trunk?.out?.port ?? 5060),
  transport: trunk?.out?.transport ?? "udp",
  username: trunk?.out?.username ?? "",
  secret: "",
  shows: trunk?.out?.shows ?? "",
  dials: trunk?.out?.dials ?? "plus",
  asserts: trunk?.out?.asserts ?? false,
  emergency: (trunk?.out?.emergency ?? []).join(" "),
  priority: String(trunk?.out?.priority ?? 0),
  weight: String(trunk?.out?.weight ?? 1),
});

const text = (written: string): string | undefined => written.trim() || undefined;

/** What is asked of the server. What is no number is for it to refuse. */
export function settingsOf(draft: Draft): Omit<NewTrunk, "name"> {
  const { goesOut, transport, dials, asserts } = draft;
  const emergency = draft.emergency.split(/[\s,;]+/).filter(Boolean);
  const [network, username, shows, secret] = [text(draft.network), text(draft.username), text(draft.shows), draft.secret || undefined];
  const out: Out | undefined = goesOut
    ? {
        ...{ host: draft.host.trim(), port: Number(draft.port), transport, dials, asserts, priority: Number(draft.priority), weight: Number(draft.weight) },
        ...(username && { username }),
        ...(shows && { shows }),
        ...(emergency.length > 0 && { emergency }),
      }
    : undefined;
  return { ...(network && { network }), ...(out && { out }), ...(goesOut && username && secret && { secret }) };
}

const whole = (written: string, least: number): boolean => /^\d{1,5}$/.test(written.trim()) && Number(written) >= least && Number(written) <= 65_535;

/** The first field that cannot be. */
export function missingOf(draft: Draft): keyof Draft | undefined {
  if (!draft.name.trim()) return "name";
  if (!draft.goesOut) return undefined;
  if (!draft.host.trim()) return "host";
  if (!whole(draft.port, 1)) return "port";
  if (!whole(draft.priority, 0)) return "priority";
  if (!whole(draft.weight, 0)) return "weight";
  return undefined;
}
