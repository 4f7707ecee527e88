// Generated from docs/openapi.json by `npm run api`. Not to be edited.
import { path, type Http, type RequestOptions } from "./http.js";
import { pages } from "./pages.js";
import type { Answer, Body, Expanding, Item, Path, Query } from "./shapes.js";

export class AgentsMeApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows oneself as an agent
   *
   * `GET /api/v1/agents/me`
   */
  get(options?: Expanding<"agents_me">): Promise<Answer<"agents_me">> {
    return this.http.send({ method: "GET", path: "/api/v1/agents/me", query: { expand: options?.expand } }, options);
  }
}

export class AgentsSkillsApi {
  constructor(private readonly http: Http) {}

  /**
   * Sets an agent's skills
   *
   * Replaces them all; what waits is matched again at once.
   *
   * `PUT /api/v1/agents/{user}/skills`
   */
  set(user: Path<"set_skills", "user">, body: Body<"set_skills">, options?: RequestOptions): Promise<Answer<"set_skills">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/agents/${user}/skills`, body }, options);
  }
}

export class AgentsApi {
  readonly me: AgentsMeApi;
  readonly skills: AgentsSkillsApi;

  constructor(private readonly http: Http) {
    this.me = new AgentsMeApi(http);
    this.skills = new AgentsSkillsApi(http);
  }

  /**
   * Lists agents live
   *
   * Members of queues and whoever holds the role, of the divisions in which one supervises. Changes come as `agent_state` signals on topic
   * `supervisors:{org}`, for who supervises in some divisions on `division:{division}` of each.
   *
   * `GET /api/v1/agents`
   */
  list(query?: Query<"agents_list">, options?: Expanding<"agents_list">): Promise<Answer<"agents_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/agents", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"agents_list">, "cursor">, options?: Expanding<"agents_list">): AsyncGenerator<Item<"agents_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

export class AuditApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows a change
   *
   * With the thing as it was before and as it was after.
   *
   * `GET /api/v1/audit/{seq}`
   */
  get(seq: Path<"showAudit", "seq">, options?: Expanding<"showAudit">): Promise<Answer<"showAudit">> {
    return this.http.send({ method: "GET", path: path`/api/v1/audit/${seq}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Lists changes
   *
   * Who changed what, the newest first: settings, people, rights, sign-ins. Entries are chained; `tandem audit verify` shows whether one was
   * changed or taken out since.
   *
   * `GET /api/v1/audit`
   */
  list(query?: Query<"listAudit">, options?: Expanding<"listAudit">): Promise<Answer<"listAudit">> {
    return this.http.send({ method: "GET", path: "/api/v1/audit", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"listAudit">, "cursor">, options?: Expanding<"listAudit">): AsyncGenerator<Item<"listAudit">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

export class CallsHoldApi {
  constructor(private readonly http: Http) {}

  /**
   * Holds a call or goes on with it
   *
   * The others hear music while one holds.
   *
   * `PUT /api/v1/calls/{call}/hold`
   */
  set(call: Path<"hold", "call">, body: Body<"hold">, options?: RequestOptions): Promise<Answer<"hold">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/calls/${call}/hold`, body }, options);
  }
}

export class CallsMuteApi {
  constructor(private readonly http: Http) {}

  /**
   * Mutes oneself
   *
   * `PUT /api/v1/calls/{call}/mute`
   */
  set(call: Path<"mute", "call">, body: Body<"mute">, options?: RequestOptions): Promise<Answer<"mute">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/calls/${call}/mute`, body }, options);
  }
}

export class CallsTracksApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists what can be received in a call
   *
   * `GET /api/v1/calls/{call}/tracks`
   */
  list(call: Path<"tracks", "call">, options?: RequestOptions): Promise<Answer<"tracks">> {
    return this.http.send({ method: "GET", path: path`/api/v1/calls/${call}/tracks` }, options);
  }
}

export class CallsApi {
  readonly hold: CallsHoldApi;
  readonly mute: CallsMuteApi;
  readonly tracks: CallsTracksApi;

  constructor(private readonly http: Http) {
    this.hold = new CallsHoldApi(http);
    this.mute = new CallsMuteApi(http);
    this.tracks = new CallsTracksApi(http);
  }

  /**
   * Answers a call
   *
   * Takes the leg that rings for oneself, on the device named; one's other devices stop ringing.
   *
   * `POST /api/v1/calls/{call}/answer`
   */
  answer(call: Path<"answer", "call">, body: Body<"answer">, options?: RequestOptions): Promise<Answer<"answer">> {
    return this.http.send({ method: "POST", path: path`/api/v1/calls/${call}/answer`, body }, options);
  }

  /**
   * Calls somebody
   *
   * The device rings out at once; its browser hears ringback over its peer connection. The call's events follow on `user:{me}`.
   *
   * `POST /api/v1/calls`
   */
  create(body: Body<"calls_create">, options?: RequestOptions): Promise<Answer<"calls_create">> {
    return this.http.send({ method: "POST", path: "/api/v1/calls", body }, options);
  }

  /**
   * Declines a call that rings
   *
   * `POST /api/v1/calls/{call}/decline`
   */
  decline(call: Path<"decline", "call">, options?: RequestOptions): Promise<Answer<"decline">> {
    return this.http.send({ method: "POST", path: path`/api/v1/calls/${call}/decline` }, options);
  }

  /**
   * Sends digits
   *
   * To the phones of the others (RFC 4733) and to the flow the call is in.
   *
   * `POST /api/v1/calls/{call}/dtmf`
   */
  dtmf(call: Path<"dtmf", "call">, body: Body<"dtmf">, options?: RequestOptions): Promise<Answer<"dtmf">> {
    return this.http.send({ method: "POST", path: path`/api/v1/calls/${call}/dtmf`, body }, options);
  }

  /**
   * Shows a call
   *
   * `GET /api/v1/calls/{call}`
   */
  get(call: Path<"call", "call">, options?: Expanding<"call">): Promise<Answer<"call">> {
    return this.http.send({ method: "GET", path: path`/api/v1/calls/${call}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Hangs up
   *
   * `POST /api/v1/calls/{call}/hangup`
   */
  hangup(call: Path<"hang_up", "call">, options?: RequestOptions): Promise<Answer<"hang_up">> {
    return this.http.send({ method: "POST", path: path`/api/v1/calls/${call}/hangup` }, options);
  }

  /**
   * Lists calls
   *
   * Newest first: one's own, or everybody's for who holds `call:supervise`.
   *
   * `GET /api/v1/calls`
   */
  list(query?: Query<"calls_list">, options?: Expanding<"calls_list">): Promise<Answer<"calls_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/calls", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"calls_list">, "cursor">, options?: Expanding<"calls_list">): AsyncGenerator<Item<"calls_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

export class ChatsMessagesApi {
  constructor(private readonly http: Http) {}

  /**
   * Posts a message
   *
   * Durable once answered. Posting the same `client_id` again is no second message: the first is answered, with 200.
   *
   * `POST /api/v1/chats/{chat}/messages`
   */
  create(chat: Path<"post", "chat">, body: Body<"post">, options?: RequestOptions): Promise<Answer<"post">> {
    return this.http.send({ method: "POST", path: path`/api/v1/chats/${chat}/messages`, body }, options);
  }

  /**
   * Edits one's own message
   *
   * The log keeps the texts before.
   *
   * `PATCH /api/v1/chats/{chat}/messages/{message}`
   */
  edit(chat: Path<"edit", "chat">, message: Path<"edit", "message">, body: Body<"edit">, options?: RequestOptions): Promise<Answer<"edit">> {
    return this.http.send({ method: "PATCH", path: path`/api/v1/chats/${chat}/messages/${message}`, body }, options);
  }

  /**
   * Lists a chat's messages
   *
   * Newest first: those with `after < seq < before`. Deleted messages keep their place, without text.
   *
   * `GET /api/v1/chats/{chat}/messages`
   */
  list(chat: Path<"messages", "chat">, query?: Query<"messages">, options?: Expanding<"messages">): Promise<Answer<"messages">> {
    return this.http.send({ method: "GET", path: path`/api/v1/chats/${chat}/messages`, query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(chat: Path<"messages", "chat">, query?: Omit<Query<"messages">, "cursor">, options?: Expanding<"messages">): AsyncGenerator<Item<"messages">, void, undefined> {
    return pages((cursor) => this.list(chat, { ...query, cursor }, options));
  }

  /**
   * Deletes one's own message
   *
   * It keeps its place and sequence number and loses its text. Deleting it again changes nothing.
   *
   * `DELETE /api/v1/chats/{chat}/messages/{message}`
   */
  remove(chat: Path<"delete", "chat">, message: Path<"delete", "message">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/chats/${chat}/messages/${message}` }, options);
  }
}

export class ChatsReadApi {
  constructor(private readonly http: Http) {}

