/**
 * What crosses the wire, by short names, and the payloads of events, which the schema leaves open. Everything else comes from
 * `schema.ts`.
 */
import type { components } from "./schema.js";
import type { Written } from "./shapes.js";

type Schemas = components["schemas"];

type Wire<Name extends keyof Schemas> = Written<Schemas[Name]>;

export type UserId = Schemas["UserId"];
export type DeviceId = Schemas["DeviceId"];
export type ChatId = Schemas["ChatId"];
export type MessageId = Schemas["MessageId"];
export type QueueId = Schemas["QueueId"];
export type FlowId = Schemas["FlowId"];
export type OfferId = Schemas["OfferId"];
export type ConversationId = Schemas["ConversationId"];
export type CallId = Schemas["CallId"];
export type TrackId = Schemas["TrackId"];
export type NodeId = Schemas["NodeId"];
/** RFC 3339, UTC, microseconds. */
export type Timestamp = Schemas["Timestamp"];
/** `xid-position`; `compareCursors` orders them. */
export type Cursor = Schemas["Cursor"];
/** `kind:id`. */
export type Topic = Schemas["Topic"];

/** RFC 9457. */
export type ProblemBody = Schemas["Problem"];

// Identity

export type SignIn = Schemas["SignIn"];
export type SignedIn = Wire<"SignedIn">;
export type Me = Wire<"Me">;
export type Person = Wire<"Person">;
export type Role = Schemas["Role"];
export type Presence = Schemas["Presence"];
export type PresenceView = Wire<"PresenceView">;
export type ChoosePresence = Schemas["ChoosePresence"];

export type SessionId = Schemas["SessionId"];
export type Session = Wire<"SessionInfo">;
export type ChangePassword = Schemas["ChangePassword"];
export type NewToken = Schemas["NewToken"];
export type Token = Wire<"TokenInfo">;
export type NewInvitation = Schemas["NewInvitation"];
export type InvitationInfo = Wire<"InvitationInfo">;
export type Invited = Wire<"Invited">;
export type RequestPasswordReset = Schemas["RequestPasswordReset"];
export type PasskeyInfo = Wire<"PasskeyInfo">;
export type PasskeyCeremony = Wire<"PasskeyCeremony">;
export type GroupRule = Schemas["GroupRule"];
export type IdentityProvider = Wire<"IdentityProviderInfo">;
export type IdentityProviderId = IdentityProvider["id"];
export type IdentityProviderSettings = Schemas["IdentityProviderSettings"];
export type SignInOption = Wire<"SignInOption">;
export type PasswordsFor = Schemas["PasswordsFor"];
export type SecondFactor = Wire<"SecondFactor">;
export type SecondFactorOffer = Wire<"SecondFactorOffer">;
export type RecoveryCodes = Wire<"RecoveryCodes">;
export type TokenMade = Wire<"TokenMade">;
export type PermissionInfo = Wire<"PermissionInfo">;
export type RoleInfo = Wire<"RoleInfo">;
export type GroupId = Schemas["GroupId"];
export type GroupInfo = Wire<"GroupInfo">;
export type GroupMember = Wire<"GroupMember">;
export type NewGroup = Schemas["NewGroup"];
export type ChangeGroup = Schemas["ChangeGroup"];
export type OrgLimit = Schemas["OrgLimit"];
export type LimitInfo = Wire<"LimitInfo">;
export type NewRole = Schemas["NewRole"];
export type ChangeRole = Schemas["ChangeRole"];
export type RoleGrant = Schemas["RoleGrant"];
export type SetRoles = Schemas["SetRoles"];
export type DivisionId = Schemas["DivisionId"];
export type Division = Wire<"Division">;
export type DividedKind = Schemas["DividedKind"];

// Programs

export type GrantType = Schemas["GrantType"];
export type ClientSettings = Schemas["ClientSettings"];
export type ClientInfo = Wire<"ClientInfo">;
export type ClientMade = Wire<"ClientMade">;
export type AuthorizationRequest = Schemas["AuthorizationRequest"];
export type Authorization = Wire<"Authorization">;
export type Consent = Wire<"Consent">;
export type Onward = Wire<"Onward">;
export type Application = Wire<"Application">;

// Webhooks

export type WebhookId = Schemas["WebhookId"];
export type WebhookSettings = Schemas["WebhookSettings"];
export type WebhookState = Schemas["WebhookState"];
export type Webhook = Wire<"WebhookInfo">;
export type WebhookMade = Wire<"WebhookMade">;
export type WebhookReplay = Schemas["WebhookReplay"];
export type DeliveryState = Schemas["DeliveryState"];
export type Delivery = Wire<"Delivery">;

