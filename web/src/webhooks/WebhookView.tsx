import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, History, Pencil, Play, Send, Trash2 } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { tandem } from "../api/client";
import { queryClient } from "../api/queries";
import type { Webhook } from "../api/types";
import { m } from "../messages";
import { usePerson } from "../session/me";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { cx } from "../ui/cx";
import { formatFull } from "../ui/time";
import { toast, toastError } from "../ui/toasts";
import { Deliveries } from "./Deliveries";
import { healthOf, settingsOf } from "./model";
import { ReplayDialog } from "./ReplayDialog";
import { WebhookState } from "./States";

/** One webhook: how it is, what to do about it, and what was sent. */
export function WebhookView({ webhook, edit }: { webhook: Webhook; edit: (webhook: Webhook) => void }) {
  const navigate = useNavigate({ from: "/admin" });
  const told = usePerson(webhook.user);
  const heading = useRef<HTMLHeadingElement>(null);
  const [question, setQuestion] = useState<Question>();
  const [replaying, setReplaying] = useState(false);
  // What was pressed to come here is gone.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const ping = useMutation({
    mutationFn: () => tandem.webhooks.ping(webhook.id),
    onSuccess: () => toast(m.webhooks.pinged(webhook.name), "good"),
    onError: toastError,
  });
  async function take() {
    await tandem.webhooks.remove(webhook.id);
    toast(m.webhooks.removed(webhook.name), "good");
    await navigate({ search: { tab: "webhooks" }, replace: true });
    await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  }
  return (
    <div className="flex flex-col gap-4" data-testid="webhook-page">
      <div className="flex flex-col gap-1">
        <Link to="/admin" search={{ tab: "webhooks" }} data-testid="webhook-back" className="flex items-center gap-1.5 self-start text-soft hover:text-text">
          <ArrowLeft className="size-4" />
          {m.webhooks.all}
        </Link>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold wrap-anywhere">
            {webhook.name}
          </h2>
          <WebhookState webhook={webhook} />
        </div>
        <p className="wrap-anywhere">{webhook.url}</p>
        <p className="text-sm wrap-anywhere text-soft">
          {m.webhooks.kinds}: {webhook.kinds.length > 0 ? webhook.kinds.join(", ") : m.webhooks.allKinds}
        </p>
        {told && <p className="text-sm text-soft">{m.webhooks.sees(told.display_name)}</p>}
      </div>
      <Condition webhook={webhook} resumed={() => heading.current?.focus()} />
      <div className="flex flex-wrap gap-2">
        <Button icon={<Send className="size-4" />} busy={ping.isPending} data-testid="webhook-ping" onClick={() => ping.mutate()}>
          {m.webhooks.ping}
        </Button>
        <Button icon={<History className="size-4" />} data-testid="webhook-replay" onClick={() => setReplaying(true)}>
          {m.webhooks.replay}
        </Button>
        <Button icon={<Pencil className="size-4" />} data-testid="webhook-edit" onClick={() => edit(webhook)}>
          {m.webhooks.edit}
        </Button>
        <Button
          icon={<Trash2 className="size-4" />}
          data-testid="webhook-remove"
          onClick={() =>
            setQuestion({ title: m.webhooks.removeTitle(webhook.name), hint: m.webhooks.removeHint, action: m.webhooks.remove, run: take })
          }
        >
          {m.webhooks.remove}
        </Button>
      </div>
      <Deliveries webhook={webhook.id} />
      {replaying && <ReplayDialog webhook={webhook} close={() => setReplaying(false)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

/** Why nothing arrives, where nothing does. */
function Condition({ webhook, resumed }: { webhook: Webhook; resumed: () => void }) {
  const resume = useMutation({
    mutationFn: () => tandem.webhooks.update(webhook.id, { ...settingsOf(webhook), paused: false }),
    onSuccess: async () => {
      toast(m.webhooks.resumed(webhook.name), "good");
      await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
      resumed();
    },
    onError: toastError,
  });
  const button = (
    <Button className="self-start" icon={<Play className="size-4" />} busy={resume.isPending} data-testid="webhook-resume" onClick={() => resume.mutate()}>
      {m.webhooks.resume}
    </Button>
  );
  const { failing_since, next_try_at, attempts, error, reason } = webhook;
  switch (healthOf(webhook)) {
    case "active":
      return null;
    case "failing":
      return (
        <Box look="bg-warn-soft text-warn-text">
          <p>
            {failing_since && m.webhooks.stuck(attempts, formatFull(failing_since))} {next_try_at && m.webhooks.nextTry(formatFull(next_try_at))}
          </p>
          {error && <p className="text-sm wrap-anywhere">{error}</p>}
        </Box>
      );
    case "paused":
      return (
        <Box look="bg-hover text-text">
          <p>{m.webhooks.paused}</p>
          {button}
        </Box>
      );
    case "suspended":
      return (
        <Box look="bg-bad-soft text-bad-text">
          <p>{m.webhooks.suspended}</p>
          {reason && <p className="text-sm wrap-anywhere">{reason}</p>}
          {button}
        </Box>
      );
  }
}

const Box = ({ look, children }: { look: string; children: ReactNode }) => (
  <div data-testid="webhook-condition" className={cx("flex flex-col gap-2 rounded-2xl px-4 py-3", look)}>
    {children}
  </div>
);