  /**
   * Marks a chat as read up to a message
   *
   * The position only moves forward; one behind it changes nothing.
   *
   * `PUT /api/v1/chats/{chat}/read`
   */
  set(chat: Path<"mark_read", "chat">, body: Body<"mark_read">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "PUT", path: path`/api/v1/chats/${chat}/read`, body }, options);
  }
}

export class ChatsApi {
  readonly messages: ChatsMessagesApi;
  readonly read: ChatsReadApi;

  constructor(private readonly http: Http) {
    this.messages = new ChatsMessagesApi(http);
    this.read = new ChatsReadApi(http);
  }

  /**
   * Makes a chat
   *
   * Two people have at most one direct chat: asking for it again, by whichever of them, answers the one there is.
   *
   * `POST /api/v1/chats`
   */
  create(body: Body<"chats_create">, options?: RequestOptions): Promise<Answer<"chats_create">> {
    return this.http.send({ method: "POST", path: "/api/v1/chats", body }, options);
  }

  /**
   * Shows a chat
   *
   * `GET /api/v1/chats/{chat}`
   */
  get(chat: Path<"chat", "chat">, options?: Expanding<"chat">): Promise<Answer<"chat">> {
    return this.http.send({ method: "GET", path: path`/api/v1/chats/${chat}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Lists one's chats
   *
   * Last active first. A chat that becomes active while one pages moves to the front of the list: the events say so.
   *
   * `GET /api/v1/chats`
   */
  list(query?: Query<"chats_list">, options?: Expanding<"chats_list">): Promise<Answer<"chats_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/chats", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"chats_list">, "cursor">, options?: Expanding<"chats_list">): AsyncGenerator<Item<"chats_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Shows that one types
   *
   * Sends the signal `typing` to the chat's members who are connected now; show it for 4 s.
   *
   * `POST /api/v1/chats/{chat}/typing`
   */
  typing(chat: Path<"typing", "chat">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/chats/${chat}/typing` }, options);
  }
}

export class ConversationsDecisionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows why agents were chosen
   *
   * One entry per offer, oldest first; for one that waits, a last entry says why it waits now.
   *
   * `GET /api/v1/conversations/{conversation}/decisions`
   */
  list(conversation: Path<"decisions", "conversation">, options?: Expanding<"decisions">): Promise<Answer<"decisions">> {
    return this.http.send({ method: "GET", path: path`/api/v1/conversations/${conversation}/decisions`, query: { expand: options?.expand } }, options);
  }
}

export class ConversationsApi {
  readonly decisions: ConversationsDecisionsApi;

  constructor(private readonly http: Http) {
    this.decisions = new ConversationsDecisionsApi(http);
  }

  /**
   * Shows a conversation
   *
   * `GET /api/v1/conversations/{conversation}`
   */
  get(conversation: Path<"conversations_get", "conversation">, options?: Expanding<"conversations_get">): Promise<Answer<"conversations_get">> {
    return this.http.send({ method: "GET", path: path`/api/v1/conversations/${conversation}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Lists conversations
   *
   * Newest first. Supervisors see all, those of single divisions those of the queues there; agents those of their queues and those they took
   * part in.
   *
   * `GET /api/v1/conversations`
   */
  list(query?: Query<"conversations_list">, options?: Expanding<"conversations_list">): Promise<Answer<"conversations_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/conversations", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"conversations_list">, "cursor">, options?: Expanding<"conversations_list">): AsyncGenerator<Item<"conversations_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Gives a wrap-up code
   *
   * By an agent of the conversation. Ends the wrap-up; may be given again, and later.
   *
   * `POST /api/v1/conversations/{conversation}/wrap-up`
   */
  wrapUp(conversation: Path<"wrap_up", "conversation">, body: Body<"wrap_up">, options?: RequestOptions): Promise<Answer<"wrap_up">> {
    return this.http.send({ method: "POST", path: path`/api/v1/conversations/${conversation}/wrap-up`, body }, options);
  }
}

export class DialPlanApi {
  constructor(private readonly http: Http) {}

  /**
   * Explains a number
   *
   * What happens if somebody dials it: the dial plan is asked as for a call, and nobody is called. Trunks that have just failed come later
   * than this says, and those of one priority take turns.
   *
   * `GET /api/v1/dial-plan`
   */
  get(query: Query<"explainNumber">, options?: Expanding<"explainNumber">): Promise<Answer<"explainNumber">> {
    return this.http.send({ method: "GET", path: "/api/v1/dial-plan", query: { ...query, expand: options?.expand } }, options);
  }
}

export class DivisionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Makes a division
   *
   * `POST /api/v1/divisions`
   */
  create(body: Body<"createDivision">, options?: RequestOptions): Promise<Answer<"createDivision">> {
    return this.http.send({ method: "POST", path: "/api/v1/divisions", body }, options);
  }

  /**
   * Renames a division
   *
   * `PATCH /api/v1/divisions/{division}`
   */
  edit(division: Path<"renameDivision", "division">, body: Body<"renameDivision">, options?: RequestOptions): Promise<Answer<"renameDivision">> {
    return this.http.send({ method: "PATCH", path: path`/api/v1/divisions/${division}`, body }, options);
  }

  /**
   * Lists the divisions
   *
   * Those in which the caller holds anything, Home first, then by name. Needs a session, no permission.
   *
   * `GET /api/v1/divisions`
   */
  list(options?: RequestOptions): Promise<Answer<"listDivisions">> {
    return this.http.send({ method: "GET", path: "/api/v1/divisions" }, options);
  }

  /**
   * Removes a division
   *
   * One that things belong to only where `move_to` names another that takes them; the caller may change such things in both. Roles held in
   * it are held there no more.
   *
   * `DELETE /api/v1/divisions/{division}`
   */
  remove(division: Path<"removeDivision", "division">, query?: Query<"removeDivision">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/divisions/${division}`, query }, options);
  }

  /**
   * Moves things to a division
   *
   * All of them or none. Needs the permission to change such a thing (`people:write`, `queue:write`, `flow:write`, `phone:write` for phones
   * and numbers), in the division where each is and in this one. Who may see them now does at once.
   *
   * `POST /api/v1/divisions/{division}/things`
   */
  things(division: Path<"moveToDivision", "division">, body: Body<"moveToDivision">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/divisions/${division}/things`, body }, options);
  }
}

export class EventsApi {
  constructor(private readonly http: Http) {}

  /**
   * Read the log
   *
   * Events the caller may see, oldest first. `next` is always given: ask again with `after` set to it, also when the page is empty, to
   * get what has happened since. The socket takes the same cursor. Needs a session, no permission.
   *
   * With `Accept: text/event-stream` they come as they happen, as server-sent events: each with its cursor as `id` and the event as
   * `data`. Who comes back with that as `Last-Event-ID`, or `after`, misses none and gets none twice. The first event is `open` (where the
   * stream begins, and the topics), the last `close` (`StreamClosed`: why, and where to go on); a comment comes every 15 s. What one may see
   * is followed as it changes; the stream ends with the session. A session or token has at most 16 open at a node.
   *
   * `GET /api/v1/events`
   */
  list(query?: Query<"listEvents">, options?: RequestOptions): Promise<Answer<"listEvents">> {
    return this.http.send({ method: "GET", path: "/api/v1/events", query }, options);
  }
}

export class FlowsApi {
  constructor(private readonly http: Http) {}

  /**
   * Publishes a new flow
   *
   * `POST /api/v1/flows`
   */
  create(body: Body<"publish">, query?: Query<"publish">, options?: RequestOptions): Promise<Answer<"publish">> {
    return this.http.send({ method: "POST", path: "/api/v1/flows", query, body }, options);
  }

  /**
   * Shows a flow
   *
   * `GET /api/v1/flows/{flow}`
   */
  get(flow: Path<"flows_get", "flow">, options?: RequestOptions): Promise<Answer<"flows_get">> {
    return this.http.send({ method: "GET", path: path`/api/v1/flows/${flow}` }, options);
  }

  /**
   * Lists flows
   *
   * Those of the divisions in which one may see them.
   *
   * `GET /api/v1/flows`
   */
  list(query?: Query<"flows_list">, options?: RequestOptions): Promise<Answer<"flows_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/flows", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"flows_list">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"flows_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Publishes a flow's next version
   *
   * The next call gets it; calls under way keep theirs.
   *
   * `PUT /api/v1/flows/{flow}`
   */
  update(flow: Path<"flows_update", "flow">, body: Body<"flows_update">, options?: RequestOptions): Promise<Answer<"flows_update">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/flows/${flow}`, body }, options);
  }

  /**
   * Checks a flow's text
   *
   * Publishes nothing. No faults: it could be published.
   *
   * `POST /api/v1/flows/validate`
   */
  validate(body: Body<"validate">, options?: RequestOptions): Promise<Answer<"validate">> {
    return this.http.send({ method: "POST", path: "/api/v1/flows/validate", body }, options);
  }
}