// Audit

export type AuditEntry = Wire<"AuditEntry">;
export type AuditDetails = Wire<"AuditDetails">;

// Chat

export type Chat = Wire<"Chat">;
export type Message = Wire<"Message">;

// Calls

export type CallTarget = Schemas["CallTarget"];
export type EndReason = Schemas["EndReason"];
export type Leg = Wire<"Leg">;
export type Call = Wire<"Call">;
export type Track = Wire<"Track">;
export type Phone = Wire<"Phone">;
export type OutsideNumber = Wire<"Number">;
export type NumberTarget = Schemas["NumberTarget"];
export type NewTrunk = Schemas["NewTrunk"];
export type Trunk = Wire<"Trunk">;
export type DialPlanAnswer = Wire<"DialPlanAnswer">;

// Contact centre

export type WrapUpPolicy = Wire<"WrapUpPolicy">;
export type Queue = Wire<"Queue">;
export type RoutingStatus = Schemas["RoutingStatus"];
export type Agent = Wire<"Agent">;
export type QueueStats = Wire<"QueueStats">;
export type ConversationState = Schemas["ConversationState"];
export type Outcome = Schemas["Outcome"];
export type Purpose = Schemas["Purpose"];
export type SegmentKind = Schemas["SegmentKind"];
export type Segment = Wire<"Segment">;
export type Participant = Wire<"Participant">;
export type Conversation = Wire<"Conversation">;
export type WrapUp = Wire<"WrapUp">;
export type WrapUpCode = Wire<"WrapUpCode">;
export type Decision = Wire<"Decision">;

// Operations

export type NodeRole = Schemas["NodeRole"];
export type Node = Wire<"NodeInfo">;
export type NodeList = Wire<"NodeList">;
export type JobState = Schemas["JobState"];
/** Its payload is its kind's own. */
export type Job = Omit<Wire<"Job">, "payload"> & { payload: unknown };

// WebSocket

export type RtcPurpose = Schemas["RtcPurpose"];
export type RtcTrack = Schemas["RtcTrack"];
export type Signal = Wire<"Signal">;

type RequestData<Type extends Schemas["ClientRequest"]["type"]> = Extract<Schemas["ClientRequest"], { type: Type }>["data"];

/** A request frame's data, with its answer's type beside it. */
export interface Requests {
  authenticate: [RequestData<"authenticate">, Wire<"Authenticated">];
  subscribe: [RequestData<"subscribe">, Wire<"Subscribed">];
  heartbeat: [RequestData<"heartbeat">, unknown];
  "rtc.offer": [RequestData<"rtc.offer">, Wire<"RtcAnswer">];
  "rtc.layer": [RequestData<"rtc.layer">, unknown];
  "rtc.close": [RequestData<"rtc.close">, unknown];
}

export type ServerFrame =
  | Exclude<Schemas["ServerFrame"], { type: "event" | "signal" }>
  | { type: "event"; cursor: Cursor; data: Event }
  | { type: "signal"; topic: Topic; data: Signal };

type Fact<Kind extends string, Data> = Omit<Wire<"Event">, "type" | "data"> & { type: Kind; data: Data };

/** The events whose payload is typed; any other kind can come, and more are added. */
export type Event =
  | Fact<"presence.changed", { user: UserId; presence: PresenceView }>
  | Fact<"user.created", { user: UserId }>
  | Fact<"user.deactivated" | "user.reactivated" | "user.erased" | "user.roles.set" | "user.grants.set" | "user.password.changed" | "user.second_factor.changed", { user: UserId }>
  | Fact<"passkey.added" | "passkey.renamed" | "passkey.removed", { user: UserId }>
  | Fact<"chat.created", { chat: ChatId }>
  | Fact<"chat.message.posted" | "chat.message.edited", { message: Message }>
  | Fact<"chat.message.deleted", { chat: ChatId; message: MessageId; seq: number }>
  | Fact<"chat.read", { chat: ChatId; user: UserId; seq: number }>
  | Fact<`call.${string}`, { call: CallId }>
  | Fact<"routing.offered", { conversation: ConversationId; queue: QueueId; offer: OfferId; agent: UserId; expires_at: Timestamp }>
  | Fact<"agent.status.changed", { user: UserId; status: RoutingStatus }>
  | Fact<`conversation.${string}`, { conversation: ConversationId }>
  | Fact<`routing.${string}`, { conversation: ConversationId; queue: QueueId }>
  | Fact<"queue.changed", { queue: QueueId }>;
