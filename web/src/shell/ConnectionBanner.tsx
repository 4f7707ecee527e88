import { PlugZap } from "lucide-react";
import { outbox } from "../chat/sending";
import { m } from "../messages";
import { connectionState, live } from "../session/live";
import { useStore } from "../store";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { useNow } from "../ui/time";

/** Shown only after this long, so that a blink of the network does not make the page jump. */
const PATIENCE_MS = 1_500;

export function ConnectionBanner() {
  const state = useStore(connectionState);
  const waiting = useStore(outbox.items).filter((each) => each.state !== "failed").length;
  const now = useNow();
  if (state.kind === "elsewhere") return <Elsewhere />;
  if (state.kind !== "lost" || now - state.since < PATIENCE_MS) return <div className="md:col-span-2" />;
  return (
    <div
      role="status"
      data-testid="offline-banner"
      className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-warn-soft px-4 py-1.5 text-warn-text md:col-span-2"
    >
      <PlugZap aria-hidden className="size-4" />
      <span>
        {m.connection.lost} {waiting > 0 && m.connection.waiting(waiting)}
      </span>
      <Button size="small" onClick={() => live.get()?.connection.hurry()}>
        {m.connection.hurry}
      </Button>
    </div>
  );
}

function Elsewhere() {
  return (
    <>
      <div className="md:col-span-2" />
      <Dialog open label={m.connection.elsewhere} onClose={() => undefined}>
        <div className="flex flex-col gap-3 p-6" data-testid="opened-elsewhere">
          <h2 className="text-lg font-semibold">{m.connection.elsewhere}</h2>
          <p className="text-soft">{m.connection.elsewhereHint}</p>
          <Button look="primary" className="self-end" onClick={() => location.reload()}>
            {m.connection.takeOver}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