export class GroupsMembersApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists who is in a group
   *
   * By name.
   *
   * `GET /api/v1/groups/{group}/members`
   */
  list(group: Path<"listMembersOfGroup", "group">, query?: Query<"listMembersOfGroup">, options?: Expanding<"listMembersOfGroup">): Promise<Answer<"listMembersOfGroup">> {
    return this.http.send({ method: "GET", path: path`/api/v1/groups/${group}/members`, query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(group: Path<"listMembersOfGroup", "group">, query?: Omit<Query<"listMembersOfGroup">, "cursor">, options?: Expanding<"listMembersOfGroup">): AsyncGenerator<Item<"listMembersOfGroup">, void, undefined> {
    return pages((cursor) => this.list(group, { ...query, cursor }, options));
  }

  /**
   * Puts somebody out of a group
   *
   * `DELETE /api/v1/groups/{group}/members/{user}`
   */
  remove(group: Path<"removeFromGroup", "group">, user: Path<"removeFromGroup", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/groups/${group}/members/${user}` }, options);
  }

  /**
   * Brings somebody into a group
   *
   * `PUT /api/v1/groups/{group}/members/{user}`
   */
  update(group: Path<"addToGroup", "group">, user: Path<"addToGroup", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "PUT", path: path`/api/v1/groups/${group}/members/${user}` }, options);
  }
}

export class GroupsRolesApi {
  constructor(private readonly http: Http) {}

  /**
   * Says which roles the members of a group hold
   *
   * Beside those they hold themselves, for as long as they are in it. Holds by their next request, and on open sockets at once.
   *
   * `PUT /api/v1/groups/{group}/roles`
   */
  set(group: Path<"setRolesOfGroup", "group">, body: Body<"setRolesOfGroup">, options?: RequestOptions): Promise<Answer<"setRolesOfGroup">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/groups/${group}/roles`, body }, options);
  }
}

export class GroupsApi {
  readonly members: GroupsMembersApi;
  readonly roles: GroupsRolesApi;

  constructor(private readonly http: Http) {
    this.members = new GroupsMembersApi(http);
    this.roles = new GroupsRolesApi(http);
  }

  /**
   * Makes a group
   *
   * Of nobody, without roles.
   *
   * `POST /api/v1/groups`
   */
  create(body: Body<"createGroup">, options?: RequestOptions): Promise<Answer<"createGroup">> {
    return this.http.send({ method: "POST", path: "/api/v1/groups", body }, options);
  }

  /**
   * Shows a group
   *
   * `GET /api/v1/groups/{group}`
   */
  get(group: Path<"showGroup", "group">, options?: RequestOptions): Promise<Answer<"showGroup">> {
    return this.http.send({ method: "GET", path: path`/api/v1/groups/${group}` }, options);
  }

  /**
   * Lists groups
   *
   * By name.
   *
   * `GET /api/v1/groups`
   */
  list(query?: Query<"listGroups">, options?: RequestOptions): Promise<Answer<"listGroups">> {
    return this.http.send({ method: "GET", path: "/api/v1/groups", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"listGroups">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"listGroups">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Removes a group
   *
   * Its members stay, without the roles they held by it.
   *
   * `DELETE /api/v1/groups/{group}`
   */
  remove(group: Path<"removeGroup", "group">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/groups/${group}` }, options);
  }

  /**
   * Gives a group another name
   *
   * `PUT /api/v1/groups/{group}`
   */
  update(group: Path<"changeGroup", "group">, body: Body<"changeGroup">, options?: RequestOptions): Promise<Answer<"changeGroup">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/groups/${group}`, body }, options);
  }
}

export class IdentityProvidersApi {
  constructor(private readonly http: Http) {}

  /**
   * Sets an identity provider up
   *
   * A server elsewhere that says who somebody is, by OpenID Connect: people sign in there, with the authorization code flow and PKCE. The
   * caller holds all that its roles stand for; to have people found by their address, or their second factor left to the provider,
   * they hold every permission.
   *
   * `POST /api/v1/identity-providers`
   */
  create(body: Body<"createIdentityProvider">, options?: RequestOptions): Promise<Answer<"createIdentityProvider">> {
    return this.http.send({ method: "POST", path: "/api/v1/identity-providers", body }, options);
  }

  /**
   * Shows an identity provider
   *
   * Its secret is shown to nobody.
   *
   * `GET /api/v1/identity-providers/{provider}`
   */
  get(provider: Path<"showIdentityProvider", "provider">, options?: RequestOptions): Promise<Answer<"showIdentityProvider">> {
    return this.http.send({ method: "GET", path: path`/api/v1/identity-providers/${provider}` }, options);
  }

  /**
   * Lists identity providers
   *
   * Oldest first.
   *
   * `GET /api/v1/identity-providers`
   */
  list(options?: RequestOptions): Promise<Answer<"listIdentityProviders">> {
    return this.http.send({ method: "GET", path: "/api/v1/identity-providers" }, options);
  }

  /**
   * Removes an identity provider
   *
   * Nobody signs in by it any more. Sessions it began stay.
   *
   * `DELETE /api/v1/identity-providers/{provider}`
   */
  remove(provider: Path<"removeIdentityProvider", "provider">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/identity-providers/${provider}` }, options);
  }

  /**
   * Tests an identity provider
   *
   * Asks the address what it says of itself, and for its keys, and says what is wrong.
   *
   * `POST /api/v1/identity-providers/test`
   */
  test(body: Body<"testIdentityProvider">, options?: RequestOptions): Promise<Answer<"testIdentityProvider">> {
    return this.http.send({ method: "POST", path: "/api/v1/identity-providers/test", body }, options);
  }

  /**
   * Changes an identity provider
   *
   * Holds from the next sign-in on. With another issuer, it knows nobody any more, and its secret is gone unless another is given.
   *
   * `PUT /api/v1/identity-providers/{provider}`
   */
  update(provider: Path<"changeIdentityProvider", "provider">, body: Body<"changeIdentityProvider">, options?: RequestOptions): Promise<Answer<"changeIdentityProvider">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/identity-providers/${provider}`, body }, options);
  }
}

export class InvitationsApi {
  constructor(private readonly http: Http) {}

  /**
   * Accepts an invitation
   *
   * Makes one a person of the org, and signs in. Needs the link, no permission.
   *
   * `POST /api/v1/invitations/accept`
   */
  accept(body: Body<"acceptInvitation">, options?: RequestOptions): Promise<Answer<"acceptInvitation">> {
    return this.http.send({ method: "POST", path: "/api/v1/invitations/accept", body, unkeyed: true, open: true }, options);
  }

  /**
   * Invites somebody by mail
   *
   * They get a link that works once, for seven days, choose a password there, and are a person of the org from then on. The mail is sent
   * soon after, and again until it is taken.
   *
   * `POST /api/v1/invitations`
   */
  create(body: Body<"invite">, options?: RequestOptions): Promise<Answer<"invite">> {
    return this.http.send({ method: "POST", path: "/api/v1/invitations", body }, options);
  }

  /**
   * Lists who was invited and has not joined
   *
   * Oldest first, those whose link has ended too.
   *
   * `GET /api/v1/invitations`
   */
  list(options?: RequestOptions): Promise<Answer<"listInvitations">> {
    return this.http.send({ method: "GET", path: "/api/v1/invitations" }, options);
  }

  /**
   * Shows what one is invited to
   *
   * For the page the link in the mail leads to. Needs the link, no permission.
   *
   * `POST /api/v1/invitations/lookup`
   */
  lookup(body: Body<"lookUpInvitation">, options?: RequestOptions): Promise<Answer<"lookUpInvitation">> {
    return this.http.send({ method: "POST", path: "/api/v1/invitations/lookup", body, unkeyed: true, open: true }, options);
  }

