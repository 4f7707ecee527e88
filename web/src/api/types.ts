/**
 * What crosses the wire, as the server's `proto` crate writes it. Hand-written until `npm run api` generates `schema.d.ts` from
 * `/api/v1/openapi.json`; the rest of the client imports its types from here only, so that the switch touches one file.
 */

type Id<Name extends string> = string & { readonly __id?: Name };

export type OrgId = Id<"org">;
export type UserId = Id<"user">;
export type SessionId = Id<"session">;
export type DeviceId = Id<"device">;
export type ChatId = Id<"chat">;
export type MessageId = Id<"message">;
export type QueueId = Id<"queue">;
export type SkillId = Id<"skill">;
export type ConversationId = Id<"conversation">;
export type ParticipantId = Id<"participant">;
export type CallId = Id<"call">;
export type LegId = Id<"leg">;
export type TrackId = Id<"track">;
export type EndpointId = Id<"endpoint">;
export type OfferId = Id<"offer">;
export type WrapUpCodeId = Id<"wrap-up-code">;

/** RFC 3339, UTC, microseconds. */
export type Timestamp = string;
/** `xid-position`; see `socket/cursor.ts`. */
export type Cursor = string;
/** `kind:id`. */
export type Topic = string;

export interface Page<T> {
  items: T[];
  next?: string;
}

/** RFC 9457. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  errors?: FieldError[];
}

export interface FieldError {
  field: string;
  line?: number;
  message: string;
}

// Identity

export interface SignIn {
  org?: string;
  name: string;
  password: string;
}

export interface SignedIn {
  token: string;
  expires_at: Timestamp;
  me: Me;
}

export interface Me {
  user: Person;
  org: { id: OrgId; name: string };
  session: SessionId;
  permissions: Permission[];
}

export type Permission =
  | "people:read"
  | "people:write"
  | "chat:use"
  | "call:use"
  | "call:supervise"
  | "phone:write"
  | "agent:on_queue"
  | "queue:read"
  | "queue:write"
  | "queue:supervise"
  | "flow:read"
  | "flow:write"
  | (string & {});

export type Role = "agent" | "supervisor" | "admin";

export interface Person {
  id: UserId;
  name: string;
  display_name: string;
  title: string | null;
  extension: string | null;
  roles: Role[];
  presence: PresenceView;
}

export type Presence =
  | "available"
  | "busy"
  | "away"
  | "break"
  | "meal"
  | "meeting"
  | "training"
  | "idle"
  | "offline"
  | "on_queue";

export interface PresenceView {
  primary: Presence;
  message: string | null;
  activity: "on_call" | null;
  since: Timestamp;
}

export interface ChoosePresence {
  primary: Presence;
  message?: string | null;
}

// Chat

export type ChatKind = "direct" | "group";

export interface Chat {
  id: ChatId;
  kind: ChatKind;
  title: string | null;
  members: UserId[];
  last_message: Message | null;
  read_seq: number;
  unread: number;
  created_at: Timestamp;
}

export interface Message {
  id: MessageId;
  chat: ChatId;
  seq: number;
  author: UserId;
  client_id: string;
  text: string;
  at: Timestamp;
  edited_at: Timestamp | null;
  deleted: boolean;
}

// Calls

export type CallTarget = { kind: "user"; user: UserId } | { kind: "number"; number: string };

export interface NewCall {
  device: DeviceId;
  to: CallTarget;
  video: boolean;
}

export type LegKind = "web" | "phone" | "trunk";
export type LegState = "dialing" | "ringing" | "connected" | "holding" | "ended";

export type EndReason =
  | "hangup"
  | "remote_hangup"
  | "cancelled"
  | "answered_elsewhere"
  | "declined"
  | "busy"
  | "no_answer"
  | "not_found"
  | "unreachable"
  | "media_mismatch"
  | "lost"
  | "restart"
  | "failed";

export interface Leg {
  id: LegId;
  kind: LegKind;
  user: UserId | null;
  device: DeviceId | null;
  address: string;
  name: string | null;
  state: LegState;
  caller: boolean;
  muted: boolean;
  started_at: Timestamp;
  answered_at: Timestamp | null;
  ended_at: Timestamp | null;
  end_reason: EndReason | null;
}

export interface Call {
  id: CallId;
  conversation: ConversationId | null;
  dialled: string;
  video: boolean;
  legs: Leg[];
  started_at: Timestamp;
  answered_at: Timestamp | null;
  ended_at: Timestamp | null;
  end_reason: EndReason | null;
}

export type TrackSource = "microphone" | "camera" | "screen";

export interface Track {
  id: TrackId;
  endpoint: EndpointId;
  user: UserId | null;
  source: TrackSource;
}

// Contact centre

export interface QueueMember {
  user: UserId;
  joined: boolean;
}

export interface WrapUpPolicy {
  mode: "optional" | "mandatory" | "timed";
  seconds: number;
}

export interface Queue {
  id: QueueId;
  name: string;
  members: QueueMember[];
  alert_seconds: number;
  target_seconds: number;
  short_abandon_seconds: number;
  wrap_up: WrapUpPolicy;
  evaluation: "all_skills" | "best_available" | "disregard_skills";
  skills: SkillRequirement[];
  version: number;
}

export interface SkillRequirement {
  skill: SkillId;
  level: number;
}

export type RoutingStatus =
  | "off_queue"
  | "idle"
  | "alerting"
  | "interacting"
  | "wrap_up"
  | "communicating"
  | "not_responding";

export interface Agent {
  user: UserId;
  display_name: string;
  presence: PresenceView;
  status: RoutingStatus;
  since: Timestamp;
  queues: QueueId[];
  skills: SkillRequirement[];
  conversations: ConversationId[];
}

export interface QueueStats {
  queue: QueueId;
  waiting: number;
  oldest_since: Timestamp | null;
  interacting: number;
  agents_on_queue: number;
  agents_idle: number;
  offered: number;
  answered: number;
  abandoned: number;
  abandoned_short: number;
  average_speed_of_answer_ms: number | null;
  service_level: {
    ignore_abandons: number | null;
    negative: number | null;
    positive: number | null;
    drop_short: number | null;
  };
}

export type ConversationState = "flow" | "queued" | "alerting" | "connected" | "wrap_up" | "ended";
export type Outcome = "handled" | "abandoned" | "flow_ended" | "restart" | "failed";
export type Purpose = "customer" | "flow" | "queue" | "agent";
export type SegmentKind = "ivr" | "wait" | "alert" | "talk" | "hold" | "wrap_up";

export interface Segment {
  kind: SegmentKind;
  started_at: Timestamp;
  ended_at: Timestamp | null;
  disposition: string | null;
}

export interface Participant {
  id: ParticipantId;
  purpose: Purpose;
  user: UserId | null;
  queue: QueueId | null;
  segments: Segment[];
  wrap_up: WrapUp | null;
}

export interface Conversation {
  id: ConversationId;
  call: CallId | null;
  from: string;
  to: string;
  queue: QueueId | null;
  state: ConversationState;
  participants: Participant[];
  position: number | null;
  started_at: Timestamp;
  ended_at: Timestamp | null;
  outcome: Outcome | null;
}

export interface WrapUp {
  code: WrapUpCodeId;
  note: string | null;
}

export interface WrapUpCode {
  id: WrapUpCodeId;
  name: string;
}

export interface Decision {
  at: Timestamp;
  offer: OfferId | null;
  agent: UserId | null;
  key: number;
  candidates: { agent: UserId; score: number; idle_since: Timestamp }[];
  eligible: number;
  excluded: { agent: UserId; reason: string }[];
}

// WebSocket

export type RtcPurpose =
  | { purpose: "primary" }
  | { purpose: "camera" }
  | { purpose: "screen" }
  | { purpose: "receive"; track: TrackId }
  | { purpose: "unused" };

export type RtcTrack = { mid: string } & RtcPurpose;

/** A request frame, `{id, type, data}`, with the answer's type beside it. */
export interface Requests {
  authenticate: [{ token: string; device: DeviceId }, { cursor: Cursor; heartbeat_seconds: number }];
  subscribe: [{ topics: Topic[]; after: Cursor | null }, { cursor: Cursor; topics: Topic[] }];
  heartbeat: [{ active: boolean }, unknown];
  "rtc.offer": [{ sdp: string; tracks: RtcTrack[] }, { sdp: string }];
  "rtc.layer": [{ track: TrackId; height: number }, unknown];
  "rtc.close": [Record<string, never>, unknown];
}

