import type { Call, Leg } from "../api/types";
import { m } from "../messages";
import { media } from "../rtc/session";
import { useStore } from "../store";
import { Elapsed } from "../ui/time";
import { phaseOf, talkingSince } from "./model";

/** Where the call stands, in words and with the time. */
export function CallPhase({ call, leg, className }: { call: Call; leg: Leg; className?: string }) {
  const { state } = useStore(media);
  const phase = phaseOf(call, leg);
  const timer = <Elapsed since={talkingSince(call, leg)} />;
  return (
    <span data-testid="call-state" data-state={phase} data-media={state} className={className}>
      {phase === "dialing" && m.calls.dialing}
      {phase === "ringing" && m.calls.ringing}
      {phase === "connected" && (state === "connected" ? timer : m.calls.noMedia)}
      {phase === "holding" && (
        <>
          {m.calls.held} · {timer}
        </>
      )}
      {phase === "held" && (
        <>
          {m.calls.heldByOther} · {timer}
        </>
      )}
    </span>
  );
}