  /**
   * Withdraws an invitation
   *
   * Its link works no more, and what the log says of who was invited is erased.
   *
   * `DELETE /api/v1/invitations/{invitation}`
   */
  remove(invitation: Path<"withdrawInvitation", "invitation">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/invitations/${invitation}` }, options);
  }

  /**
   * Sends an invitation again
   *
   * With another link; those before work no more.
   *
   * `POST /api/v1/invitations/{invitation}/resend`
   */
  resend(invitation: Path<"inviteAgain", "invitation">, options?: RequestOptions): Promise<Answer<"inviteAgain">> {
    return this.http.send({ method: "POST", path: path`/api/v1/invitations/${invitation}/resend` }, options);
  }
}

export class JobsApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows a job
   *
   * `GET /api/v1/jobs/{id}`
   */
  get(id: Path<"showJob", "id">, options?: RequestOptions): Promise<Answer<"showJob">> {
    return this.http.send({ method: "GET", path: path`/api/v1/jobs/${id}` }, options);
  }

  /**
   * Lists jobs
   *
   * In the order they were asked for. Jobs that are done or discarded are forgotten after a week.
   *
   * `GET /api/v1/jobs`
   */
  list(query?: Query<"listJobs">, options?: RequestOptions): Promise<Answer<"listJobs">> {
    return this.http.send({ method: "GET", path: "/api/v1/jobs", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"listJobs">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"listJobs">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Discards a job
   *
   * One that waits or is dead; it is not tried again.
   *
   * `DELETE /api/v1/jobs/{id}`
   */
  remove(id: Path<"discardJob", "id">, options?: RequestOptions): Promise<Answer<"discardJob">> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/jobs/${id}` }, options);
  }

  /**
   * Has a dead job tried again
   *
   * From its first try, as soon as a node can. Also one that was discarded.
   *
   * `POST /api/v1/jobs/{id}/retry`
   */
  retry(id: Path<"retryJob", "id">, options?: RequestOptions): Promise<Answer<"retryJob">> {
    return this.http.send({ method: "POST", path: path`/api/v1/jobs/${id}/retry` }, options);
  }
}

export class KeysApi {
  constructor(private readonly http: Http) {}

  /**
   * Puts the org's data under a new key
   *
   * At once, while everything goes on: the keys that people's data and the org's secrets are encrypted under are wrapped anew, and the org's key
   * until now is forgotten.
   *
   * `POST /api/v1/keys/rotate`
   */
  rotate(options?: RequestOptions): Promise<Answer<"rotateKey">> {
    return this.http.send({ method: "POST", path: "/api/v1/keys/rotate" }, options);
  }
}

export class MeGrantsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists the programs one allowed to act for oneself
   *
   * The one that got a token last first. Needs a session, no permission.
   *
   * `GET /api/v1/me/grants`
   */
  list(options?: RequestOptions): Promise<Answer<"listMyGrants">> {
    return this.http.send({ method: "GET", path: "/api/v1/me/grants" }, options);
  }

  /**
   * Takes back what one allowed a program
   *
   * Its tokens open nothing any more, and its sockets are closed. Needs a session, no permission.
   *
   * `DELETE /api/v1/me/grants/{grant}`
   */
  remove(grant: Path<"endMyGrant", "grant">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/me/grants/${grant}` }, options);
  }
}

export class MePasskeysApi {
  constructor(private readonly http: Http) {}

  /**
   * Adds a passkey
   *
   * One that an authenticator made for the caller. Needs a session somebody signed in for, no permission.
   *
   * `POST /api/v1/me/passkeys`
   */
  create(body: Body<"addMyPasskey">, options?: RequestOptions): Promise<Answer<"addMyPasskey">> {
    return this.http.send({ method: "POST", path: "/api/v1/me/passkeys", body }, options);
  }

  /**
   * Lists one's passkeys
   *
   * Oldest first. Needs a session, no permission.
   *
   * `GET /api/v1/me/passkeys`
   */
  list(options?: RequestOptions): Promise<Answer<"listMyPasskeys">> {
    return this.http.send({ method: "GET", path: "/api/v1/me/passkeys" }, options);
  }

  /**
   * Asks for what an authenticator needs to make one a passkey
   *
   * Good for five minutes. Nothing changes until `POST /me/passkeys` brings the answer. Needs a session somebody signed in for, no
   * permission.
   *
   * `POST /api/v1/me/passkeys/offer`
   */
  offer(body: Body<"offerMyPasskey">, options?: RequestOptions): Promise<Answer<"offerMyPasskey">> {
    return this.http.send({ method: "POST", path: "/api/v1/me/passkeys/offer", body }, options);
  }

  /**
   * Removes a passkey
   *
   * It lets nobody in any more; sessions it began stay. Needs a session somebody signed in for, no permission.
   *
   * `DELETE /api/v1/me/passkeys/{passkey}`
   */
  remove(passkey: Path<"removeMyPasskey", "passkey">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/me/passkeys/${passkey}` }, options);
  }

  /**
   * Renames a passkey
   *
   * Needs a session somebody signed in for, no permission.
   *
   * `PUT /api/v1/me/passkeys/{passkey}`
   */
  update(passkey: Path<"renameMyPasskey", "passkey">, body: Body<"renameMyPasskey">, options?: RequestOptions): Promise<Answer<"renameMyPasskey">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/me/passkeys/${passkey}`, body }, options);
  }
}

export class MePasswordApi {
  constructor(private readonly http: Http) {}

  /**
   * Changes one's password
   *
   * Ends all other sessions; personal tokens stay. Wrong guesses of the current password count as failed sign-ins do. Needs a session
   * somebody signed in for, no permission.
   *
   * `PUT /api/v1/me/password`
   */
  set(body: Body<"changeMyPassword">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "PUT", path: "/api/v1/me/password", body }, options);
  }
}

export class MePresenceApi {
  constructor(private readonly http: Http) {}

  /**
   * Chooses one's presence
   *
   * Everybody may choose their own. Without a device one stays Offline, and the choice holds from the first device on, but for
   * `on_queue`: only who is there can be on queue.
   *
   * `PUT /api/v1/me/presence`
   */
  set(body: Body<"choose">, options?: RequestOptions): Promise<Answer<"choose">> {
    return this.http.send({ method: "PUT", path: "/api/v1/me/presence", body }, options);
  }
}

export class MeSecondFactorApi {
  constructor(private readonly http: Http) {}

  /**
   * Switches one's second factor on
   *
   * Answers ten recovery codes, each good for one sign-in, shown once. Needs a session somebody signed in for, no permission.
   *
   * `POST /api/v1/me/second-factor/confirm`
   */
  confirm(body: Body<"confirmSecondFactor">, options?: RequestOptions): Promise<Answer<"confirmSecondFactor">> {
    return this.http.send({ method: "POST", path: "/api/v1/me/second-factor/confirm", body }, options);
  }

  /**
   * Offers a second factor
   *
   * A secret for an authenticator (RFC 6238), shown once. It is on when `POST /me/second-factor/confirm` gets a code made of it. Needs a
   * session somebody signed in for, no permission.
   *
   * `POST /api/v1/me/second-factor`
   */
  create(body: Body<"offerSecondFactor">, options?: RequestOptions): Promise<Answer<"offerSecondFactor">> {
    return this.http.send({ method: "POST", path: "/api/v1/me/second-factor", body }, options);
  }

  /**
   * Switches one's second factor off
   *
   * Off already is no error. Needs a session somebody signed in for, no permission.
   *
   * `POST /api/v1/me/second-factor/disable`
   */
  disable(body: Body<"disableSecondFactor">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: "/api/v1/me/second-factor/disable", body }, options);
  }

  /**
   * Shows one's second factor
   *
   * Needs a session, no permission.
   *
   * `GET /api/v1/me/second-factor`
   */
  get(options?: RequestOptions): Promise<Answer<"mySecondFactor">> {
    return this.http.send({ method: "GET", path: "/api/v1/me/second-factor" }, options);
  }
}

export class MeSessionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists one's sessions
   *
   * The one used last first. Needs a session, no permission.
   *
   * `GET /api/v1/me/sessions`
   */
  list(options?: RequestOptions): Promise<Answer<"listMySessions">> {
    return this.http.send({ method: "GET", path: "/api/v1/me/sessions" }, options);
  }

  /**
   * Ends one of one's sessions
   *
   * Its sockets are closed. Needs a session, no permission.
   *
   * `DELETE /api/v1/me/sessions/{session}`
   */
  remove(session: Path<"endMySession", "session">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/me/sessions/${session}` }, options);
  }

  /**
   * Ends one's other sessions
   *
   * All but the one used; their sockets are closed. Needs a session, no permission.
   *
   * `DELETE /api/v1/me/sessions`
   */
  removeAll(options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: "/api/v1/me/sessions" }, options);
  }
}

export class MeTokensApi {
  constructor(private readonly http: Http) {}

  /**
   * Makes a personal access token
   *
   * For a program of one's own: it acts for the caller, with the permissions named and no more than the caller holds at the time. It is
   * shown once. Needs a session somebody signed in for, and the permissions it is limited to.
   *
   * `POST /api/v1/me/tokens`
   */
  create(body: Body<"createMyToken">, options?: RequestOptions): Promise<Answer<"createMyToken">> {
    return this.http.send({ method: "POST", path: "/api/v1/me/tokens", body }, options);
  }

  /**
   * Lists one's personal access tokens
   *
   * Newest first. Needs a session, no permission.
   *
   * `GET /api/v1/me/tokens`
   */
  list(options?: RequestOptions): Promise<Answer<"listMyTokens">> {
    return this.http.send({ method: "GET", path: "/api/v1/me/tokens" }, options);
  }