export type ServerFrame =
  | { type: "reply"; id: number; data: unknown }
  | { type: "error"; id: number; data: ProblemBody }
  | { type: "event"; cursor: Cursor; data: Event }
  | { type: "signal"; topic: Topic; data: Signal };

export type Signal =
  | { signal: "typing"; chat: ChatId; user: UserId }
  | { signal: "call_tracks"; call: CallId; tracks: Track[] }
  | { signal: "queue_stats"; stats: QueueStats }
  | { signal: "agent_state"; agent: Agent }
  | { signal: "rtc_lost"; device: DeviceId };

interface Envelope<Kind extends string, Data> {
  type: Kind;
  cursor: Cursor;
  stream: string;
  version: number;
  at: Timestamp;
  actor: { kind: "user"; id: UserId } | { kind: "external"; address: string } | { kind: "system" };
  data: Data;
}

/** The events the client reads the payload of; every other kind only tells that something changed. */
export type Event =
  | Envelope<"presence.changed", { user: UserId; presence: PresenceView }>
  | Envelope<"user.created", { user: UserId }>
  | Envelope<"chat.created", { chat: ChatId }>
  | Envelope<"chat.message.posted", { message: Message }>
  | Envelope<"chat.message.edited", { message: Message }>
  | Envelope<"chat.message.deleted", { chat: ChatId; message: MessageId; seq: number }>
  | Envelope<"chat.read", { chat: ChatId; user: UserId; seq: number }>
  | Envelope<`call.${string}`, { call: CallId }>
  | Envelope<
      "routing.offered",
      { conversation: ConversationId; queue: QueueId; offer: OfferId; agent: UserId; expires_at: Timestamp }
    >
  | Envelope<"routing.offer.ended", { conversation: ConversationId; queue: QueueId; offer: OfferId; agent: UserId; result: string }>
  | Envelope<"agent.status.changed", { user: UserId; status: RoutingStatus }>
  | Envelope<`conversation.${string}`, { conversation: ConversationId }>
  | Envelope<`routing.${string}`, { conversation: ConversationId; queue: QueueId }>
  | Envelope<"queue.changed", { queue: QueueId }>;
