import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Agent, Conversation, Participant, Queue, QueueId, Segment, UserId } from "../api/types";
import { useMay } from "../session/me";

/** Oneself as an agent: null for somebody who is none, undefined while it is not known. */
export function useMyAgent(): Agent | null | undefined {
  const may = useMay();
  const { data } = useQuery({ ...queries.myAgent, enabled: may("agent:on_queue") });
  return may("agent:on_queue") ? data : null;
}

export function useQueue(id: QueueId | null | undefined): Queue | undefined {
  const may = useMay();
  const { data } = useQuery({
    ...queries.queues,
    enabled: !!id && may("queue:read"),
    select: (queues) => queues.find((queue) => queue.id === id),
  });
  return data;
}

export const customerOf = (conversation: Conversation): Participant | undefined =>
  conversation.participants.find((participant) => participant.purpose === "customer");

/** The last part `user` took in the conversation. */
export const agentPart = (conversation: Conversation, user: UserId): Participant | undefined =>
  conversation.participants.findLast((participant) => participant.purpose === "agent" && participant.user === user);

/** The wrap-up that runs for `user`. */
export function openWrapUp(conversation: Conversation, user: UserId): Segment | undefined {
  return agentPart(conversation, user)?.segments.find((segment) => segment.kind === "wrap_up" && !segment.ended_at);
}

/** Who talks, talked last or is alerted. */
export function lastAgent(conversation: Conversation): UserId | null {
  return conversation.participants.findLast((participant) => participant.purpose === "agent")?.user ?? null;
}