  /**
   * Takes back a personal access token
   *
   * It opens nothing any more, and its sockets are closed. Needs a session, no permission.
   *
   * `DELETE /api/v1/me/tokens/{token}`
   */
  remove(token: Path<"revokeMyToken", "token">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/me/tokens/${token}` }, options);
  }
}

export class MeApi {
  readonly grants: MeGrantsApi;
  readonly passkeys: MePasskeysApi;
  readonly password: MePasswordApi;
  readonly presence: MePresenceApi;
  readonly secondFactor: MeSecondFactorApi;
  readonly sessions: MeSessionsApi;
  readonly tokens: MeTokensApi;

  constructor(private readonly http: Http) {
    this.grants = new MeGrantsApi(http);
    this.passkeys = new MePasskeysApi(http);
    this.password = new MePasswordApi(http);
    this.presence = new MePresenceApi(http);
    this.secondFactor = new MeSecondFactorApi(http);
    this.sessions = new MeSessionsApi(http);
    this.tokens = new MeTokensApi(http);
  }

  /**
   * Who am I
   *
   * The caller, the org and the permissions held. Needs a session, no permission.
   *
   * `GET /api/v1/me`
   */
  get(options?: Expanding<"me_me">): Promise<Answer<"me_me">> {
    return this.http.send({ method: "GET", path: "/api/v1/me", query: { expand: options?.expand } }, options);
  }
}

export class NodesApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists the nodes
   *
   * Those that live: each process that serves this Tandem, as the answering one sees it. One that vanished is missed after two seconds.
   *
   * `GET /api/v1/nodes`
   */
  list(options?: RequestOptions): Promise<Answer<"listNodes">> {
    return this.http.send({ method: "GET", path: "/api/v1/nodes" }, options);
  }
}

export class NumbersApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists outside numbers
   *
   * `GET /api/v1/numbers`
   */
  list(query?: Query<"numbers">, options?: Expanding<"numbers">): Promise<Answer<"numbers">> {
    return this.http.send({ method: "GET", path: "/api/v1/numbers", query: { ...query, expand: options?.expand } }, options);
  }

  /**
   * Points a number somewhere
   *
   * A number the org has stays in its division; a new one belongs to the one named.
   *
   * `PUT /api/v1/numbers/{number}`
   */
  update(number: Path<"set_number", "number">, body: Body<"set_number">, query?: Query<"set_number">, options?: RequestOptions): Promise<Answer<"set_number">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/numbers/${number}`, query, body }, options);
  }
}

export class OauthAuthorizeApi {
  constructor(private readonly http: Http) {}

  /**
   * Allows a program to act for one, or does not
   *
   * Answers where the browser goes on: with a code that works once, within a minute, or with what was refused. Needs a session somebody
   * signed in for, no permission.
   *
   * `POST /api/v1/oauth/authorize`
   */
  create(body: Body<"decideAuthorization">, options?: RequestOptions): Promise<Answer<"decideAuthorization">> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/authorize", body }, options);
  }

  /**
   * Shows what a program asks one for
   *
   * For the page `/oauth/authorize`, with its query. A program or redirect that is not registered is a refusal here, and nobody is sent
   * anywhere; any other fault is told to the program, by the answer `redirect`. Needs a session somebody signed in for, no permission.
   *
   * `GET /api/v1/oauth/authorize`
   */
  get(query?: Query<"showAuthorization">, options?: RequestOptions): Promise<Answer<"showAuthorization">> {
    return this.http.send({ method: "GET", path: "/api/v1/oauth/authorize", query }, options);
  }
}

export class OauthClientsApi {
  constructor(private readonly http: Http) {}

  /**
   * Registers a program
   *
   * With roles, it may act for itself (`client_credentials`): as somebody of the directory who holds them and cannot sign in. Its secret is
   * shown once.
   *
   * `POST /api/v1/oauth/clients`
   */
  create(body: Body<"createClient">, options?: RequestOptions): Promise<Answer<"createClient">> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/clients", body }, options);
  }

  /**
   * Shows a program
   *
   * `GET /api/v1/oauth/clients/{client}`
   */
  get(client: Path<"showClient", "client">, options?: RequestOptions): Promise<Answer<"showClient">> {
    return this.http.send({ method: "GET", path: path`/api/v1/oauth/clients/${client}` }, options);
  }

  /**
   * Lists the programs that are registered
   *
   * Oldest first.
   *
   * `GET /api/v1/oauth/clients`
   */
  list(options?: RequestOptions): Promise<Answer<"listClients">> {
    return this.http.send({ method: "GET", path: "/api/v1/oauth/clients" }, options);
  }

  /**
   * Removes a program
   *
   * All it got ends, for itself and from people.
   *
   * `DELETE /api/v1/oauth/clients/{client}`
   */
  remove(client: Path<"removeClient", "client">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/oauth/clients/${client}` }, options);
  }

  /**
   * Gives a program another secret
   *
   * The one until now opens nothing any more, and what the program got for itself with it ends.
   *
   * `POST /api/v1/oauth/clients/{client}/secret`
   */
  secret(client: Path<"changeClientSecret", "client">, options?: RequestOptions): Promise<Answer<"changeClientSecret">> {
    return this.http.send({ method: "POST", path: path`/api/v1/oauth/clients/${client}/secret` }, options);
  }

  /**
   * Changes a program
   *
   * When it may do less than before, its access tokens end; by a refresh token it gets new ones as it may be now.
   *
   * `PUT /api/v1/oauth/clients/{client}`
   */
  update(client: Path<"changeClient", "client">, body: Body<"changeClient">, options?: RequestOptions): Promise<Answer<"changeClient">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/oauth/clients/${client}`, body }, options);
  }
}

export class OauthDeviceApi {
  constructor(private readonly http: Http) {}

  /**
   * Allows a device to act for one, or does not
   *
   * The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
   *
   * `POST /api/v1/oauth/device`
   */
  create(body: Body<"decideDevice">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/device", body }, options);
  }

  /**
   * Shows what a device asks one for
   *
   * The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
   *
   * `POST /api/v1/oauth/device/lookup`
   */
  lookup(body: Body<"showDevice">, options?: RequestOptions): Promise<Answer<"showDevice">> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/device/lookup", body }, options);
  }
}

export class OauthApi {
  readonly authorize: OauthAuthorizeApi;
  readonly clients: OauthClientsApi;
  readonly device: OauthDeviceApi;

  constructor(private readonly http: Http) {
    this.authorize = new OauthAuthorizeApi(http);
    this.clients = new OauthClientsApi(http);
    this.device = new OauthDeviceApi(http);
  }

  /**
   * Gets codes for a device
   *
   * For a program where nobody can type: it shows `user_code` and polls `POST /oauth/token` with `device_code` until somebody decided (RFC
   * 8628). The program authenticates by HTTP Basic or in the form. Needs no permission.
   *
   * `POST /api/v1/oauth/device_authorization`
   */
  deviceAuthorization(body: Body<"authorizeDevice">, options?: RequestOptions): Promise<Answer<"authorizeDevice">> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/device_authorization", body, form: true, unkeyed: true, open: true }, options);
  }

  /**
   * Gives a token back
   *
   * An access token ends alone; with a refresh token all ends that came of the grant. A token that opens nothing is no error (RFC 7009). The
   * program authenticates by HTTP Basic or in the form. Needs no permission.
   *
   * `POST /api/v1/oauth/revoke`
   */
  revoke(body: Body<"revokeToken">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/revoke", body, form: true, unkeyed: true, open: true }, options);
  }

  /**
   * Gets tokens for a program
   *
   * By `authorization_code`, `refresh_token`, `client_credentials` or the device code. An access token lives an hour; a refresh token works
   * once, and whoever brings one again ends all that came of it. The program authenticates by HTTP Basic or in the form. Needs no permission.
   *
   * `POST /api/v1/oauth/token`
   */
  token(body: Body<"getToken">, options?: RequestOptions): Promise<Answer<"getToken">> {
    return this.http.send({ method: "POST", path: "/api/v1/oauth/token", body, form: true, unkeyed: true, open: true }, options);
  }
}

export class OrgLimitsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists the org's limits
   *
   * How many of a thing it may have, and how many it has. Whoever runs the server sets them (`tandem org limits`).
   *
   * `GET /api/v1/org/limits`
   */
  list(options?: RequestOptions): Promise<Answer<"listLimits">> {
    return this.http.send({ method: "GET", path: "/api/v1/org/limits" }, options);
  }
}

export class OrgApi {
  readonly limits: OrgLimitsApi;

  constructor(http: Http) {
    this.limits = new OrgLimitsApi(http);
  }
}

export class PasswordResetsApi {
  constructor(private readonly http: Http) {}

