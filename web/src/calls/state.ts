import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "../api/queries";
import type { Call, Leg } from "../api/types";
import { live } from "../session/live";
import { useMe } from "../session/me";
import { useStore } from "../store";
import { roleOf } from "./model";

export interface MyCall {
  call: Call;
  leg: Leg;
}

export interface MyCalls {
  ringing: MyCall[];
  here: MyCall[];
  elsewhere: MyCall[];
}

const none: Call[] = [];

/** The calls that concern me now, by what I can do with them in this tab. */
export function useMyCalls(): MyCalls {
  const { data: calls = none } = useQuery({ ...queries.activeCalls, enabled: false });
  const device = useStore(live)?.device ?? null;
  const me = useMe().user.id;
  return useMemo(() => {
    const mine: MyCalls = { ringing: [], here: [], elsewhere: [] };
    for (const call of calls) {
      const role = roleOf(call, me, device);
      if (role.kind !== "none") mine[role.kind].push({ call, leg: role.leg });
    }
    return mine;
  }, [calls, device, me]);
}