  /**
   * Chooses another password
   *
   * Ends everything that acts for one: sessions, personal tokens, what programs were allowed. Passkeys and the second factor stay. It is told of in a
   * mail. Needs the link, no permission.
   *
   * `POST /api/v1/password-resets/complete`
   */
  complete(body: Body<"completePasswordReset">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: "/api/v1/password-resets/complete", body, unkeyed: true, open: true }, options);
  }

  /**
   * Asks for another password
   *
   * Whoever has that name or address gets a mail with a link that works once, for an hour. The answer is the same whether or not there is
   * anybody, and at most five links of one person work at a time. Needs no permission.
   *
   * `POST /api/v1/password-resets`
   */
  create(body: Body<"requestPasswordReset">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: "/api/v1/password-resets", body, unkeyed: true, open: true }, options);
  }
}

export class PeopleEmailApi {
  constructor(private readonly http: Http) {}

  /**
   * Says where mail to a person goes
   *
   * Nobody is asked whether they read mail there: whoever may set it can have the person's password replaced. The address until now is told.
   *
   * `PUT /api/v1/people/{user}/email`
   */
  set(user: Path<"setEmailOf", "user">, body: Body<"setEmailOf">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "PUT", path: path`/api/v1/people/${user}/email`, body }, options);
  }
}

export class PeopleRolesApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows which roles a person holds
   *
   * `GET /api/v1/people/{user}/roles`
   */
  get(user: Path<"showRolesOf", "user">, options?: RequestOptions): Promise<Answer<"showRolesOf">> {
    return this.http.send({ method: "GET", path: path`/api/v1/people/${user}/roles` }, options);
  }

  /**
   * Says which roles a person holds
   *
   * All of them: `roles` in all divisions, `grants` in some. Needs `role:write` in the division they belong to. Holds by their next request, and on open sockets at once.
   *
   * `PUT /api/v1/people/{user}/roles`
   */
  set(user: Path<"setRolesOf", "user">, body: Body<"setRolesOf">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "PUT", path: path`/api/v1/people/${user}/roles`, body }, options);
  }
}

export class PeopleSecondFactorApi {
  constructor(private readonly http: Http) {}

  /**
   * Switches a person's second factor off
   *
   * For somebody who lost authenticator and recovery codes. Off already is no error.
   *
   * `DELETE /api/v1/people/{user}/second-factor`
   */
  remove(user: Path<"resetSecondFactorOf", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/people/${user}/second-factor` }, options);
  }
}

export class PeopleSessionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists a person's sessions
   *
   * `GET /api/v1/people/{user}/sessions`
   */
  list(user: Path<"listSessionsOf", "user">, options?: RequestOptions): Promise<Answer<"listSessionsOf">> {
    return this.http.send({ method: "GET", path: path`/api/v1/people/${user}/sessions` }, options);
  }

  /**
   * Ends all that acts for a person
   *
   * Their sessions and tokens; sockets are closed. They may sign in again.
   *
   * `DELETE /api/v1/people/{user}/sessions`
   */
  removeAll(user: Path<"endSessionsOf", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/people/${user}/sessions` }, options);
  }
}

export class PeopleApi {
  readonly email: PeopleEmailApi;
  readonly roles: PeopleRolesApi;
  readonly secondFactor: PeopleSecondFactorApi;
  readonly sessions: PeopleSessionsApi;

  constructor(private readonly http: Http) {
    this.email = new PeopleEmailApi(http);
    this.roles = new PeopleRolesApi(http);
    this.secondFactor = new PeopleSecondFactorApi(http);
    this.sessions = new PeopleSessionsApi(http);
  }

  /**
   * Adds a person
   *
   * With roles held in all divisions, which the caller holds there; somebody who shall hold them in some is given those afterwards.
   *
   * `POST /api/v1/people`
   */
  create(body: Body<"add">, query?: Query<"add">, options?: RequestOptions): Promise<Answer<"add">> {
    return this.http.send({ method: "POST", path: "/api/v1/people", query, body }, options);
  }

  /**
   * Deactivates a person
   *
   * Their sessions and tokens end, their sockets are closed, and they cannot sign in. What they did stays, with their name.
   *
   * `POST /api/v1/people/{user}/deactivate`
   */
  deactivate(user: Path<"deactivatePerson", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/people/${user}/deactivate` }, options);
  }

  /**
   * Erases a person
   *
   * Whatever is personal to them is gone for ever: names, what they wrote, how they signed in; in the log and in back-ups too, since the key
   * it is encrypted under is destroyed. What they did stays, with nobody's name. They must be deactivated first.
   *
   * `POST /api/v1/people/{user}/erase`
   */
  erase(user: Path<"erasePerson", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/people/${user}/erase` }, options);
  }

  /**
   * Shows a person
   *
   * `GET /api/v1/people/{user}`
   */
  get(user: Path<"person", "user">, options?: RequestOptions): Promise<Answer<"person">> {
    return this.http.send({ method: "GET", path: path`/api/v1/people/${user}` }, options);
  }

  /**
   * Lists people
   *
   * By display name, each with presence. People who were deactivated are among them, marked so: their names stay for what they did.
   *
   * `GET /api/v1/people`
   */
  list(query?: Query<"people_list">, options?: RequestOptions): Promise<Answer<"people_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/people", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"people_list">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"people_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Reactivates a person
   *
   * With the password and roles they had.
   *
   * `POST /api/v1/people/{user}/reactivate`
   */
  reactivate(user: Path<"reactivatePerson", "user">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/people/${user}/reactivate` }, options);
  }
}

export class PermissionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists the permissions there are
   *
   * `GET /api/v1/permissions`
   */
  list(options?: RequestOptions): Promise<Answer<"listPermissions">> {
    return this.http.send({ method: "GET", path: "/api/v1/permissions" }, options);
  }
}

export class PhonesApi {
  constructor(private readonly http: Http) {}

  /**
   * Makes a phone's account
   *
   * The secret is in this answer only.
   *
   * `POST /api/v1/phones`
   */
  create(body: Body<"create_phone">, query?: Query<"create_phone">, options?: RequestOptions): Promise<Answer<"create_phone">> {
    return this.http.send({ method: "POST", path: "/api/v1/phones", query, body }, options);
  }

  /**
   * Lists phones
   *
   * One's own, and those of the divisions in which one holds `phone:write`.
   *
   * `GET /api/v1/phones`
   */
  list(query?: Query<"phones">, options?: Expanding<"phones">): Promise<Answer<"phones">> {
    return this.http.send({ method: "GET", path: "/api/v1/phones", query: { ...query, expand: options?.expand } }, options);
  }
}

export class QueuesStatsApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows the live numbers of queues
   *
   * Of the queues one may see; counts are since midnight UTC. Changes come as `queue_stats` signals on topic `queue:{queue}`.
   *
   * `GET /api/v1/queues/stats`
   */
  list(query?: Query<"stats">, options?: Expanding<"stats">): Promise<Answer<"stats">> {
    return this.http.send({ method: "GET", path: "/api/v1/queues/stats", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"stats">, "cursor">, options?: Expanding<"stats">): AsyncGenerator<Item<"stats">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

export class QueuesApi {
  readonly stats: QueuesStatsApi;

  constructor(private readonly http: Http) {
    this.stats = new QueuesStatsApi(http);
  }

  /**
   * Makes a queue
   *
   * `POST /api/v1/queues`
   */
  create(body: Body<"queues_create">, query?: Query<"queues_create">, options?: RequestOptions): Promise<Answer<"queues_create">> {
    return this.http.send({ method: "POST", path: "/api/v1/queues", query, body }, options);
  }

  /**
   * Shows a queue
   *
   * `GET /api/v1/queues/{queue}`
   */
  get(queue: Path<"queues_get", "queue">, options?: Expanding<"queues_get">): Promise<Answer<"queues_get">> {
    return this.http.send({ method: "GET", path: path`/api/v1/queues/${queue}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Lists queues
   *
   * Supervisors see those of their divisions, agents those they are members of.
   *
   * `GET /api/v1/queues`
   */
  list(query?: Query<"queues_list">, options?: Expanding<"queues_list">): Promise<Answer<"queues_list">> {
    return this.http.send({ method: "GET", path: "/api/v1/queues", query: { ...query, expand: options?.expand } }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"queues_list">, "cursor">, options?: Expanding<"queues_list">): AsyncGenerator<Item<"queues_list">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }

  /**
   * Changes a queue
   *
   * Replaces all settings. With `If-Match` only if nobody changed it since; calls that wait or alert go on by the rules they have.
   *
   * `PUT /api/v1/queues/{queue}`
   */
  update(queue: Path<"queues_update", "queue">, body: Body<"queues_update">, options?: RequestOptions): Promise<Answer<"queues_update">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/queues/${queue}`, body }, options);
  }
}

export class RolesApi {
  constructor(private readonly http: Http) {}

  /**
   * Defines a role
   *
   * As a set of permissions, all of which the caller holds.
   *
   * `POST /api/v1/roles`
   */
  create(body: Body<"createRole">, options?: RequestOptions): Promise<Answer<"createRole">> {
    return this.http.send({ method: "POST", path: "/api/v1/roles", body }, options);
  }

  /**
   * Shows a role
   *
   * `GET /api/v1/roles/{role}`
   */
  get(role: Path<"showRole", "role">, options?: RequestOptions): Promise<Answer<"showRole">> {
    return this.http.send({ method: "GET", path: path`/api/v1/roles/${role}` }, options);
  }

  /**
   * Lists the roles there are
   *
   * Those every org has, then the org's own.
   *
   * `GET /api/v1/roles`
   */
  list(options?: RequestOptions): Promise<Answer<"listRoles">> {
    return this.http.send({ method: "GET", path: "/api/v1/roles" }, options);
  }

  /**
   * Removes a role
   *
   * `DELETE /api/v1/roles/{role}`
   */
  remove(role: Path<"removeRole", "role">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/roles/${role}` }, options);
  }

  /**
   * Changes a role
   *
   * Holds for everybody who has it by their next request, and on open sockets at once.
   *
   * `PUT /api/v1/roles/{role}`
   */
  update(role: Path<"changeRole", "role">, body: Body<"changeRole">, options?: RequestOptions): Promise<Answer<"changeRole">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/roles/${role}`, body }, options);
  }
}

export class SessionsCurrentApi {
  constructor(private readonly http: Http) {}

  /**
   * Sign out
   *
   * Ends the session used; its sockets are closed. Needs a session, no permission.
   *
   * `DELETE /api/v1/sessions/current`
   */
  remove(options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: "/api/v1/sessions/current" }, options);
  }
}

export class SessionsPasskeyApi {
  constructor(private readonly http: Http) {}

  /**
   * Sign in with a passkey
   *
   * Nobody types a name, and no code is asked for: the authenticator knows its user, and has made sure of them. Needs no permission.
   *
   * `POST /api/v1/sessions/passkey`
   */
  create(body: Body<"signInWithPasskey">, options?: RequestOptions): Promise<Answer<"signInWithPasskey">> {
    return this.http.send({ method: "POST", path: "/api/v1/sessions/passkey", body, unkeyed: true, open: true }, options);
  }

  /**
   * Asks for what an authenticator needs to sign its user in
   *
   * The same for everybody, good for five minutes and one sign-in. Needs no permission.
   *
   * `POST /api/v1/sessions/passkey/offer`
   */
  offer(options?: RequestOptions): Promise<Answer<"offerPasskeySignIn">> {
    return this.http.send({ method: "POST", path: "/api/v1/sessions/passkey/offer", unkeyed: true, open: true }, options);
  }
}

export class SessionsProviderApi {
  constructor(private readonly http: Http) {}

  /**
   * Signs in with what an identity provider answered
   *
   * With what it added to the address it sent the browser back to. Where a second factor is on, and the provider does not count as one, the
   * answer is `second-factor-needed`: send the same again with `second_factor`. Needs no permission.
   *
   * `POST /api/v1/sessions/provider`
   */
  create(body: Body<"signInWithProvider">, options?: RequestOptions): Promise<Answer<"signInWithProvider">> {
    return this.http.send({ method: "POST", path: "/api/v1/sessions/provider", body, unkeyed: true, open: true }, options);
  }

  /**
   * Begins to sign in by an identity provider
   *
   * Keep `ceremony` where only this browser has it, and send the browser to `url`. Good for ten minutes and one session. Needs no
   * permission.
   *
   * `POST /api/v1/sessions/provider/offer`
   */
  offer(body: Body<"offerProviderSignIn">, options?: RequestOptions): Promise<Answer<"offerProviderSignIn">> {
    return this.http.send({ method: "POST", path: "/api/v1/sessions/provider/offer", body, unkeyed: true, open: true }, options);
  }
}

export class SessionsApi {
  readonly current: SessionsCurrentApi;
  readonly passkey: SessionsPasskeyApi;
  readonly provider: SessionsProviderApi;

  constructor(private readonly http: Http) {
    this.current = new SessionsCurrentApi(http);
    this.passkey = new SessionsPasskeyApi(http);
    this.provider = new SessionsProviderApi(http);
  }

  /**
   * Sign in
   *
   * Starts a session with a password, and a code where a second factor is on. Send its token as `Authorization: Bearer …`. It ends 12 hours after its last use, and
   * 30 days after the sign-in where the operator set nothing else.
   * Needs no permission.
   *
   * `POST /api/v1/sessions`
   */
  create(body: Body<"signIn">, options?: RequestOptions): Promise<Answer<"signIn">> {
    return this.http.send({ method: "POST", path: "/api/v1/sessions", body, unkeyed: true, open: true }, options);
  }
}

export class SignInOptionsApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists the identity providers to choose from
   *
   * For who is to sign in. The same for an org without any and one that there is not. Needs no permission.
   *
   * `GET /api/v1/sign-in-options`
   */
  get(query?: Query<"listSignInOptions">, options?: RequestOptions): Promise<Answer<"listSignInOptions">> {
    return this.http.send({ method: "GET", path: "/api/v1/sign-in-options", query, open: true }, options);
  }
}

export class SignInSettingsApi {
  constructor(private readonly http: Http) {}

  /**
   * Shows how the org lets people in
   *
   * `GET /api/v1/sign-in-settings`
   */
  get(options?: RequestOptions): Promise<Answer<"showSignInSettings">> {
    return this.http.send({ method: "GET", path: "/api/v1/sign-in-settings" }, options);
  }

  /**
   * Changes how the org lets people in
   *
   * Holds from the next sign-in on; sessions there are stay. Where a password is not enough, it still is for who holds the role `admin`,
   * so that somebody can get in when the provider fails; each time they do is told of in the audit.
   *
   * `PUT /api/v1/sign-in-settings`
   */
  set(body: Body<"changeSignInSettings">, options?: RequestOptions): Promise<Answer<"changeSignInSettings">> {
    return this.http.send({ method: "PUT", path: "/api/v1/sign-in-settings", body }, options);
  }
}

export class SkillsApi {
  constructor(private readonly http: Http) {}

  /**
   * Makes a skill
   *
   * `POST /api/v1/skills`
   */
  create(body: Body<"create_skill">, options?: RequestOptions): Promise<Answer<"create_skill">> {
    return this.http.send({ method: "POST", path: "/api/v1/skills", body }, options);
  }

  /**
   * Lists skills
   *
   * `GET /api/v1/skills`
   */
  list(query?: Query<"skills">, options?: RequestOptions): Promise<Answer<"skills">> {
    return this.http.send({ method: "GET", path: "/api/v1/skills", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"skills">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"skills">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

export class TrunksApi {
  constructor(private readonly http: Http) {}

  /**
   * Makes a trunk
   *
   * `POST /api/v1/trunks`
   */
  create(body: Body<"createTrunk">, options?: RequestOptions): Promise<Answer<"createTrunk">> {
    return this.http.send({ method: "POST", path: "/api/v1/trunks", body }, options);
  }

  /**
   * Lists trunks
   *
   * The carriers calls come from and go out by. Their secrets are shown to nobody.
   *
   * `GET /api/v1/trunks`
   */
  list(options?: RequestOptions): Promise<Answer<"listTrunks">> {
    return this.http.send({ method: "GET", path: "/api/v1/trunks" }, options);
  }

  /**
   * Removes a trunk
   *
   * Calls that are up go on.
   *
   * `DELETE /api/v1/trunks/{trunk}`
   */
  remove(trunk: Path<"removeTrunk", "trunk">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/trunks/${trunk}` }, options);
  }

  /**
   * Changes a trunk
   *
   * Calls that are up go on as they were.
   *
   * `PUT /api/v1/trunks/{trunk}`
   */
  update(trunk: Path<"changeTrunk", "trunk">, body: Body<"changeTrunk">, options?: RequestOptions): Promise<Answer<"changeTrunk">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/trunks/${trunk}`, body }, options);
  }
}

export class WebhooksDeliveriesApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists what became of events
   *
   * The newest first. Of those that arrived or were discarded, the newest 1 000 are kept.
   *
   * `GET /api/v1/webhooks/{webhook}/deliveries`
   */
  list(webhook: Path<"listDeliveries", "webhook">, query?: Query<"listDeliveries">, options?: RequestOptions): Promise<Answer<"listDeliveries">> {
    return this.http.send({ method: "GET", path: path`/api/v1/webhooks/${webhook}/deliveries`, query }, options);
  }

  /** All that `list` has, page after page. */
  all(webhook: Path<"listDeliveries", "webhook">, query?: Omit<Query<"listDeliveries">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"listDeliveries">, void, undefined> {
    return pages((cursor) => this.list(webhook, { ...query, cursor }, options));
  }

  /**
   * Discards an event
   *
   * One that was set aside or waits; it is not sent again by itself.
   *
   * `DELETE /api/v1/webhooks/{webhook}/deliveries/{event}`
   */
  remove(webhook: Path<"discardDelivery", "webhook">, event: Path<"discardDelivery", "event">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/webhooks/${webhook}/deliveries/${event}` }, options);
  }

  /**
   * Sends an event again
   *
   * Whatever became of it; with the id it had, out of order.
   *
   * `POST /api/v1/webhooks/{webhook}/deliveries/{event}/retry`
   */
  retry(webhook: Path<"retryDelivery", "webhook">, event: Path<"retryDelivery", "event">, options?: RequestOptions): Promise<Answer<"retryDelivery">> {
    return this.http.send({ method: "POST", path: path`/api/v1/webhooks/${webhook}/deliveries/${event}/retry` }, options);
  }
}

export class WebhooksApi {
  readonly deliveries: WebhooksDeliveriesApi;

  constructor(private readonly http: Http) {
    this.deliveries = new WebhooksDeliveriesApi(http);
  }

  /**
   * Makes a webhook
   *
   * From now on it is told of events the caller may see, one `POST` each, in the order of the log: the body is the event as `GET /events`
   * has it, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). The id is the event's cursor, the
   * same at every try. Any 2xx means that it arrived; redirects are not followed. What fails is sent again after 1 s, 2 s, 4 s … up to
   * 5 minutes, and what is behind waits. An event that is answered with a refusal 12 times is set aside; a receiver that takes nothing for
   * three days, or answers 410, is given up until somebody changes the webhook. Nothing is lost: it goes on where it stopped.
   *
   * The address must be one the public can reach. The secret is shown once.
   *
   * `POST /api/v1/webhooks`
   */
  create(body: Body<"createWebhook">, options?: RequestOptions): Promise<Answer<"createWebhook">> {
    return this.http.send({ method: "POST", path: "/api/v1/webhooks", body }, options);
  }

  /**
   * Shows a webhook
   *
   * `GET /api/v1/webhooks/{webhook}`
   */
  get(webhook: Path<"showWebhook", "webhook">, options?: Expanding<"showWebhook">): Promise<Answer<"showWebhook">> {
    return this.http.send({ method: "GET", path: path`/api/v1/webhooks/${webhook}`, query: { expand: options?.expand } }, options);
  }

  /**
   * Lists webhooks
   *
   * Oldest first.
   *
   * `GET /api/v1/webhooks`
   */
  list(options?: Expanding<"listWebhooks">): Promise<Answer<"listWebhooks">> {
    return this.http.send({ method: "GET", path: "/api/v1/webhooks", query: { expand: options?.expand } }, options);
  }

  /**
   * Tries a webhook
   *
   * It is told of a `webhook.pinged`, whatever kinds it takes; no other webhook is.
   *
   * `POST /api/v1/webhooks/{webhook}/ping`
   */
  ping(webhook: Path<"pingWebhook", "webhook">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "POST", path: path`/api/v1/webhooks/${webhook}/ping` }, options);
  }

  /**
   * Removes a webhook
   *
   * `DELETE /api/v1/webhooks/{webhook}`
   */
  remove(webhook: Path<"removeWebhook", "webhook">, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: "DELETE", path: path`/api/v1/webhooks/${webhook}` }, options);
  }

  /**
   * Sends events again
   *
   * All after a cursor, with the ids they had.
   *
   * `POST /api/v1/webhooks/{webhook}/replay`
   */
  replay(webhook: Path<"replayWebhook", "webhook">, body: Body<"replayWebhook">, options?: RequestOptions): Promise<Answer<"replayWebhook">> {
    return this.http.send({ method: "POST", path: path`/api/v1/webhooks/${webhook}/replay`, body }, options);
  }

  /**
   * Gives a webhook another secret
   *
   * For 24 hours messages are signed with both, so that its receiver can go over in its own time.
   *
   * `POST /api/v1/webhooks/{webhook}/secret`
   */
  secret(webhook: Path<"changeWebhookSecret", "webhook">, options?: RequestOptions): Promise<Answer<"changeWebhookSecret">> {
    return this.http.send({ method: "POST", path: path`/api/v1/webhooks/${webhook}/secret` }, options);
  }

  /**
   * Changes a webhook
   *
   * Whoever gives it another address is the one whose events it is told from then on. One that was given up goes on where it stopped.
   *
   * `PUT /api/v1/webhooks/{webhook}`
   */
  update(webhook: Path<"changeWebhook", "webhook">, body: Body<"changeWebhook">, options?: RequestOptions): Promise<Answer<"changeWebhook">> {
    return this.http.send({ method: "PUT", path: path`/api/v1/webhooks/${webhook}`, body }, options);
  }
}

export class WrapUpCodesApi {
  constructor(private readonly http: Http) {}

  /**
   * Lists wrap-up codes
   *
   * `GET /api/v1/wrap-up-codes`
   */
  list(query?: Query<"wrap_up_codes">, options?: RequestOptions): Promise<Answer<"wrap_up_codes">> {
    return this.http.send({ method: "GET", path: "/api/v1/wrap-up-codes", query }, options);
  }

  /** All that `list` has, page after page. */
  all(query?: Omit<Query<"wrap_up_codes">, "cursor">, options?: RequestOptions): AsyncGenerator<Item<"wrap_up_codes">, void, undefined> {
    return pages((cursor) => this.list({ ...query, cursor }, options));
  }
}

/** Every operation of the API, by what it is about. */
export class Operations {
  readonly agents: AgentsApi;
  readonly audit: AuditApi;
  readonly calls: CallsApi;
  readonly chats: ChatsApi;
  readonly conversations: ConversationsApi;
  readonly dialPlan: DialPlanApi;
  readonly divisions: DivisionsApi;
  readonly events: EventsApi;
  readonly flows: FlowsApi;
  readonly groups: GroupsApi;
  readonly identityProviders: IdentityProvidersApi;
  readonly invitations: InvitationsApi;
  readonly jobs: JobsApi;
  readonly keys: KeysApi;
  readonly me: MeApi;
  readonly nodes: NodesApi;
  readonly numbers: NumbersApi;
  readonly oauth: OauthApi;
  readonly org: OrgApi;
  readonly passwordResets: PasswordResetsApi;
  readonly people: PeopleApi;
  readonly permissions: PermissionsApi;
  readonly phones: PhonesApi;
  readonly queues: QueuesApi;
  readonly roles: RolesApi;
  readonly sessions: SessionsApi;
  readonly signInOptions: SignInOptionsApi;
  readonly signInSettings: SignInSettingsApi;
  readonly skills: SkillsApi;
  readonly trunks: TrunksApi;
  readonly webhooks: WebhooksApi;
  readonly wrapUpCodes: WrapUpCodesApi;

  constructor(protected readonly http: Http) {
    this.agents = new AgentsApi(http);
    this.audit = new AuditApi(http);
    this.calls = new CallsApi(http);
    this.chats = new ChatsApi(http);
    this.conversations = new ConversationsApi(http);
    this.dialPlan = new DialPlanApi(http);
    this.divisions = new DivisionsApi(http);
    this.events = new EventsApi(http);
    this.flows = new FlowsApi(http);
    this.groups = new GroupsApi(http);
    this.identityProviders = new IdentityProvidersApi(http);
    this.invitations = new InvitationsApi(http);
    this.jobs = new JobsApi(http);
    this.keys = new KeysApi(http);
    this.me = new MeApi(http);
    this.nodes = new NodesApi(http);
    this.numbers = new NumbersApi(http);
    this.oauth = new OauthApi(http);
    this.org = new OrgApi(http);
    this.passwordResets = new PasswordResetsApi(http);
    this.people = new PeopleApi(http);
    this.permissions = new PermissionsApi(http);
    this.phones = new PhonesApi(http);
    this.queues = new QueuesApi(http);
    this.roles = new RolesApi(http);
    this.sessions = new SessionsApi(http);
    this.signInOptions = new SignInOptionsApi(http);
    this.signInSettings = new SignInSettingsApi(http);
    this.skills = new SkillsApi(http);
    this.trunks = new TrunksApi(http);
    this.webhooks = new WebhooksApi(http);
    this.wrapUpCodes = new WrapUpCodesApi(http);
  }

  /**
   * Reads several things
   *
   * Up to 20 `GET`s in one request, each carried out and counted as if it had come alone, with the same token. They are not one snapshot:
   * something may change between them. Their answers are 1 MiB together at most; what does not fit any more is answered with the problem
   * `batch-full` in its place, to be asked for alone. Needs a session, and the permissions that each read needs.
   *
   * `POST /api/v1/batch`
   */
  batch(body: Body<"readBatch">, options?: RequestOptions): Promise<Answer<"readBatch">> {
    return this.http.send({ method: "POST", path: "/api/v1/batch", body }, options);
  }
}
