// Generated from docs/openapi.json by `npm run api`. Not to be edited.
export interface paths {
    "/api/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists agents live
         * @description Members of queues and whoever holds the role, of the divisions in which one supervises. Changes come as `agent_state` signals on topic
         *     `supervisors:{org}`, for who supervises in some divisions on `division:{division}` of each.
         */
        get: operations["agents_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows oneself as an agent */
        get: operations["agents_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{user}/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets an agent's skills
         * @description Replaces them all; what waits is matched again at once.
         */
        put: operations["set_skills"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists changes
         * @description Who changed what, the newest first: settings, people, rights, sign-ins. Entries are chained; `tandem audit verify` shows whether one was
         *     changed or taken out since.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a change
         * @description With the thing as it was before and as it was after.
         */
        get: operations["showAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads several things
         * @description Up to 20 `GET`s in one request, each carried out and counted as if it had come alone, with the same token. They are not one snapshot:
         *     something may change between them. Their answers are 1 MiB together at most; what does not fit any more is answered with the problem
         *     `batch-full` in its place, to be asked for alone. Needs a session, and the permissions that each read needs.
         */
        post: operations["readBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists calls
         * @description Newest first: one's own, or everybody's for who holds `call:supervise`.
         */
        get: operations["calls_list"];
        put?: never;
        /**
         * Calls somebody
         * @description The device rings out at once; its browser hears ringback over its peer connection. The call's events follow on `user:{me}`.
         */
        post: operations["calls_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a call */
        get: operations["call"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answers a call
         * @description Takes the leg that rings for oneself, on the device named; one's other devices stop ringing.
         */
        post: operations["answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declines a call that rings */
        post: operations["decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/dtmf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends digits
         * @description To the phones of the others (RFC 4733) and to the flow the call is in.
         */
        post: operations["dtmf"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/hangup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hangs up */
        post: operations["hang_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Holds a call or goes on with it
         * @description The others hear music while one holds.
         */
        put: operations["hold"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Mutes oneself */
        put: operations["mute"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/tracks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what can be received in a call */
        get: operations["tracks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists one's chats
         * @description Last active first. A chat that becomes active while one pages moves to the front of the list: the events say so.
         */
        get: operations["chats_list"];
        put?: never;
        /**
         * Makes a chat
         * @description Two people have at most one direct chat: asking for it again, by whichever of them, answers the one there is.
         */
        post: operations["chats_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chats/{chat}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a chat */
        get: operations["chat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chats/{chat}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists a chat's messages
         * @description Newest first: those with `after < seq < before`. Deleted messages keep their place, without text.
         */
        get: operations["messages"];
        put?: never;
        /**
         * Posts a message
         * @description Durable once answered. Posting the same `client_id` again is no second message: the first is answered, with 200.
         */
        post: operations["post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chats/{chat}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Deletes one's own message
         * @description It keeps its place and sequence number and loses its text. Deleting it again changes nothing.
         */
        delete: operations["delete"];
        options?: never;
        head?: never;
        /**
         * Edits one's own message
         * @description The log keeps the texts before.
         */
        patch: operations["edit"];
        trace?: never;
    };
    "/api/v1/chats/{chat}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Marks a chat as read up to a message
         * @description The position only moves forward; one behind it changes nothing.
         */
        put: operations["mark_read"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chats/{chat}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows that one types
         * @description Sends the signal `typing` to the chat's members who are connected now; show it for 4 s.
         */
        post: operations["typing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists conversations
         * @description Newest first. Supervisors see all, those of single divisions those of the queues there; agents those of their queues and those they took
         *     part in.
         */
        get: operations["conversations_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{conversation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a conversation */
        get: operations["conversations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{conversation}/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows why agents were chosen
         * @description One entry per offer, oldest first; for one that waits, a last entry says why it waits now.
         */
        get: operations["decisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{conversation}/wrap-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a wrap-up code
         * @description By an agent of the conversation. Ends the wrap-up; may be given again, and later.
         */
        post: operations["wrap_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/divisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the divisions
         * @description Those in which the caller holds anything, Home first, then by name. Needs a session, no permission.
         */
        get: operations["listDivisions"];
        put?: never;
        /** Makes a division */
        post: operations["createDivision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/divisions/{division}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes a division
         * @description One that things belong to only where `move_to` names another that takes them; the caller may change such things in both. Roles held in
         *     it are held there no more.
         */
        delete: operations["removeDivision"];
        options?: never;
        head?: never;
        /** Renames a division */
        patch: operations["renameDivision"];
        trace?: never;
    };
    "/api/v1/divisions/{division}/things": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Moves things to a division
         * @description All of them or none. Needs the permission to change such a thing (`people:write`, `queue:write`, `flow:write`, `phone:write` for phones
         *     and numbers), in the division where each is and in this one. Who may see them now does at once.
         */
        post: operations["moveToDivision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the log
         * @description Events the caller may see, oldest first. `next` is always given: ask again with `after` set to it, also when the page is empty, to
         *     get what has happened since. The socket takes the same cursor. Needs a session, no permission.
         *
         *     With `Accept: text/event-stream` they come as they happen, as server-sent events: each with its cursor as `id` and the event as
         *     `data`. Who comes back with that as `Last-Event-ID`, or `after`, misses none and gets none twice. The first event is `open` (where the
         *     stream begins, and the topics), the last `close` (`StreamClosed`: why, and where to go on); a comment comes every 15 s. What one may see
         *     is followed as it changes; the stream ends with the session. A session or token has at most 16 open at a node.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists flows
         * @description Those of the divisions in which one may see them.
         */
        get: operations["flows_list"];
        put?: never;
        /** Publishes a new flow */
        post: operations["publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Checks a flow's text
         * @description Publishes nothing. No faults: it could be published.
         */
        post: operations["validate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a flow */
        get: operations["flows_get"];
        /**
         * Publishes a flow's next version
         * @description The next call gets it; calls under way keep theirs.
         */
        put: operations["flows_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists groups
         * @description By name.
         */
        get: operations["listGroups"];
        put?: never;
        /**
         * Makes a group
         * @description Of nobody, without roles.
         */
        post: operations["createGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a group */
        get: operations["showGroup"];
        /** Gives a group another name */
        put: operations["changeGroup"];
        post?: never;
        /**
         * Removes a group
         * @description Its members stay, without the roles they held by it.
         */
        delete: operations["removeGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{group}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists who is in a group
         * @description By name.
         */
        get: operations["listMembersOfGroup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{group}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Brings somebody into a group */
        put: operations["addToGroup"];
        post?: never;
        /** Puts somebody out of a group */
        delete: operations["removeFromGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{group}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says which roles the members of a group hold
         * @description Beside those they hold themselves, for as long as they are in it. Holds by their next request, and on open sockets at once.
         */
        put: operations["setRolesOfGroup"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists identity providers
         * @description Oldest first.
         */
        get: operations["listIdentityProviders"];
        put?: never;
        /**
         * Sets an identity provider up
         * @description A server elsewhere that says who somebody is, by OpenID Connect: people sign in there, with the authorization code flow and PKCE. The
         *     caller holds all that its roles stand for; to have people found by their address, or their second factor left to the provider,
         *     they hold every permission.
         */
        post: operations["createIdentityProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity-providers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tests an identity provider
         * @description Asks the address what it says of itself, and for its keys, and says what is wrong.
         */
        post: operations["testIdentityProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity-providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows an identity provider
         * @description Its secret is shown to nobody.
         */
        get: operations["showIdentityProvider"];
        /**
         * Changes an identity provider
         * @description Holds from the next sign-in on. With another issuer, it knows nobody any more, and its secret is gone unless another is given.
         */
        put: operations["changeIdentityProvider"];
        post?: never;
        /**
         * Removes an identity provider
         * @description Nobody signs in by it any more. Sessions it began stay.
         */
        delete: operations["removeIdentityProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists who was invited and has not joined
         * @description Oldest first, those whose link has ended too.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invites somebody by mail
         * @description They get a link that works once, for seven days, choose a password there, and are a person of the org from then on. The mail is sent
         *     soon after, and again until it is taken.
         */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accepts an invitation
         * @description Makes one a person of the org, and signs in. Needs the link, no permission.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows what one is invited to
         * @description For the page the link in the mail leads to. Needs the link, no permission.
         */
        post: operations["lookUpInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraws an invitation
         * @description Its link works no more, and what the log says of who was invited is erased.
         */
        delete: operations["withdrawInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{invitation}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends an invitation again
         * @description With another link; those before work no more.
         */
        post: operations["inviteAgain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists jobs
         * @description In the order they were asked for. Jobs that are done or discarded are forgotten after a week.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a job */
        get: operations["showJob"];
        put?: never;
        post?: never;
        /**
         * Discards a job
         * @description One that waits or is dead; it is not tried again.
         */
        delete: operations["discardJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has a dead job tried again
         * @description From its first try, as soon as a node can. Also one that was discarded.
         */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts the org's data under a new key
         * @description At once, while everything goes on: the keys that people's data and the org's secrets are encrypted under are wrapped anew, and the org's key
         *     until now is forgotten.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I
         * @description The caller, the org and the permissions held. Needs a session, no permission.
         */
        get: operations["me_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the programs one allowed to act for oneself
         * @description The one that got a token last first. Needs a session, no permission.
         */
        get: operations["listMyGrants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/grants/{grant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes back what one allowed a program
         * @description Its tokens open nothing any more, and its sockets are closed. Needs a session, no permission.
         */
        delete: operations["endMyGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists one's passkeys
         * @description Oldest first. Needs a session, no permission.
         */
        get: operations["listMyPasskeys"];
        put?: never;
        /**
         * Adds a passkey
         * @description One that an authenticator made for the caller. Needs a session somebody signed in for, no permission.
         */
        post: operations["addMyPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/offer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for what an authenticator needs to make one a passkey
         * @description Good for five minutes. Nothing changes until `POST /me/passkeys` brings the answer. Needs a session somebody signed in for, no
         *     permission.
         */
        post: operations["offerMyPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Renames a passkey
         * @description Needs a session somebody signed in for, no permission.
         */
        put: operations["renameMyPasskey"];
        post?: never;
        /**
         * Removes a passkey
         * @description It lets nobody in any more; sessions it began stay. Needs a session somebody signed in for, no permission.
         */
        delete: operations["removeMyPasskey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes one's password
         * @description Ends all other sessions; personal tokens stay. Wrong guesses of the current password count as failed sign-ins do. Needs a session
         *     somebody signed in for, no permission.
         */
        put: operations["changeMyPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Chooses one's presence
         * @description Everybody may choose their own. Without a device one stays Offline, and the choice holds from the first device on, but for
         *     `on_queue`: only who is there can be on queue.
         */
        put: operations["choose"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows one's second factor
         * @description Needs a session, no permission.
         */
        get: operations["mySecondFactor"];
        put?: never;
        /**
         * Offers a second factor
         * @description A secret for an authenticator (RFC 6238), shown once. It is on when `POST /me/second-factor/confirm` gets a code made of it. Needs a
         *     session somebody signed in for, no permission.
         */
        post: operations["offerSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switches one's second factor on
         * @description Answers ten recovery codes, each good for one sign-in, shown once. Needs a session somebody signed in for, no permission.
         */
        post: operations["confirmSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switches one's second factor off
         * @description Off already is no error. Needs a session somebody signed in for, no permission.
         */
        post: operations["disableSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists one's sessions
         * @description The one used last first. Needs a session, no permission.
         */
        get: operations["listMySessions"];
        put?: never;
        post?: never;
        /**
         * Ends one's other sessions
         * @description All but the one used; their sockets are closed. Needs a session, no permission.
         */
        delete: operations["endMyOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends one of one's sessions
         * @description Its sockets are closed. Needs a session, no permission.
         */
        delete: operations["endMySession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists one's personal access tokens
         * @description Newest first. Needs a session, no permission.
         */
        get: operations["listMyTokens"];
        put?: never;
        /**
         * Makes a personal access token
         * @description For a program of one's own: it acts for the caller, with the permissions named and no more than the caller holds at the time. It is
         *     shown once. Needs a session somebody signed in for, and the permissions it is limited to.
         */
        post: operations["createMyToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes back a personal access token
         * @description It opens nothing any more, and its sockets are closed. Needs a session, no permission.
         */
        delete: operations["revokeMyToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the nodes
         * @description Those that live: each process that serves this Tandem, as the answering one sees it. One that vanished is missed after two seconds.
         */
        get: operations["listNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists outside numbers */
        get: operations["numbers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Points a number somewhere
         * @description A number the org has stays in its division; a new one belongs to the one named.
         */
        put: operations["set_number"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows what a program asks one for
         * @description For the page `/oauth/authorize`, with its query. A program or redirect that is not registered is a refusal here, and nobody is sent
         *     anywhere; any other fault is told to the program, by the answer `redirect`. Needs a session somebody signed in for, no permission.
         */
        get: operations["showAuthorization"];
        put?: never;
        /**
         * Allows a program to act for one, or does not
         * @description Answers where the browser goes on: with a code that works once, within a minute, or with what was refused. Needs a session somebody
         *     signed in for, no permission.
         */
        post: operations["decideAuthorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the programs that are registered
         * @description Oldest first.
         */
        get: operations["listClients"];
        put?: never;
        /**
         * Registers a program
         * @description With roles, it may act for itself (`client_credentials`): as somebody of the directory who holds them and cannot sign in. Its secret is
         *     shown once.
         */
        post: operations["createClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/clients/{client}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a program */
        get: operations["showClient"];
        /**
         * Changes a program
         * @description When it may do less than before, its access tokens end; by a refresh token it gets new ones as it may be now.
         */
        put: operations["changeClient"];
        post?: never;
        /**
         * Removes a program
         * @description All it got ends, for itself and from people.
         */
        delete: operations["removeClient"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/clients/{client}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a program another secret
         * @description The one until now opens nothing any more, and what the program got for itself with it ends.
         */
        post: operations["changeClientSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Allows a device to act for one, or does not
         * @description The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
         */
        post: operations["decideDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/device/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows what a device asks one for
         * @description The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
         */
        post: operations["showDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/device_authorization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gets codes for a device
         * @description For a program where nobody can type: it shows `user_code` and polls `POST /oauth/token` with `device_code` until somebody decided (RFC
         *     8628). The program authenticates by HTTP Basic or in the form. Needs no permission.
         */
        post: operations["authorizeDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a token back
         * @description An access token ends alone; with a refresh token all ends that came of the grant. A token that opens nothing is no error (RFC 7009). The
         *     program authenticates by HTTP Basic or in the form. Needs no permission.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oauth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gets tokens for a program
         * @description By `authorization_code`, `refresh_token`, `client_credentials` or the device code. An access token lives an hour; a refresh token works
         *     once, and whoever brings one again ends all that came of it. The program authenticates by HTTP Basic or in the form. Needs no permission.
         */
        post: operations["getToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/org/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the org's limits
         * @description How many of a thing it may have, and how many it has. Whoever runs the server sets them (`tandem org limits`).
         */
        get: operations["listLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for another password
         * @description Whoever has that name or address gets a mail with a link that works once, for an hour. The answer is the same whether or not there is
         *     anybody, and at most five links of one person work at a time. Needs no permission.
         */
        post: operations["requestPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chooses another password
         * @description Ends everything that acts for one: sessions, personal tokens, what programs were allowed. Passkeys and the second factor stay. It is told of in a
         *     mail. Needs the link, no permission.
         */
        post: operations["completePasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists people
         * @description By display name, each with presence. People who were deactivated are among them, marked so: their names stay for what they did.
         */
        get: operations["people_list"];
        put?: never;
        /**
         * Adds a person
         * @description With roles held in all divisions, which the caller holds there; somebody who shall hold them in some is given those afterwards.
         */
        post: operations["add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a person */
        get: operations["person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deactivates a person
         * @description Their sessions and tokens end, their sockets are closed, and they cannot sign in. What they did stays, with their name.
         */
        post: operations["deactivatePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says where mail to a person goes
         * @description Nobody is asked whether they read mail there: whoever may set it can have the person's password replaced. The address until now is told.
         */
        put: operations["setEmailOf"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erases a person
         * @description Whatever is personal to them is gone for ever: names, what they wrote, how they signed in; in the log and in back-ups too, since the key
         *     it is encrypted under is destroyed. What they did stays, with nobody's name. They must be deactivated first.
         */
        post: operations["erasePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/reactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reactivates a person
         * @description With the password and roles they had.
         */
        post: operations["reactivatePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows which roles a person holds */
        get: operations["showRolesOf"];
        /**
         * Says which roles a person holds
         * @description All of them: `roles` in all divisions, `grants` in some. Needs `role:write` in the division they belong to. Holds by their next request, and on open sockets at once.
         */
        put: operations["setRolesOf"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Switches a person's second factor off
         * @description For somebody who lost authenticator and recovery codes. Off already is no error.
         */
        delete: operations["resetSecondFactorOf"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{user}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists a person's sessions */
        get: operations["listSessionsOf"];
        put?: never;
        post?: never;
        /**
         * Ends all that acts for a person
         * @description Their sessions and tokens; sockets are closed. They may sign in again.
         */
        delete: operations["endSessionsOf"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the permissions there are */
        get: operations["listPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists phones
         * @description One's own, and those of the divisions in which one holds `phone:write`.
         */
        get: operations["phones"];
        put?: never;
        /**
         * Makes a phone's account
         * @description The secret is in this answer only.
         */
        post: operations["create_phone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists queues
         * @description Supervisors see those of their divisions, agents those they are members of.
         */
        get: operations["queues_list"];
        put?: never;
        /** Makes a queue */
        post: operations["queues_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the live numbers of queues
         * @description Of the queues one may see; counts are since midnight UTC. Changes come as `queue_stats` signals on topic `queue:{queue}`.
         */
        get: operations["stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{queue}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a queue */
        get: operations["queues_get"];
        /**
         * Changes a queue
         * @description Replaces all settings. With `If-Match` only if nobody changed it since; calls that wait or alert go on by the rules they have.
         */
        put: operations["queues_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the roles there are
         * @description Those every org has, then the org's own.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * Defines a role
         * @description As a set of permissions, all of which the caller holds.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a role */
        get: operations["showRole"];
        /**
         * Changes a role
         * @description Holds for everybody who has it by their next request, and on open sockets at once.
         */
        put: operations["changeRole"];
        post?: never;
        /** Removes a role */
        delete: operations["removeRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Starts a session with a password, and a code where a second factor is on. Send its token as `Authorization: Bearer …`. It ends 12 hours after its last use, and
         *     30 days after the sign-in where the operator set nothing else.
         *     Needs no permission.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out
         * @description Ends the session used; its sockets are closed. Needs a session, no permission.
         */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a passkey
         * @description Nobody types a name, and no code is asked for: the authenticator knows its user, and has made sure of them. Needs no permission.
         */
        post: operations["signInWithPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/passkey/offer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for what an authenticator needs to sign its user in
         * @description The same for everybody, good for five minutes and one sign-in. Needs no permission.
         */
        post: operations["offerPasskeySignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in with what an identity provider answered
         * @description With what it added to the address it sent the browser back to. Where a second factor is on, and the provider does not count as one, the
         *     answer is `second-factor-needed`: send the same again with `second_factor`. Needs no permission.
         */
        post: operations["signInWithProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/provider/offer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins to sign in by an identity provider
         * @description Keep `ceremony` where only this browser has it, and send the browser to `url`. Good for ten minutes and one session. Needs no
         *     permission.
         */
        post: operations["offerProviderSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the identity providers to choose from
         * @description For who is to sign in. The same for an org without any and one that there is not. Needs no permission.
         */
        get: operations["listSignInOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how the org lets people in */
        get: operations["showSignInSettings"];
        /**
         * Changes how the org lets people in
         * @description Holds from the next sign-in on; sessions there are stay. Where a password is not enough, it still is for who holds the role `admin`,
         *     so that somebody can get in when the provider fails; each time they do is told of in the audit.
         */
        put: operations["changeSignInSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists skills */
        get: operations["skills"];
        put?: never;
        /** Makes a skill */
        post: operations["create_skill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists webhooks
         * @description Oldest first.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Makes a webhook
         * @description From now on it is told of events the caller may see, one `POST` each, in the order of the log: the body is the event as `GET /events`
         *     has it, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). The id is the event's cursor, the
         *     same at every try. Any 2xx means that it arrived; redirects are not followed. What fails is sent again after 1 s, 2 s, 4 s … up to
         *     5 minutes, and what is behind waits. An event that is answered with a refusal 12 times is set aside; a receiver that takes nothing for
         *     three days, or answers 410, is given up until somebody changes the webhook. Nothing is lost: it goes on where it stopped.
         *
         *     The address must be one the public can reach. The secret is shown once.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a webhook */
        get: operations["showWebhook"];
        /**
         * Changes a webhook
         * @description Whoever gives it another address is the one whose events it is told from then on. One that was given up goes on where it stopped.
         */
        put: operations["changeWebhook"];
        post?: never;
        /** Removes a webhook */
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what became of events
         * @description The newest first. Of those that arrived or were discarded, the newest 1 000 are kept.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/deliveries/{event}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Discards an event
         * @description One that was set aside or waits; it is not sent again by itself.
         */
        delete: operations["discardDelivery"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/deliveries/{event}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends an event again
         * @description Whatever became of it; with the id it had, out of order.
         */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a webhook
         * @description It is told of a `webhook.pinged`, whatever kinds it takes; no other webhook is.
         */
        post: operations["pingWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends events again
         * @description All after a cursor, with the ids they had.
         */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a webhook another secret
         * @description For 24 hours messages are signed with both, so that its receiver can go over in its own time.
         */
        post: operations["changeWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/wrap-up-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists wrap-up codes */
        get: operations["wrap_up_codes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open the event socket
         * @description Upgrades to a WebSocket of JSON frames. The first frame authenticates with a session's token, within 10 seconds; no token goes into
         *     the URL. Needs no permission; what is delivered is what the session's user may see.
         */
        get: operations["connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description `POST /invitations/accept`. */
        AcceptInvitation: {
            /** @description At least 10 characters. */
            password: string;
            /** @description The last part of the link in the mail. */
            token: string;
        };
        /**
         * @description What somebody is doing, beside the chosen presence.
         * @enum {string}
         */
        Activity: "on_call";
        /** @description Who caused an event. */
        Actor: {
            /** @description Who. */
            id: components["schemas"]["UserId"];
            /** @enum {string} */
            kind: "user";
        } | {
            /** @description A SIP URI or number. */
            address: string;
            /** @enum {string} */
            kind: "external";
        } | {
            /** @enum {string} */
            kind: "system";
        };
        /** @description An agent, live. */
        Agent: {
            /** @description Conversations alerting, going on or in wrap-up. */
            conversations: components["schemas"]["ConversationId"][];
            /** @description Name to show. */
            display_name: string;
            /** @description The division they belong to. */
            division: components["schemas"]["DivisionId"];
            /** @description Presence. */
            presence: components["schemas"]["PresenceView"];
            /** @description Queues the agent is a member of. */
            queues: components["schemas"]["QueueId"][];
            /** @description Since when. */
            since: components["schemas"]["Timestamp"];
            /** @description Skills. */
            skills: components["schemas"]["SkillRequirement"][];
            /** @description Routing status. */
            status: components["schemas"]["RoutingStatus"];
            /** @description Who. */
            user: components["schemas"]["UserId"];
        };
        /** @description `PUT /agents/{user}/skills`: replaces them. */
        AgentSkills: {
            /** @description Skills with the agent's level. */
            skills: components["schemas"]["SkillRequirement"][];
        };
        /** @description `POST /calls/{call}/answer`: answers the leg that rings for oneself. */
        AnswerCall: {
            /** @description The device that takes it. */
            device: components["schemas"]["DeviceId"];
        };
        /** @description A program that somebody allowed to act for them, of `GET /me/grants`. */
        Application: {
            /** @description The program. */
            client: components["schemas"]["ClientId"];
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The permission given. */
            grant: components["schemas"]["GrantId"];
            /** @description When it last got a token. */
            last_used_at: components["schemas"]["Timestamp"];
            /** @description Its name. */
            name: string;
            /** @description Names of the permissions it may use. */
            scopes: string[];
        };
        /** @description `POST /sessions/provider/offer`. */
        AskProvider: {
            /** @description Which provider. */
            provider: components["schemas"]["IdentityProviderId"];
        };
        /** @description A change, with what was before and after. */
        AuditDetails: components["schemas"]["AuditEntry"] & {
            /** @description The thing as it is since; null when it is gone. */
            after: unknown;
            /**
             * @description The thing as it was; null when it is new. `{"redacted": true}` stands in the place of a secret, and `{"bytes": …, "sha256": …}` of
             *     what is too long.
             */
            before: unknown;
            /** @description The hash over all of the entry and the hash before it, which the server alone can make. */
            hash: string;
            /** @description The hash of the entry before it, in hexadecimal. */
            previous: string;
        };
        /** @description A change, as a list shows it. */
        AuditEntry: {
            /** @description Who. */
            actor: components["schemas"]["Actor"];
            /** @description From which address it was asked for; behind a proxy the proxy's. Absent for the server's own work. */
            address?: string | null;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description The request, as the server's log names it. */
            request?: string | null;
            /**
             * Format: int64
             * @description Its number in the org's chain. The first is 1, and none is left out.
             */
            seq: number;
            /** @description To what. */
            subject: components["schemas"]["AuditSubject"];
            /** @description The browser's or program's name for itself. */
            user_agent?: string | null;
            /** @description What happened, as `role.changed`. */
            what: string;
        };
        /** @description What was changed. */
        AuditSubject: {
            /** @description Which one: its id, or its name where it has no other. */
            id: string;
            /** @description Of what kind it is: `person`, `role`, `queue`, … */
            kind: string;
            /** @description What it was called then, where that is known. */
            name?: string | null;
        };
        /** @description Answer to `authenticate`. */
        Authenticated: {
            /** @description The newest cursor at this moment. */
            cursor: components["schemas"]["Cursor"];
            /**
             * Format: int32
             * @description Seconds between heartbeats.
             */
            heartbeat_seconds: number;
        };
        /** @description The answer to a request for consent, or why there is nothing to decide. */
        Authorization: {
            /** @description What about. */
            consent: components["schemas"]["Consent"];
            /** @enum {string} */
            kind: "ask";
        } | {
            /** @enum {string} */
            kind: "redirect";
            /** @description Where. */
            location: string;
        };
        /** @description What a program asks a person for (RFC 6749 §4.1.1, RFC 7636 §4.3), as the query of the page `/oauth/authorize`. */
        AuthorizationRequest: {
            /** @description The program. */
            client_id?: string | null;
            /** @description BASE64URL(SHA256(verifier)). */
            code_challenge?: string | null;
            /** @description Must be `S256`. */
            code_challenge_method?: string | null;
            /** @description Where to go back to: one that is registered. */
            redirect_uri?: string | null;
            /** @description Must be `code`. */
            response_type?: string | null;
            /** @description Permissions asked for, by name, with spaces between; absent: all the program may ask for. */
            scope?: string | null;
            /** @description Given back unchanged. */
            state?: string | null;
        };
        /** @description Reads to be made together. */
        Batch: {
            /** @description What to read, 1 to 20 things. */
            requests: components["schemas"]["BatchRead"][];
        };
        /** @description The answer to one `GET`. */
        BatchAnswer: {
            /** @description The JSON that would have been answered, a problem for a refusal; absent where there would be none. */
            body?: unknown;
            /** @description As the header `ETag`. */
            etag?: string | null;
            /**
             * Format: int32
             * @description As if it had been asked for alone.
             * @example 200
             */
            status: number;
        };
        /** @description What came of a batch. */
        BatchAnswers: {
            /** @description One for each request, in their order. */
            answers: components["schemas"]["BatchAnswer"][];
        };
        /** @description One `GET`. */
        BatchRead: {
            /**
             * @description Only these fields, as `?fields=` has them.
             * @example id,title
             */
            fields?: string | null;
            /** @description The `etag` of an answer one has: answered 304 without a body while nothing changed. */
            if_none_match?: string | null;
            /**
             * @description What, relative to `/api/v1`, with its query.
             * @example /chats?limit=20
             */
            path: string;
        };
        /** @description A call, live or over (then it is the call detail record). */
        Call: {
            answered_at?: components["schemas"]["Timestamp"] | null;
            conversation?: components["schemas"]["ConversationId"] | null;
            /** @description Number dialled. */
            dialled: string;
            end_reason?: components["schemas"]["EndReason"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description Id. */
            id: components["schemas"]["CallId"];
            /** @description All legs there were, in order of their start. */
            legs: components["schemas"]["Leg"][];
            /** @description When it began. */
            started_at: components["schemas"]["Timestamp"];
            /** @description Whether it was started with video. */
            video: boolean;
        };
        /**
         * Format: uuid
         * @description Signaling between parties.
         */
        CallId: string;
        /** @description Whom a call is for. */
        CallTarget: {
            /** @enum {string} */
            kind: "user";
            /** @description Who. */
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "number";
            /** @description As dialled. */
            number: string;
        };
        /** @description An eligible agent. */
        Candidate: {
            /** @description Who. */
            agent: components["schemas"]["UserId"];
            /** @description Free since. */
            idle_since: components["schemas"]["Timestamp"];
            /**
             * Format: double
             * @description Mean level over the skills asked for.
             */
            score: number;
        };
        /** @description `PUT /groups/{group}`. */
        ChangeGroup: {
            /** @description Its name. */
            name: string;
        };
        /** @description `PUT /me/password`. */
        ChangePassword: {
            /** @description The password until now. */
            current_password: string;
            /** @description At least 10 characters. */
            new_password: string;
        };
        /** @description `PUT /roles/{role}`. */
        ChangeRole: {
            /** @description Names of permissions. The caller holds all those that are new. */
            permissions: string[];
            /** @description The name to show. */
            title: string;
        };
        /** @description `PUT /sign-in-settings`. */
        ChangeSignInSettings: {
            /** @description For whom a password, or a passkey, is enough. */
            passwords: components["schemas"]["PasswordsFor"];
        };
        /** @description A chat as one member sees it. */
        Chat: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Id. */
            id: components["schemas"]["ChatId"];
            /** @description Kind. */
            kind: components["schemas"]["ChatKind"];
            last_message?: components["schemas"]["Message"] | null;
            /** @description Members, oneself included. */
            members: components["schemas"]["UserId"][];
            /**
             * Format: int64
             * @description Sequence number up to which one has read.
             */
            read_seq: number;
            /** @description Title, for groups. */
            title?: string | null;
            /**
             * Format: int64
             * @description Messages of others after that.
             */
            unread: number;
        };
        /**
         * Format: uuid
         * @description A direct or group chat.
         */
        ChatId: string;
        /**
         * @description What kind of chat.
         * @enum {string}
         */
        ChatKind: "direct" | "group";
        /** @description `PUT /me/presence`. `Idle` and `Offline` cannot be chosen; `OnQueue` needs the permission `agent:on_queue`. */
        ChoosePresence: {
            /** @description Second level, at most 120 characters. */
            message?: string | null;
            /** @description First level. */
            primary: components["schemas"]["Presence"];
        };
        /** @description What a provider calls what it says of somebody. */
        ClaimNames: {
            /**
             * @description The e-mail address; whether it was verified is always `email_verified`.
             * @example email
             */
            email: string;
            /**
             * @description The groups, as a list or as one text.
             * @example groups
             */
            groups: string;
            /**
             * @description The name to show.
             * @example name
             */
            name: string;
        };
        /** @description What a client sends. */
        ClientFrame: components["schemas"]["ClientRequest"] & {
            /**
             * Format: int64
             * @description The client's number for this request, echoed in the answer.
             */
            id?: number | null;
        };
        /**
         * Format: uuid
         * @description A program that is registered with an org.
         */
        ClientId: string;
        /** @description A registered program. */
        ClientInfo: {
            /** @description Whether it has a secret. */
            confidential: boolean;
            /** @description When it was registered. */
            created_at: components["schemas"]["Timestamp"];
            /** @description How it may get tokens. */
            grant_types: components["schemas"]["GrantType"][];
            /** @description Its `client_id`. */
            id: components["schemas"]["ClientId"];
            /** @description The name people see. */
            name: string;
            /** @description Where browsers may be sent back to. */
            redirect_uris: string[];
            /** @description Roles it acts with for itself. */
            roles: components["schemas"]["Role"][];
            /** @description Names of the permissions it may ask for. */
            scopes: string[];
        };
        /** @description A program just registered, or with a new secret. */
        ClientMade: {
            /** @description What it is. */
            client: components["schemas"]["ClientInfo"];
            /** @description Its `client_secret`, shown once; absent for one that cannot keep a secret. */
            secret?: string | null;
        };
        /** @description The requests a client may make on its socket. */
        ClientRequest: {
            /** @description First frame. Answered with [`Authenticated`]. */
            data: {
                /** @description The tab's own id, kept over reloads, so that a call finds its tab again. */
                device: components["schemas"]["DeviceId"];
                /** @description A session's token. */
                token: string;
            };
            /** @enum {string} */
            type: "authenticate";
        } | {
            /** @description Starts the event stream. Answered with [`Subscribed`], then events. */
            data: {
                after?: components["schemas"]["Cursor"] | null;
                /** @description Wanted topics; empty means all one may see, and follows one's memberships. */
                topics?: components["schemas"]["Topic"][];
            };
            /** @enum {string} */
            type: "subscribe";
        } | {
            /** @description Keeps the device's presence lease. Send every 3 s; `active` is false when the person has not touched the device for 5 min. */
            data: {
                /** @description Whether the person is at the device. */
                active: boolean;
            };
            /** @enum {string} */
            type: "heartbeat";
        } | {
            /**
             * @description Makes or renegotiates the device's one peer connection. The client always offers; the server only answers, so there is no
             *     glare. Answered with [`RtcAnswer`].
             */
            data: {
                node?: components["schemas"]["NodeId"] | null;
                /** @description The session description, at most 32 KiB. */
                sdp: string;
                /** @description What each media section of the offer is for. Sections not named are the primary audio or unused. */
                tracks?: components["schemas"]["RtcTrack"][];
            };
            /** @enum {string} */
            type: "rtc.offer";
        } | {
            /** @description Which of several encodings the device wants of a video it receives. */
            data: {
                /**
                 * Format: int32
                 * @description Height in pixels at which it is shown; 0 when it is not visible.
                 */
                height: number;
                /** @description The received track. */
                track: components["schemas"]["TrackId"];
            };
            /** @enum {string} */
            type: "rtc.layer";
        } | {
            /** @description Closes the device's peer connection. */
            data: {
                node?: components["schemas"]["NodeId"] | null;
            };
            /** @enum {string} */
            type: "rtc.close";
        };
        /** @description `POST /oauth/clients` and `PUT /oauth/clients/{client}`: what a program is registered with. */
        ClientSettings: {
            /** @description Whether it can keep a secret. Cannot be changed later. */
            confidential: boolean;
            /** @description How it may get tokens. */
            grant_types: components["schemas"]["GrantType"][];
            /** @description The name people see when they are asked. */
            name: string;
            /**
             * @description Where browsers may be sent back to, compared character by character: `https:`, or `http:` on the browser's own machine,
             *     where an IP address' port may differ.
             */
            redirect_uris?: string[];
            /** @description Roles it acts with for itself; the caller holds all they stand for. Only with `client_credentials`. */
            roles?: components["schemas"]["Role"][];
            /** @description Names of the permissions it may ask for. */
            scopes: string[];
        };
        /** @description `POST /password-resets/complete`. */
        CompletePasswordReset: {
            /** @description At least 10 characters. */
            new_password: string;
            /** @description The last part of the link in the mail. */
            token: string;
        };
        /** @description `POST /me/second-factor/confirm`. */
        ConfirmSecondFactor: {
            /** @description The six digits the authenticator shows now. */
            code: string;
        };
        /** @description What a person is asked. */
        Consent: {
            /** @description The name of the program that asks. */
            client: string;
            /** @description The name of the org it asks for. */
            org: string;
            /** @description Where the browser goes afterwards, without what is added; absent for a device. */
            redirect_uri?: string | null;
            /** @description What it asks for, as far as the person holds it. */
            scopes: components["schemas"]["PermissionInfo"][];
        };
        /** @description One customer matter. */
        Conversation: {
            /** @description What the flow noted: `set` and `collect` nodes. */
            attributes?: {
                [key: string]: string;
            };
            call?: components["schemas"]["CallId"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description How the customer named itself. */
            from: string;
            /** @description Id. */
            id: components["schemas"]["ConversationId"];
            outcome?: components["schemas"]["Outcome"] | null;
            /** @description Everybody who took part, in order. */
            participants: components["schemas"]["Participant"][];
            /**
             * Format: int32
             * @description Place in the queue now, 1 is next.
             */
            position?: number | null;
            queue?: components["schemas"]["QueueId"] | null;
            /** @description Start. */
            started_at: components["schemas"]["Timestamp"];
            /** @description Where it stands. */
            state: components["schemas"]["ConversationState"];
            /** @description Number called. */
            to: string;
        };
        /**
         * Format: uuid
         * @description One customer matter over any media.
         */
        ConversationId: string;
        /**
         * @description Where a conversation stands.
         * @enum {string}
         */
        ConversationState: "flow" | "queued" | "alerting" | "connected" | "wrap_up" | "ended";
        Cursor: string;
        /** @description `POST /oauth/authorize`: what a person decided. */
        DecideAuthorization: {
            /** @description Whether the program may. */
            allow: boolean;
            /** @description What was asked. */
            request: components["schemas"]["AuthorizationRequest"];
        };
        /** @description `POST /oauth/device`: what a person decided about a device (RFC 8628 §3.3). */
        DecideDevice: {
            /** @description Whether it may. */
            allow: boolean;
            /** @description The code the device shows. */
            user_code: string;
        };
        /** @description Why an agent was chosen, or none: `GET /conversations/{conversation}/decisions`. */
        Decision: {
            agent?: components["schemas"]["UserId"] | null;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description Eligible agents in the order they were ranked, at most 10. */
            candidates: components["schemas"]["Candidate"][];
            /** @description How many members were not, by reason. Missing where none were, and in decisions made before this was counted. */
            counts?: components["schemas"]["ExcludedCount"][];
            /**
             * Format: int32
             * @description How many were eligible.
             */
            eligible: number;
            /** @description Members that were not, with the reason; at most 20. */
            excluded: components["schemas"]["Excluded"][];
            /**
             * Format: int64
             * @description The item's ordering key: arrival in ms − 60 000 × priority.
             */
            key: number;
            offer?: components["schemas"]["OfferId"] | null;
        };
        /** @description One event and what became of sending it. */
        Delivery: {
            /** @description When it was sent last. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description How often it was sent.
             */
            attempts: number;
            /** @description Why it was not taken the last time. */
            error?: string | null;
            /** @description The event's cursor, which is its `webhook-id`. */
            event: components["schemas"]["Cursor"];
            /** @description The event's kind. */
            kind: string;
            /** @description What became of it. */
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int32
             * @description The receiver's last HTTP status, if it answered.
             */
            status?: number | null;
            /**
             * Format: int32
             * @description How long that took, ms.
             */
            took_ms: number;
        };
        /**
         * @description What became of sending an event.
         * @enum {string}
         */
        DeliveryState: "delivered" | "set_aside" | "waiting" | "discarded";
        /** @description What a device shows and polls with (RFC 8628 §3.2). */
        DeviceAnswer: {
            /** @description For polling `POST /oauth/token`. */
            device_code: string;
            /**
             * Format: int64
             * @description Seconds until both codes end.
             */
            expires_in: number;
            /**
             * Format: int64
             * @description Seconds between two polls.
             */
            interval: number;
            /** @description To be shown. */
            user_code: string;
            /** @description Where a person enters it. */
            verification_uri: string;
            /** @description The same with the code in it, for a QR code. */
            verification_uri_complete: string;
        };
        /**
         * Format: uuid
         * @description Something a user can be reached on: a browser tab or a SIP phone.
         */
        DeviceId: string;
        /** @description `POST /oauth/device_authorization` (RFC 8628 §3.1), form-encoded. */
        DeviceRequest: {
            /** @description The program, unless it authenticates in the header. */
            client_id?: string | null;
            /** @description Its secret, unless it authenticates in the header. */
            client_secret?: string | null;
            /** @description Permissions wanted, by name; absent: all the program may ask for. */
            scope?: string | null;
        };
        /**
         * @description A kind of thing that belongs to a division.
         * @enum {string}
         */
        DividedKind: "person" | "queue" | "flow" | "phone" | "number";
        /** @description A part of an org. Things belong to exactly one. */
        Division: {
            /** @description Whether it is the one every org has: it keeps its name and cannot be removed. */
            home: boolean;
            /** @description Id. */
            id: components["schemas"]["DivisionId"];
            /** @description Name, unique in the org. */
            name: string;
            /** @description How many things of each kind belong to it; kinds of which there are none are left out. */
            things: {
                [key: string]: number;
            };
        };
        /**
         * Format: uuid
         * @description A part of an org, to which things belong.
         */
        DivisionId: string;
        /** @description `POST /divisions`, `PATCH /divisions/{division}`. */
        DivisionName: {
            /** @description Name, unique in the org. */
            name: string;
        };
        /** @description `PATCH /chats/{chat}/messages/{message}`. */
        EditMessage: {
            /** @description The new text. */
            text: string;
        };
        /**
         * @description Why a leg or call ended.
         * @enum {string}
         */
        EndReason: "hangup" | "remote_hangup" | "cancelled" | "answered_elsewhere" | "declined" | "busy" | "no_answer" | "not_found" | "unreachable" | "media_mismatch" | "lost" | "restart" | "failed";
        /**
         * Format: uuid
         * @description A media endpoint on a relay: a browser's peer connection or a phone's RTP leg. A browser's is its device id, a phone's its leg id.
         */
        EndpointId: string;
        /**
         * @description How an agent is chosen.
         * @enum {string}
         */
        Evaluation: "all_skills" | "best_available" | "disregard_skills";
        /** @description A fact in the log. */
        Event: {
            /** @description Who caused it. */
            actor: components["schemas"]["Actor"];
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            causation?: components["schemas"]["Position"] | null;
            /**
             * Format: uuid
             * @description The request or call it came from.
             */
            correlation?: string | null;
            /** @description Where a reader stands once it has seen this event. */
            cursor: components["schemas"]["Cursor"];
            /** @description The payload: the type named by `kind` in [`crate::events`]. */
            data: unknown;
            /** @description The tenant. */
            org: components["schemas"]["OrgId"];
            /**
             * Format: int32
             * @description Version of the shape of `data`.
             */
            schema_version: number;
            /** @description The stream and, */
            stream: components["schemas"]["Stream"];
            subject?: components["schemas"]["UserId"] | null;
            /** @description Who may see it. */
            topics: components["schemas"]["Topic"][];
            /** @description Dotted name, as `chat.message.posted`. */
            type: string;
            /**
             * Format: int64
             * @description in it, this event's version: 1, 2, 3 …
             */
            version: number;
        };
        /** @description A member that was not eligible. */
        Excluded: {
            /** @description Who. */
            agent: components["schemas"]["UserId"];
            /**
             * @description Why: `off_queue`, `at_capacity`, `not_responding`, `communicating`, `missing_skill`, `not_joined`, `declined_before`,
             *     `has_it` (wraps up this very interaction), `group_not_open` (the search has not widened to his group), `not_preferred` (kept for
             *     preferred agents for now), `queue_closed`, `held` (not before its time).
             */
            reason: string;
        };
        /** @description How many members were not eligible for a reason. */
        ExcludedCount: {
            /**
             * Format: int32
             * @description How many.
             */
            members: number;
            /** @description As in [`Excluded`]. */
            reason: string;
        };
        /** @description One fault in a body. */
        FieldError: {
            /** @description JSON pointer or field name; empty for the whole body. */
            field: string;
            /**
             * Format: int32
             * @description 1-based line, for texts such as flows.
             */
            line?: number | null;
            /** @description What is wrong. */
            message: string;
        };
        /** @description A flow. */
        Flow: {
            /** @description The division it belongs to. */
            division: components["schemas"]["DivisionId"];
            /** @description Id. */
            id: components["schemas"]["FlowId"];
            /** @description Name, from the text. */
            name: string;
            /** @description When this version was published. */
            published_at: components["schemas"]["Timestamp"];
            /** @description The text (TOML; `docs/flows.md` has the schema). */
            text: string;
            /**
             * Format: int64
             * @description Version published.
             */
            version: number;
        };
        /** @description What is wrong with a flow; empty when nothing is. */
        FlowCheck: {
            /** @description Faults, with line and field. */
            errors: components["schemas"]["FieldError"][];
        };
        /**
         * Format: uuid
         * @description A caller's way before an agent.
         */
        FlowId: string;
        /** @description `POST /flows`, `PUT /flows/{flow}`, `POST /flows/validate`. */
        FlowText: {
            /** @description The text. */
            text: string;
        };
        /** @description `POST /conversations/{conversation}/wrap-up`. */
        GiveWrapUp: {
            /** @description Code. */
            code: components["schemas"]["WrapUpCodeId"];
            /** @description Note, at most 4 000 characters. */
            note?: string | null;
        };
        /**
         * Format: uuid
         * @description What somebody allowed a program.
         */
        GrantId: string;
        /**
         * @description A way to get tokens.
         * @enum {string}
         */
        GrantType: "authorization_code" | "refresh_token" | "client_credentials" | "urn:ietf:params:oauth:grant-type:device_code";
        /**
         * Format: uuid
         * @description People who are named together.
         */
        GroupId: string;
        /** @description A group of people. */
        GroupInfo: {
            /** @description Id. */
            id: components["schemas"]["GroupId"];
            /**
             * Format: int32
             * @description How many people are in it.
             */
            members: number;
            /** @description Its name; no other of the org's has it, however it is capitalised. */
            name: string;
            /** @description Whether another system keeps it up by SCIM, and would undo what is changed here. */
            provisioned: boolean;
            /** @description Roles that its members hold as long as they are members. */
            roles: components["schemas"]["Role"][];
        };
        /** @description Somebody in a group. */
        GroupMember: {
            /** @description Whether they may sign in. */
            active: boolean;
            /** @description Their name to show. */
            display_name: string;
            /** @description Who. */
            user: components["schemas"]["UserId"];
        };
        /** @description Roles that a group of the provider stands for. */
        GroupRule: {
            /** @description As the provider names it. */
            group: string;
            /** @description What who is in it holds, and who is in none that stands for it does not. */
            roles: components["schemas"]["Role"][];
        };
        /** @description `PUT /calls/{call}/hold`. */
        HoldCall: {
            /** @description Whether one's leg holds the others. */
            held: boolean;
        };
        /**
         * Format: uuid
         * @description A server elsewhere that says who somebody is.
         */
        IdentityProviderId: string;
        /** @description An identity provider, without its secret. */
        IdentityProviderInfo: {
            /** @description When it was last changed. */
            changed_at: components["schemas"]["Timestamp"];
            /** @description What the provider calls what it says. */
            claims: components["schemas"]["ClaimNames"];
            /** @description What the provider calls this server. */
            client_id: string;
            /** @description Whether somebody whom nobody added becomes a person of the org. */
            create_people: boolean;
            /** @description When it was set up. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Where verified addresses must be. */
            email_domains: string[];
            /** @description Whether there is a secret. */
            has_secret: boolean;
            /** @description Id. */
            id: components["schemas"]["IdentityProviderId"];
            /** @description The provider's address. */
            issuer: string;
            /** @description Whether people are found by their verified address. */
            link_by_email: boolean;
            /** @description What the button says. */
            name: string;
            /** @description What somebody holds who is made. */
            roles: components["schemas"]["Role"][];
            /** @description What groups stand for. */
            rules: components["schemas"]["GroupRule"][];
            /** @description What is asked for, beside `openid`. */
            scopes: string[];
            /** @description Whether the provider asks for a second factor. */
            second_factor: boolean;
        };
        /** @description `POST /identity-providers`, `PUT /identity-providers/{provider}`. */
        IdentityProviderSettings: {
            /** @description What the provider calls what it says. */
            claims?: components["schemas"]["ClaimNames"];
            /** @description What the provider calls this server. */
            client_id: string;
            /** @description The secret the provider gave; absent: the one until now stays, or there is none. */
            client_secret?: string | null;
            /** @description Whether somebody whom nobody added becomes a person of the org. */
            create_people: boolean;
            /** @description Where verified addresses must be for somebody to be let in; empty: anywhere. */
            email_domains?: string[];
            /**
             * @description The provider's address, to the letter as it names itself.
             * @example https://accounts.acme.example
             */
            issuer: string;
            /**
             * @description Whether the account at the provider whose verified address a person of the org has is theirs. Whoever runs the provider can then
             *     sign in as anybody, so it takes somebody who holds every permission to say so.
             */
            link_by_email: boolean;
            /**
             * @description What the button says.
             * @example Acme accounts
             */
            name: string;
            /** @description What somebody holds who is made, beside what their groups stand for; and who would hold none. */
            roles: components["schemas"]["Role"][];
            /** @description What groups stand for, followed at each sign-in. Roles that no rule names are left as they are. */
            rules?: components["schemas"]["GroupRule"][];
            /** @description What is asked for, beside `openid`. */
            scopes?: string[];
            /** @description Whether the provider asks for a second factor, so that none is asked for here. */
            second_factor: boolean;
        };
        /** @description What was found at an address. */
        IdentityProviderTest: {
            /** @description What is wrong, in words; empty: people can be sent there. */
            faults: string[];
        };
        /** @description What ids in the answer name, as `expand` asked for it: each thing once, as its list has it. */
        Included: {
            flows?: components["schemas"]["Flow"][];
            people?: components["schemas"]["Person"][];
            queues?: components["schemas"]["Queue"][];
            skills?: components["schemas"]["Skill"][];
        };
        /**
         * Format: uuid
         * @description Somebody who was asked to join an org.
         */
        InvitationId: string;
        /** @description Somebody who was invited and has not joined yet. */
        InvitationInfo: {
            /** @description When they were invited. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Name to show. */
            display_name: string;
            /** @description Where the link went. */
            email: string;
            /** @description When the link in the last mail ends. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Id. */
            id: components["schemas"]["InvitationId"];
            /** @description Login name they will have. */
            name: string;
            /** @description Roles they will hold. */
            roles: components["schemas"]["Role"][];
            sent_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What somebody is invited to. */
        Invited: {
            /** @description Name to show. */
            display_name: string;
            /** @description When the link ends. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Login name they will have. */
            name: string;
            /** @description The org's name. */
            org: string;
        };
        /** @description Work to be done later, and again until it succeeds. */
        Job: {
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /** @description When it last changed. */
            changed_at: components["schemas"]["Timestamp"];
            /** @description When it was asked for. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Why the last try failed. */
            error?: string | null;
            /** @description Which. */
            id: components["schemas"]["JobId"];
            /** @description The name by which it is the same job when it is asked for again. */
            key?: string | null;
            /** @description What kind of work. */
            kind: string;
            /**
             * Format: int32
             * @description How often it may be tried.
             */
            max_attempts: number;
            /** @description What to do, as its kind has it. */
            payload: unknown;
            /** @description Not before then. */
            run_at: components["schemas"]["Timestamp"];
            /** @description What became of it. */
            state: components["schemas"]["JobState"];
        };
        /**
         * Format: uuid
         * @description Work to be done later, and again until it succeeds.
         */
        JobId: string;
        /**
         * @description What became of a job.
         * @enum {string}
         */
        JobState: "waiting" | "running" | "done" | "dead" | "discarded";
        /** @description `POST /keys/rotate`. */
        KeyRotated: {
            /**
             * Format: int64
             * @description The version of the key the org's data is under now: 1, 2, 3 …
             */
            version: number;
        };
        /** @description One side of a call. */
        Leg: {
            /** @description Number, extension or URI of the party. */
            address: string;
            answered_at?: components["schemas"]["Timestamp"] | null;
            /** @description Whether this leg started the call. */
            caller: boolean;
            device?: components["schemas"]["DeviceId"] | null;
            end_reason?: components["schemas"]["EndReason"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description Id. */
            id: components["schemas"]["LegId"];
            /** @description Kind. */
            kind: components["schemas"]["LegKind"];
            /** @description Whether the server drops what it sends. */
            muted: boolean;
            /** @description Name to show. */
            name?: string | null;
            /** @description When it began to ring or dial. */
            started_at: components["schemas"]["Timestamp"];
            /** @description State. */
            state: components["schemas"]["LegState"];
            user?: components["schemas"]["UserId"] | null;
        };
        /**
         * Format: uuid
         * @description One side of a call.
         */
        LegId: string;
        /**
         * @description Who is at the other end of the wire of a leg.
         * @enum {string}
         */
        LegKind: "web" | "phone" | "trunk";
        /**
         * @description Where a leg stands.
         * @enum {string}
         */
        LegState: "dialing" | "ringing" | "connected" | "holding" | "ended";
        /** @description How many of a thing an org may have, and how many it has. */
        LimitInfo: {
            /** @description Of what. */
            limit: components["schemas"]["OrgLimit"];
            /** @description Whether it was set for this org; else it is what every org has. */
            set: boolean;
            /**
             * Format: int32
             * @description How many there are.
             */
            used: number;
            /**
             * Format: int32
             * @description How many there may be.
             */
            value: number;
        };
        /** @description How busy a node is. */
        Load: {
            /**
             * Format: int32
             * @description Calls it owns.
             */
            calls: number;
            /**
             * Format: int32
             * @description Media endpoints it serves.
             */
            endpoints: number;
        };
        /** @description `POST /oauth/device/lookup`. */
        LookUpDevice: {
            /** @description The code the device shows. */
            user_code: string;
        };
        /** @description `POST /invitations/lookup`. */
        LookUpInvitation: {
            /** @description The last part of the link in the mail. */
            token: string;
        };
        /** @description `PUT /chats/{chat}/read`. */
        MarkRead: {
            /**
             * Format: int64
             * @description Read up to and including this sequence number. It only moves forward.
             */
            seq: number;
        };
        /** @description `GET /me`: who one is and what one may do. */
        Me: {
            /** @description Names of the permissions that are held in some divisions only, with those divisions. */
            divided?: {
                [key: string]: components["schemas"]["DivisionId"][];
            };
            /** @description The org. */
            org: components["schemas"]["Org"];
            /** @description Names of the permissions that can be used: held in some division at least, or in all where they concern the org as a whole. */
            permissions: string[];
            /** @description The session used. */
            session: components["schemas"]["SessionId"];
            /** @description The user. */
            user: components["schemas"]["Person"];
        };
        /** @description A message. */
        Message: {
            /** @description When it was posted. */
            at: components["schemas"]["Timestamp"];
            /** @description Who. */
            author: components["schemas"]["UserId"];
            /** @description Where. */
            chat: components["schemas"]["ChatId"];
            /**
             * Format: uuid
             * @description The author's own id for it.
             */
            client_id: string;
            /** @description Whether it was deleted. */
            deleted: boolean;
            edited_at?: components["schemas"]["Timestamp"] | null;
            /** @description Id. */
            id: components["schemas"]["MessageId"];
            /**
             * Format: int64
             * @description 1, 2, 3 … within the chat, without holes.
             */
            seq: number;
            /** @description Text; empty once deleted. */
            text: string;
        };
        /**
         * Format: uuid
         * @description One chat message.
         */
        MessageId: string;
        /** @description `POST /divisions/{division}/things`. */
        MoveThings: {
            /** @description Of which kind. */
            kind: components["schemas"]["DividedKind"];
            /** @description Their ids, of numbers the numbers: 1 to 100. */
            things: string[];
        };
        /** @description `PUT /calls/{call}/mute`. */
        MuteCall: {
            /** @description Whether the server drops what one's leg sends. */
            muted: boolean;
        };
        /** @description `POST /calls`: calls a person or a number from a device of one's own. */
        NewCall: {
            /** @description The calling device: the one this tab authenticated its socket with. */
            device: components["schemas"]["DeviceId"];
            /** @description Whom or what. */
            to: components["schemas"]["CallTarget"];
            /** @description Whether the caller wants video (the other decides for itself). */
            video?: boolean;
        };
        /** @description `POST /chats`. For a direct chat that exists already, that one is answered (200 in place of 201). */
        NewChat: {
            /** @description Kind. */
            kind: components["schemas"]["ChatKind"];
            /** @description The others; oneself is added. */
            members: components["schemas"]["UserId"][];
            /** @description Title, for groups. */
            title?: string | null;
        };
        /** @description `POST /groups`. */
        NewGroup: {
            /** @description Its name. */
            name: string;
        };
        /** @description `POST /invitations`: somebody who shall join the org, and choose their password themselves. */
        NewInvitation: {
            /** @description Name to show. */
            display_name: string;
            /**
             * @description Where the link goes.
             * @example mia@acme.example
             */
            email: string;
            /** @description Internal number, digits. */
            extension?: string | null;
            /** @description Login name: 1–64 of `a-z 0-9 . _ -`. */
            name: string;
            /** @description Roles, all of whose permissions the caller holds. */
            roles: components["schemas"]["Role"][];
            /** @description Job title. */
            title?: string | null;
        };
        /** @description `POST /chats/{chat}/messages`. Posting the same `client_id` again answers the message made the first time. */
        NewMessage: {
            /**
             * Format: uuid
             * @description Made by the client, so that a retry is not a second message.
             */
            client_id: string;
            /** @description 1 to 16 000 characters. */
            text: string;
        };
        /** @description `POST /me/passkeys`: a passkey the browser made. */
        NewPasskey: {
            /** @description As `POST /me/passkeys/offer` gave it. */
            ceremony: string;
            /** @description What the browser answered (`credential.toJSON()`). */
            credential: Record<string, never>;
            /**
             * @description What to call it.
             * @example My laptop
             */
            name: string;
        };
        /** @description `POST /people`. */
        NewPerson: {
            /** @description Name to show. */
            display_name: string;
            /** @description Internal number, digits. */
            extension?: string | null;
            /** @description Login name: 1–128 of `a-z 0-9 . _ - @ + # '`. */
            name: string;
            /** @description At least 10 characters. */
            password: string;
            /** @description Roles. */
            roles: components["schemas"]["Role"][];
            /** @description Job title. */
            title?: string | null;
        };
        /** @description `POST /phones`. */
        NewPhone: {
            /** @description What it authenticates as: 1–64 of `A-Z a-z 0-9 . _ -`. */
            auth_user: string;
            /** @description Whose it is. */
            user: components["schemas"]["UserId"];
        };
        /** @description `POST /roles`. */
        NewRole: {
            /** @description Its name: a letter, then letters, digits, `_` and `-`, all small; it never changes. */
            name: components["schemas"]["Role"];
            /** @description Names of permissions, all of which the caller holds. */
            permissions: string[];
            /** @description The name to show. */
            title: string;
        };
        /** @description `POST /skills`. */
        NewSkill: {
            /** @description Name. */
            name: string;
        };
        /** @description `POST /me/tokens`. */
        NewToken: {
            /**
             * Format: int32
             * @description Days until it ends by itself, 1 to 366, 90 by default.
             */
            expires_in_days?: number | null;
            /** @description What it is for. */
            name: string;
            /** @description Names of the permissions it is limited to, all of which the caller holds; at least one. */
            scopes: string[];
        };
        /**
         * Format: uuid
         * @description One run of one server process; a restart makes a new one.
         */
        NodeId: string;
        /** @description A process as the others know it. */
        NodeInfo: {
            /** @description It takes no new work. */
            draining: boolean;
            /** @description Where HTTP is answered. */
            http?: string | null;
            /** @description This run of it. */
            id: components["schemas"]["NodeId"];
            /** @description Where other nodes reach it; `None`: it is alone. */
            links?: string | null;
            /** @description How busy it is. */
            load: components["schemas"]["Load"];
            /** @description Where WebRTC media is listened to. */
            media?: string | null;
            /** @description What its operator calls it; the same after a restart. */
            name: string;
            /** @description What it does. */
            roles: components["schemas"]["NodeRole"][];
            /** @description Where SIP is listened to. */
            sip?: string | null;
            /** @description The program's version. */
            version: string;
        };
        /** @description The nodes that are there. */
        NodeList: {
            /** @description The one that answers. */
            answering: components["schemas"]["NodeId"];
            /** @description All of them, the longest running first. */
            items: components["schemas"]["NodeInfo"][];
        };
        /**
         * @description What a process does. Alone it does everything.
         * @enum {string}
         */
        NodeRole: "edge" | "sip" | "media" | "engine" | "worker";
        /** @description Where an outside number leads. */
        Number: {
            /** @description The division it belongs to. */
            division: components["schemas"]["DivisionId"];
            /** @description E.164 with `+`. */
            number: string;
            /** @description Destination. */
            to: components["schemas"]["NumberTarget"];
        };
        /** @description Destination of a number. */
        NumberTarget: {
            /** @description Which. */
            flow: components["schemas"]["FlowId"];
            /** @enum {string} */
            kind: "flow";
        } | {
            /** @enum {string} */
            kind: "user";
            /** @description Who. */
            user: components["schemas"]["UserId"];
        };
        /** @description A refusal in OAuth's own shape (RFC 6749 §5.2). */
        OAuthError: {
            /**
             * @description `invalid_request`, `invalid_client`, `invalid_grant`, `unauthorized_client`, `unsupported_grant_type`, `invalid_scope`,
             *     `authorization_pending`, `slow_down`, `access_denied`, `expired_token` or `temporarily_unavailable`.
             */
            error: string;
            /** @description For people who look into it. */
            error_description: string;
        };
        /**
         * Format: uuid
         * @description A reservation of an agent for an interaction.
         */
        OfferId: string;
        /** @description Where the browser goes on. */
        Onward: {
            /** @description A URL of the program's. */
            location: string;
        };
        /** @description An org, as its members see it. */
        Org: {
            /** @description Id. */
            id: components["schemas"]["OrgId"];
            /** @description Name. */
            name: string;
            /** @description The region it lives in, where there are several. */
            region?: string | null;
        };
        /**
         * Format: uuid
         * @description A tenant.
         */
        OrgId: string;
        /**
         * @description A thing that an org has so many of at most.
         * @enum {string}
         */
        OrgLimit: "people" | "groups" | "roles" | "clients" | "phones" | "numbers" | "queues" | "flows" | "webhooks";
        /**
         * @description How a conversation ended for the customer.
         * @enum {string}
         */
        Outcome: "handled" | "abandoned" | "flow_ended" | "restart" | "failed";
        /** @description One page of a list. */
        Page_Agent: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description Conversations alerting, going on or in wrap-up. */
                conversations: components["schemas"]["ConversationId"][];
                /** @description Name to show. */
                display_name: string;
                /** @description The division they belong to. */
                division: components["schemas"]["DivisionId"];
                /** @description Presence. */
                presence: components["schemas"]["PresenceView"];
                /** @description Queues the agent is a member of. */
                queues: components["schemas"]["QueueId"][];
                /** @description Since when. */
                since: components["schemas"]["Timestamp"];
                /** @description Skills. */
                skills: components["schemas"]["SkillRequirement"][];
                /** @description Routing status. */
                status: components["schemas"]["RoutingStatus"];
                /** @description Who. */
                user: components["schemas"]["UserId"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Application: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The program. */
                client: components["schemas"]["ClientId"];
                /** @description Since when. */
                created_at: components["schemas"]["Timestamp"];
                /** @description The permission given. */
                grant: components["schemas"]["GrantId"];
                /** @description When it last got a token. */
                last_used_at: components["schemas"]["Timestamp"];
                /** @description Its name. */
                name: string;
                /** @description Names of the permissions it may use. */
                scopes: string[];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_AuditEntry: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description Who. */
                actor: components["schemas"]["Actor"];
                /** @description From which address it was asked for; behind a proxy the proxy's. Absent for the server's own work. */
                address?: string | null;
                /** @description When. */
                at: components["schemas"]["Timestamp"];
                /** @description The request, as the server's log names it. */
                request?: string | null;
                /**
                 * Format: int64
                 * @description Its number in the org's chain. The first is 1, and none is left out.
                 */
                seq: number;
                /** @description To what. */
                subject: components["schemas"]["AuditSubject"];
                /** @description The browser's or program's name for itself. */
                user_agent?: string | null;
                /** @description What happened, as `role.changed`. */
                what: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Call: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                answered_at?: components["schemas"]["Timestamp"] | null;
                conversation?: components["schemas"]["ConversationId"] | null;
                /** @description Number dialled. */
                dialled: string;
                end_reason?: components["schemas"]["EndReason"] | null;
                ended_at?: components["schemas"]["Timestamp"] | null;
                /** @description Id. */
                id: components["schemas"]["CallId"];
                /** @description All legs there were, in order of their start. */
                legs: components["schemas"]["Leg"][];
                /** @description When it began. */
                started_at: components["schemas"]["Timestamp"];
                /** @description Whether it was started with video. */
                video: boolean;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Chat: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Id. */
                id: components["schemas"]["ChatId"];
                /** @description Kind. */
                kind: components["schemas"]["ChatKind"];
                last_message?: components["schemas"]["Message"] | null;
                /** @description Members, oneself included. */
                members: components["schemas"]["UserId"][];
                /**
                 * Format: int64
                 * @description Sequence number up to which one has read.
                 */
                read_seq: number;
                /** @description Title, for groups. */
                title?: string | null;
                /**
                 * Format: int64
                 * @description Messages of others after that.
                 */
                unread: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_ClientInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Whether it has a secret. */
                confidential: boolean;
                /** @description When it was registered. */
                created_at: components["schemas"]["Timestamp"];
                /** @description How it may get tokens. */
                grant_types: components["schemas"]["GrantType"][];
                /** @description Its `client_id`. */
                id: components["schemas"]["ClientId"];
                /** @description The name people see. */
                name: string;
                /** @description Where browsers may be sent back to. */
                redirect_uris: string[];
                /** @description Roles it acts with for itself. */
                roles: components["schemas"]["Role"][];
                /** @description Names of the permissions it may ask for. */
                scopes: string[];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Conversation: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description What the flow noted: `set` and `collect` nodes. */
                attributes?: {
                    [key: string]: string;
                };
                call?: components["schemas"]["CallId"] | null;
                ended_at?: components["schemas"]["Timestamp"] | null;
                /** @description How the customer named itself. */
                from: string;
                /** @description Id. */
                id: components["schemas"]["ConversationId"];
                outcome?: components["schemas"]["Outcome"] | null;
                /** @description Everybody who took part, in order. */
                participants: components["schemas"]["Participant"][];
                /**
                 * Format: int32
                 * @description Place in the queue now, 1 is next.
                 */
                position?: number | null;
                queue?: components["schemas"]["QueueId"] | null;
                /** @description Start. */
                started_at: components["schemas"]["Timestamp"];
                /** @description Where it stands. */
                state: components["schemas"]["ConversationState"];
                /** @description Number called. */
                to: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Decision: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                agent?: components["schemas"]["UserId"] | null;
                /** @description When. */
                at: components["schemas"]["Timestamp"];
                /** @description Eligible agents in the order they were ranked, at most 10. */
                candidates: components["schemas"]["Candidate"][];
                /** @description How many members were not, by reason. Missing where none were, and in decisions made before this was counted. */
                counts?: components["schemas"]["ExcludedCount"][];
                /**
                 * Format: int32
                 * @description How many were eligible.
                 */
                eligible: number;
                /** @description Members that were not, with the reason; at most 20. */
                excluded: components["schemas"]["Excluded"][];
                /**
                 * Format: int64
                 * @description The item's ordering key: arrival in ms − 60 000 × priority.
                 */
                key: number;
                offer?: components["schemas"]["OfferId"] | null;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Delivery: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was sent last. */
                at: components["schemas"]["Timestamp"];
                /**
                 * Format: int32
                 * @description How often it was sent.
                 */
                attempts: number;
                /** @description Why it was not taken the last time. */
                error?: string | null;
                /** @description The event's cursor, which is its `webhook-id`. */
                event: components["schemas"]["Cursor"];
                /** @description The event's kind. */
                kind: string;
                /** @description What became of it. */
                state: components["schemas"]["DeliveryState"];
                /**
                 * Format: int32
                 * @description The receiver's last HTTP status, if it answered.
                 */
                status?: number | null;
                /**
                 * Format: int32
                 * @description How long that took, ms.
                 */
                took_ms: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Division: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Whether it is the one every org has: it keeps its name and cannot be removed. */
                home: boolean;
                /** @description Id. */
                id: components["schemas"]["DivisionId"];
                /** @description Name, unique in the org. */
                name: string;
                /** @description How many things of each kind belong to it; kinds of which there are none are left out. */
                things: {
                    [key: string]: number;
                };
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Event: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Who caused it. */
                actor: components["schemas"]["Actor"];
                /** @description When. */
                at: components["schemas"]["Timestamp"];
                causation?: components["schemas"]["Position"] | null;
                /**
                 * Format: uuid
                 * @description The request or call it came from.
                 */
                correlation?: string | null;
                /** @description Where a reader stands once it has seen this event. */
                cursor: components["schemas"]["Cursor"];
                /** @description The payload: the type named by `kind` in [`crate::events`]. */
                data: unknown;
                /** @description The tenant. */
                org: components["schemas"]["OrgId"];
                /**
                 * Format: int32
                 * @description Version of the shape of `data`.
                 */
                schema_version: number;
                /** @description The stream and, */
                stream: components["schemas"]["Stream"];
                subject?: components["schemas"]["UserId"] | null;
                /** @description Who may see it. */
                topics: components["schemas"]["Topic"][];
                /** @description Dotted name, as `chat.message.posted`. */
                type: string;
                /**
                 * Format: int64
                 * @description in it, this event's version: 1, 2, 3 …
                 */
                version: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Flow: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The division it belongs to. */
                division: components["schemas"]["DivisionId"];
                /** @description Id. */
                id: components["schemas"]["FlowId"];
                /** @description Name, from the text. */
                name: string;
                /** @description When this version was published. */
                published_at: components["schemas"]["Timestamp"];
                /** @description The text (TOML; `docs/flows.md` has the schema). */
                text: string;
                /**
                 * Format: int64
                 * @description Version published.
                 */
                version: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_GroupInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Id. */
                id: components["schemas"]["GroupId"];
                /**
                 * Format: int32
                 * @description How many people are in it.
                 */
                members: number;
                /** @description Its name; no other of the org's has it, however it is capitalised. */
                name: string;
                /** @description Whether another system keeps it up by SCIM, and would undo what is changed here. */
                provisioned: boolean;
                /** @description Roles that its members hold as long as they are members. */
                roles: components["schemas"]["Role"][];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_GroupMember: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description Whether they may sign in. */
                active: boolean;
                /** @description Their name to show. */
                display_name: string;
                /** @description Who. */
                user: components["schemas"]["UserId"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_IdentityProviderInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was last changed. */
                changed_at: components["schemas"]["Timestamp"];
                /** @description What the provider calls what it says. */
                claims: components["schemas"]["ClaimNames"];
                /** @description What the provider calls this server. */
                client_id: string;
                /** @description Whether somebody whom nobody added becomes a person of the org. */
                create_people: boolean;
                /** @description When it was set up. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Where verified addresses must be. */
                email_domains: string[];
                /** @description Whether there is a secret. */
                has_secret: boolean;
                /** @description Id. */
                id: components["schemas"]["IdentityProviderId"];
                /** @description The provider's address. */
                issuer: string;
                /** @description Whether people are found by their verified address. */
                link_by_email: boolean;
                /** @description What the button says. */
                name: string;
                /** @description What somebody holds who is made. */
                roles: components["schemas"]["Role"][];
                /** @description What groups stand for. */
                rules: components["schemas"]["GroupRule"][];
                /** @description What is asked for, beside `openid`. */
                scopes: string[];
                /** @description Whether the provider asks for a second factor. */
                second_factor: boolean;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_InvitationInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When they were invited. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Name to show. */
                display_name: string;
                /** @description Where the link went. */
                email: string;
                /** @description When the link in the last mail ends. */
                expires_at: components["schemas"]["Timestamp"];
                /** @description Id. */
                id: components["schemas"]["InvitationId"];
                /** @description Login name they will have. */
                name: string;
                /** @description Roles they will hold. */
                roles: components["schemas"]["Role"][];
                sent_at?: components["schemas"]["Timestamp"] | null;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Job: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int32
                 * @description How often it was tried.
                 */
                attempts: number;
                /** @description When it last changed. */
                changed_at: components["schemas"]["Timestamp"];
                /** @description When it was asked for. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Why the last try failed. */
                error?: string | null;
                /** @description Which. */
                id: components["schemas"]["JobId"];
                /** @description The name by which it is the same job when it is asked for again. */
                key?: string | null;
                /** @description What kind of work. */
                kind: string;
                /**
                 * Format: int32
                 * @description How often it may be tried.
                 */
                max_attempts: number;
                /** @description What to do, as its kind has it. */
                payload: unknown;
                /** @description Not before then. */
                run_at: components["schemas"]["Timestamp"];
                /** @description What became of it. */
                state: components["schemas"]["JobState"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_LimitInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Of what. */
                limit: components["schemas"]["OrgLimit"];
                /** @description Whether it was set for this org; else it is what every org has. */
                set: boolean;
                /**
                 * Format: int32
                 * @description How many there are.
                 */
                used: number;
                /**
                 * Format: int32
                 * @description How many there may be.
                 */
                value: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Message: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was posted. */
                at: components["schemas"]["Timestamp"];
                /** @description Who. */
                author: components["schemas"]["UserId"];
                /** @description Where. */
                chat: components["schemas"]["ChatId"];
                /**
                 * Format: uuid
                 * @description The author's own id for it.
                 */
                client_id: string;
                /** @description Whether it was deleted. */
                deleted: boolean;
                edited_at?: components["schemas"]["Timestamp"] | null;
                /** @description Id. */
                id: components["schemas"]["MessageId"];
                /**
                 * Format: int64
                 * @description 1, 2, 3 … within the chat, without holes.
                 */
                seq: number;
                /** @description Text; empty once deleted. */
                text: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Number: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description The division it belongs to. */
                division: components["schemas"]["DivisionId"];
                /** @description E.164 with `+`. */
                number: string;
                /** @description Destination. */
                to: components["schemas"]["NumberTarget"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_PasskeyInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Id. */
                id: components["schemas"]["PasskeyId"];
                last_used_at?: components["schemas"]["Timestamp"] | null;
                /** @description What it is called. */
                name: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_PermissionInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What it allows. */
                description: string;
                /** @description Its name, `thing:verb`. */
                name: string;
                /** @description What it reaches where it is held in some divisions only. */
                reach: components["schemas"]["PermissionReach"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Person: {
            /** @description The items, in the list's order. */
            items: {
                /** @description False for somebody who may not sign in any more; their name stays for what they did. */
                active: boolean;
                /** @description Name to show. */
                display_name: string;
                /** @description The division they belong to. */
                division: components["schemas"]["DivisionId"];
                /** @description Where mail to them goes. */
                email?: string | null;
                /** @description True for somebody whose names and whatever else was personal to them are gone for ever. */
                erased?: boolean;
                /** @description Internal number that rings this person. */
                extension?: string | null;
                /** @description Roles held in some divisions only. */
                grants?: components["schemas"]["RoleGrant"][];
                /** @description Id. */
                id: components["schemas"]["UserId"];
                /** @description Login name. */
                name: string;
                /** @description Presence now. */
                presence: components["schemas"]["PresenceView"];
                /** @description Whether another system keeps them up by SCIM, and would undo what is changed here. */
                provisioned?: boolean;
                /** @description Roles held in all divisions. */
                roles: components["schemas"]["Role"][];
                /** @description Job title. */
                title?: string | null;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Phone: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /** @description What the phone authenticates as. */
                auth_user: string;
                /** @description Where it registered from, while it is registered. */
                contacts: string[];
                /** @description The division it belongs to. */
                division: components["schemas"]["DivisionId"];
                /** @description Id. */
                id: components["schemas"]["PhoneId"];
                /** @description Only in the answer that made it. */
                secret?: string | null;
                /** @description Whose it is. */
                user: components["schemas"]["UserId"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Queue: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: ({
                /**
                 * Format: int32
                 * @description Seconds an agent's alert lasts, 5 to 120.
                 */
                alert_seconds?: number;
                /** @description How agents are matched. */
                evaluation?: components["schemas"]["Evaluation"];
                /** @description Members. */
                members: components["schemas"]["QueueMember"][];
                /** @description Name, unique in the org. */
                name: string;
                /**
                 * Format: int32
                 * @description Abandons up to this many seconds are short ones.
                 */
                short_abandon_seconds?: number;
                /** @description Skills every interaction of this queue asks for. */
                skills?: components["schemas"]["SkillRequirement"][];
                /**
                 * Format: int32
                 * @description Service level: answered within this many seconds.
                 */
                target_seconds?: number;
                /** @description Work after the interaction. */
                wrap_up?: components["schemas"]["WrapUpPolicy"];
            } & {
                /** @description The division it belongs to. */
                division: components["schemas"]["DivisionId"];
                /** @description Id. */
                id: components["schemas"]["QueueId"];
                /**
                 * Format: int64
                 * @description Raised by every change; `If-Match`.
                 */
                version: number;
            })[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_QueueStats: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int32
                 * @description Left while waiting.
                 */
                abandoned: number;
                /**
                 * Format: int32
                 * @description Of these, within the short limit.
                 */
                abandoned_short: number;
                /**
                 * Format: int32
                 * @description Members free.
                 */
                agents_idle: number;
                /**
                 * Format: int32
                 * @description Members on queue.
                 */
                agents_on_queue: number;
                /**
                 * Format: int32
                 * @description Reached an agent.
                 */
                answered: number;
                /**
                 * Format: int64
                 * @description Σ wait of the answered / answered, milliseconds.
                 */
                average_speed_of_answer_ms?: number | null;
                /**
                 * Format: int32
                 * @description Talking to agents now.
                 */
                interacting: number;
                /**
                 * Format: int32
                 * @description Arrived.
                 */
                offered: number;
                oldest_since?: components["schemas"]["Timestamp"] | null;
                /** @description Which. */
                queue: components["schemas"]["QueueId"];
                /** @description Service levels by variant. */
                service_level: components["schemas"]["ServiceLevels"];
                /**
                 * Format: int32
                 * @description Waiting or alerting now.
                 */
                waiting: number;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_RoleInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Whether every org has it, unchangeable. */
                built_in: boolean;
                /**
                 * Format: int32
                 * @description How many people hold it.
                 */
                holders: number;
                /** @description Its name, by which people hold it. */
                name: components["schemas"]["Role"];
                /** @description Names of the permissions it stands for. */
                permissions: string[];
                /** @description The name to show. */
                title: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_SessionInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The network address it signed in from. */
                address?: string | null;
                /** @description When it signed in. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Whether it is the one that asks. */
                current: boolean;
                /** @description When it ends unless it is used. */
                expires_at: components["schemas"]["Timestamp"];
                /** @description Id. */
                id: components["schemas"]["SessionId"];
                /** @description When it was last used, to ten minutes. */
                last_used_at: components["schemas"]["Timestamp"];
                /** @description The browser or program, as it named itself when it signed in. */
                user_agent?: string | null;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Skill: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Id. */
                id: components["schemas"]["SkillId"];
                /** @description Name, unique in the org. */
                name: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_TokenInfo: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description When it ends by itself. */
                expires_at: components["schemas"]["Timestamp"];
                /** @description Id. */
                id: components["schemas"]["SessionId"];
                last_used_at?: components["schemas"]["Timestamp"] | null;
                /** @description What it is for. */
                name: string;
                /** @description Names of the permissions it is limited to. It never opens more than its owner holds at the time. */
                scopes: string[];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_WebhookInfo: {
            included?: components["schemas"]["Included"];
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int32
                 * @description How often that was sent.
                 */
                attempts: number;
                /** @description When somebody changed it last. */
                changed_at: components["schemas"]["Timestamp"];
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What came of the last time. */
                error?: string | null;
                failing_since?: components["schemas"]["Timestamp"] | null;
                /** @description Which. */
                id: components["schemas"]["WebhookId"];
                /** @description Which kinds; none: all. */
                kinds: string[];
                /** @description Its name. */
                name: string;
                next_try_at?: components["schemas"]["Timestamp"] | null;
                /** @description Why the server gave it up. */
                reason?: string | null;
                /** @description Everything up to here was sent, set aside, or not for it. */
                seen: components["schemas"]["Cursor"];
                /** @description How it is. */
                state: components["schemas"]["WebhookState"];
                /** @description Where events are sent. */
                url: string;
                /** @description It is told what this user may see: who made it, or gave it another address last. */
                user: components["schemas"]["UserId"];
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_WrapUpCode: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Id. */
                id: components["schemas"]["WrapUpCodeId"];
                /** @description Name. */
                name: string;
            }[];
            /** @description Ask again with `cursor` set to this for the next page; absent on the last. */
            next?: string | null;
        };
        /** @description A party in a conversation. */
        Participant: {
            /** @description Id. */
            id: components["schemas"]["ParticipantId"];
            /** @description For what. */
            purpose: components["schemas"]["Purpose"];
            queue?: components["schemas"]["QueueId"] | null;
            /** @description Timed stretches, in order. */
            segments: components["schemas"]["Segment"][];
            user?: components["schemas"]["UserId"] | null;
            wrap_up?: components["schemas"]["WrapUp"] | null;
        };
        /**
         * Format: uuid
         * @description A party in a conversation.
         */
        ParticipantId: string;
        /** @description What an authenticator is asked for, good for five minutes and one answer. */
        PasskeyCeremony: {
            /** @description To be sent back as it is with what the authenticator answers. */
            ceremony: string;
            /**
             * @description For the browser: `PublicKeyCredential.parseCreationOptionsFromJSON` when a passkey is made,
             *     `PublicKeyCredential.parseRequestOptionsFromJSON` when one is used.
             */
            options: Record<string, never>;
        };
        /**
         * Format: uuid
         * @description A key of an authenticator that signs somebody in.
         */
        PasskeyId: string;
        /** @description A passkey, without its key. */
        PasskeyInfo: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Id. */
            id: components["schemas"]["PasskeyId"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it is called. */
            name: string;
        };
        /** @description `POST /sessions/passkey`: signs in with a passkey. */
        PasskeySignIn: {
            /** @description As `POST /sessions/passkey/offer` gave it. */
            ceremony: string;
            /** @description What the browser answered (`credential.toJSON()`). */
            credential: Record<string, never>;
        };
        /**
         * @description For whom a password, or a passkey, is enough.
         * @enum {string}
         */
        PasswordsFor: "everybody" | "administrators";
        /** @description A right to one kind of operation. */
        PermissionInfo: {
            /** @description What it allows. */
            description: string;
            /** @description Its name, `thing:verb`. */
            name: string;
            /** @description What it reaches where it is held in some divisions only. */
            reach: components["schemas"]["PermissionReach"];
        };
        /**
         * @description What a permission reaches where it is held in some divisions only.
         * @enum {string}
         */
        PermissionReach: "holder" | "division" | "org";
        /** @description Somebody in the directory. */
        Person: {
            /** @description False for somebody who may not sign in any more; their name stays for what they did. */
            active: boolean;
            /** @description Name to show. */
            display_name: string;
            /** @description The division they belong to. */
            division: components["schemas"]["DivisionId"];
            /** @description Where mail to them goes. */
            email?: string | null;
            /** @description True for somebody whose names and whatever else was personal to them are gone for ever. */
            erased?: boolean;
            /** @description Internal number that rings this person. */
            extension?: string | null;
            /** @description Roles held in some divisions only. */
            grants?: components["schemas"]["RoleGrant"][];
            /** @description Id. */
            id: components["schemas"]["UserId"];
            /** @description Login name. */
            name: string;
            /** @description Presence now. */
            presence: components["schemas"]["PresenceView"];
            /** @description Whether another system keeps them up by SCIM, and would undo what is changed here. */
            provisioned?: boolean;
            /** @description Roles held in all divisions. */
            roles: components["schemas"]["Role"][];
            /** @description Job title. */
            title?: string | null;
        };
        /** @description A SIP phone's account. The secret is shown once, when it is made. */
        Phone: {
            /** @description What the phone authenticates as. */
            auth_user: string;
            /** @description Where it registered from, while it is registered. */
            contacts: string[];
            /** @description The division it belongs to. */
            division: components["schemas"]["DivisionId"];
            /** @description Id. */
            id: components["schemas"]["PhoneId"];
            /** @description Only in the answer that made it. */
            secret?: string | null;
            /** @description Whose it is. */
            user: components["schemas"]["UserId"];
        };
        /**
         * Format: uuid
         * @description A SIP phone's account.
         */
        PhoneId: string;
        /**
         * Format: int64
         * @description A place in the log. Positions grow but need not be dense.
         */
        Position: number;
        /**
         * @description First level of presence.
         * @enum {string}
         */
        Presence: "available" | "busy" | "away" | "break" | "meal" | "meeting" | "training" | "idle" | "offline" | "on_queue";
        /** @description Somebody's presence, merged over devices, choice and routing. */
        PresenceView: {
            activity?: components["schemas"]["Activity"] | null;
            /** @description Second level: the org's or person's own words. */
            message?: string | null;
            /** @description First level. */
            primary: components["schemas"]["Presence"];
            /** @description Since when this primary presence holds. */
            since: components["schemas"]["Timestamp"];
        };
        /** @description `application/problem+json` (RFC 9457). */
        Problem: {
            /** @description Where to ask instead, when another region serves this: `https://HOST[:PORT]`. The path is the same there. */
            address?: string | null;
            /** @description This occurrence, in words somebody can act on. */
            detail?: string | null;
            /** @description What was wrong where, when the body was at fault. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The request, for support. */
            instance?: string | null;
            /**
             * Format: int32
             * @description Seconds after which it is worth trying again, as `Retry-After` says.
             */
            retry_after_seconds?: number | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description Short, the same for every occurrence. */
            title: string;
            /** @description Stable name of the kind of problem: `https://tandem.dev/problems/` + a kebab-case slug. */
            type: string;
        };
        /** @description `POST /me/second-factor` and `POST /me/second-factor/disable`: whoever found a session open does not know the password. */
        ProvePassword: {
            /** @description The caller's password. */
            password: string;
        };
        /** @description A sign-in that was begun, good for ten minutes and one session. */
        ProviderCeremony: {
            /** @description To be kept by the browser that began, and nowhere else, and sent back with what the provider answers. */
            ceremony: string;
            /** @description Where to send the browser. */
            url: string;
        };
        /** @description `POST /sessions/provider`: signs in with what a provider answered. */
        ProviderSignIn: {
            /** @description As `POST /sessions/provider/offer` gave it. */
            ceremony: string;
            /** @description The parameter `code`. */
            code: string;
            /** @description The parameter `iss` (RFC 9207), where there is one. */
            iss?: string | null;
            /** @description The org in the address the provider sent the browser back to. */
            org: components["schemas"]["OrgId"];
            /** @description What the authenticator shows, or a recovery code; asked for by `second-factor-needed`, and then sent with the rest as it was. */
            second_factor?: string | null;
            /** @description The parameter `state` of that address. */
            state: string;
        };
        /**
         * @description What somebody is in a conversation for.
         * @enum {string}
         */
        Purpose: "customer" | "flow" | "queue" | "agent";
        /** @description A queue. */
        Queue: {
            /**
             * Format: int32
             * @description Seconds an agent's alert lasts, 5 to 120.
             */
            alert_seconds?: number;
            /** @description How agents are matched. */
            evaluation?: components["schemas"]["Evaluation"];
            /** @description Members. */
            members: components["schemas"]["QueueMember"][];
            /** @description Name, unique in the org. */
            name: string;
            /**
             * Format: int32
             * @description Abandons up to this many seconds are short ones.
             */
            short_abandon_seconds?: number;
            /** @description Skills every interaction of this queue asks for. */
            skills?: components["schemas"]["SkillRequirement"][];
            /**
             * Format: int32
             * @description Service level: answered within this many seconds.
             */
            target_seconds?: number;
            /** @description Work after the interaction. */
            wrap_up?: components["schemas"]["WrapUpPolicy"];
        } & {
            /** @description The division it belongs to. */
            division: components["schemas"]["DivisionId"];
            /** @description Id. */
            id: components["schemas"]["QueueId"];
            /**
             * Format: int64
             * @description Raised by every change; `If-Match`.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description A contact-centre queue.
         */
        QueueId: string;
        /** @description A member of a queue. */
        QueueMember: {
            /** @description Whether this queue reaches the agent now. */
            joined?: boolean;
            /** @description Who. */
            user: components["schemas"]["UserId"];
        };
        /** @description What can be set of a queue. `POST /queues`, `PUT /queues/{queue}`. */
        QueueSettings: {
            /**
             * Format: int32
             * @description Seconds an agent's alert lasts, 5 to 120.
             */
            alert_seconds?: number;
            /** @description How agents are matched. */
            evaluation?: components["schemas"]["Evaluation"];
            /** @description Members. */
            members: components["schemas"]["QueueMember"][];
            /** @description Name, unique in the org. */
            name: string;
            /**
             * Format: int32
             * @description Abandons up to this many seconds are short ones.
             */
            short_abandon_seconds?: number;
            /** @description Skills every interaction of this queue asks for. */
            skills?: components["schemas"]["SkillRequirement"][];
            /**
             * Format: int32
             * @description Service level: answered within this many seconds.
             */
            target_seconds?: number;
            /** @description Work after the interaction. */
            wrap_up?: components["schemas"]["WrapUpPolicy"];
        };
        /** @description A queue's live numbers; the counts are since midnight UTC. */
        QueueStats: {
            /**
             * Format: int32
             * @description Left while waiting.
             */
            abandoned: number;
            /**
             * Format: int32
             * @description Of these, within the short limit.
             */
            abandoned_short: number;
            /**
             * Format: int32
             * @description Members free.
             */
            agents_idle: number;
            /**
             * Format: int32
             * @description Members on queue.
             */
            agents_on_queue: number;
            /**
             * Format: int32
             * @description Reached an agent.
             */
            answered: number;
            /**
             * Format: int64
             * @description Σ wait of the answered / answered, milliseconds.
             */
            average_speed_of_answer_ms?: number | null;
            /**
             * Format: int32
             * @description Talking to agents now.
             */
            interacting: number;
            /**
             * Format: int32
             * @description Arrived.
             */
            offered: number;
            oldest_since?: components["schemas"]["Timestamp"] | null;
            /** @description Which. */
            queue: components["schemas"]["QueueId"];
            /** @description Service levels by variant. */
            service_level: components["schemas"]["ServiceLevels"];
            /**
             * Format: int32
             * @description Waiting or alerting now.
             */
            waiting: number;
        };
        /** @description Codes to sign in with when the authenticator is lost. Each works once; shown once. */
        RecoveryCodes: {
            /** @description The codes. */
            codes: string[];
        };
        /** @description `PUT /me/passkeys/{passkey}`. */
        RenamePasskey: {
            /** @description What to call it. */
            name: string;
        };
        /** @description `POST /password-resets`: somebody forgot their password. */
        RequestPasswordReset: {
            /**
             * @description Login name or e-mail address.
             * @example agent1
             */
            login: string;
            /** @description The org's name; may be left out while the server has one org. */
            org?: string | null;
        };
        /** @description `POST /oauth/revoke` (RFC 7009 §2.1), form-encoded. */
        RevokeRequest: {
            /** @description The program, unless it authenticates in the header. */
            client_id?: string | null;
            /** @description Its secret, unless it authenticates in the header. */
            client_secret?: string | null;
            /** @description The token. */
            token: string;
            /** @description Which kind it may be; only a hint. */
            token_type_hint?: string | null;
        };
        /**
         * @description `agent`, `supervisor`, `admin`, or the name of a role that the org defined.
         * @example agent
         */
        Role: string;
        /** @description A role held in some divisions only. */
        RoleGrant: {
            /** @description In which; at least one. */
            divisions: components["schemas"]["DivisionId"][];
            /** @description Which. */
            role: components["schemas"]["Role"];
        };
        /** @description What a role is. */
        RoleInfo: {
            /** @description Whether every org has it, unchangeable. */
            built_in: boolean;
            /**
             * Format: int32
             * @description How many people hold it.
             */
            holders: number;
            /** @description Its name, by which people hold it. */
            name: components["schemas"]["Role"];
            /** @description Names of the permissions it stands for. */
            permissions: string[];
            /** @description The name to show. */
            title: string;
        };
        /** @description `GET /people/{user}/roles`. */
        RolesHeld: {
            /** @description Roles held in some divisions only. */
            grants: components["schemas"]["RoleGrant"][];
            /** @description Roles held in all divisions. */
            roles: components["schemas"]["Role"][];
        };
        /**
         * @description What routing sees of an agent.
         * @enum {string}
         */
        RoutingStatus: "off_queue" | "idle" | "alerting" | "interacting" | "wrap_up" | "communicating" | "not_responding";
        /** @description Answer to `rtc.offer`. */
        RtcAnswer: {
            /**
             * @description The media node it is of. To be named in later offers of the same connection. Another one than was named: that is gone, and so is
             *     the connection; make a new one.
             */
            node: components["schemas"]["NodeId"];
            /** @description The session description. */
            sdp: string;
        };
        /** @description What a media section carries. */
        RtcPurpose: {
            /** @enum {string} */
            purpose: "primary";
        } | {
            /** @enum {string} */
            purpose: "camera";
        } | {
            /** @enum {string} */
            purpose: "screen";
        } | {
            /** @enum {string} */
            purpose: "receive";
            /** @description Which. */
            track: components["schemas"]["TrackId"];
        } | {
            /** @enum {string} */
            purpose: "unused";
        };
        /** @description A media section (by `mid`) and its purpose. */
        RtcTrack: components["schemas"]["RtcPurpose"] & {
            /** @description The section's `a=mid`. */
            mid: string;
        };
        /** @description `GET /me/second-factor`. */
        SecondFactor: {
            /** @description Whether signing in needs it. */
            on: boolean;
            /**
             * Format: int32
             * @description Recovery codes that were not used yet.
             */
            recovery_codes_left: number;
        };
        /** @description What an authenticator (RFC 6238) needs to know, shown once. */
        SecondFactorOffer: {
            /** @description `uri` as a QR code: rows of modules, `1` dark, without the quiet zone. */
            qr: string[];
            /** @description The shared secret in base32, to type in by hand. */
            secret: string;
            /** @description The same with its settings, as authenticators read it. */
            uri: string;
        };
        /** @description A timed stretch. */
        Segment: {
            /** @description How it ended: `answered`, `declined`, `expired`, `withdrawn`, `abandoned`, `hangup`, `completed`, `timeout` … */
            disposition?: string | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description Of what kind. */
            kind: components["schemas"]["SegmentKind"];
            /** @description From. */
            started_at: components["schemas"]["Timestamp"];
        };
        /**
         * @description Kinds of segment.
         * @enum {string}
         */
        SegmentKind: "ivr" | "wait" | "alert" | "talk" | "hold" | "wrap_up";
        /** @description `POST /calls/{call}/dtmf`. */
        SendDtmf: {
            /** @description 1 to 32 of `0-9 * # A-D`. */
            digits: string;
        };
        /** @description What the server sends. */
        ServerFrame: {
            /** @description Its answer. */
            data: unknown;
            /**
             * Format: int64
             * @description The request.
             */
            id: number;
            /** @enum {string} */
            type: "reply";
        } | {
            /** @description Why. */
            data: components["schemas"]["Problem"];
            /**
             * Format: int64
             * @description The request.
             */
            id: number;
            /** @enum {string} */
            type: "error";
        } | {
            /** @description Resume from here. */
            cursor: components["schemas"]["Cursor"];
            /** @description The event. */
            data: components["schemas"]["Event"];
            /** @enum {string} */
            type: "event";
        } | {
            /** @description What. */
            data: components["schemas"]["Signal"];
            /** @description Where it was published. */
            topic: components["schemas"]["Topic"];
            /** @enum {string} */
            type: "signal";
        };
        /** @description Service level by variant, percent. Absent while there is nothing to divide by. */
        ServiceLevels: {
            /**
             * Format: double
             * @description Answered in time / (answered + abandoned − short abandoned).
             */
            drop_short?: number | null;
            /**
             * Format: double
             * @description Answered in time / answered.
             */
            ignore_abandons?: number | null;
            /**
             * Format: double
             * @description Answered in time / (answered + abandoned).
             */
            negative?: number | null;
            /**
             * Format: double
             * @description (Answered in time + abandoned in time) / (answered + abandoned).
             */
            positive?: number | null;
        };
        /**
         * Format: uuid
         * @description One sign-in, or one token that acts for somebody.
         */
        SessionId: string;
        /** @description One sign-in that holds. */
        SessionInfo: {
            /** @description The network address it signed in from. */
            address?: string | null;
            /** @description When it signed in. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description When it ends unless it is used. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Id. */
            id: components["schemas"]["SessionId"];
            /** @description When it was last used, to ten minutes. */
            last_used_at: components["schemas"]["Timestamp"];
            /** @description The browser or program, as it named itself when it signed in. */
            user_agent?: string | null;
        };
        /** @description `PUT /people/{user}/email`. */
        SetEmail: {
            /** @description Where mail to them goes; `null`: nowhere. */
            email?: string | null;
        };
        /** @description `PUT /groups/{group}/roles`. */
        SetGroupRoles: {
            /** @description All roles that its members hold from now on; may be none. */
            roles: components["schemas"]["Role"][];
        };
        /** @description `PUT /people/{user}/roles`. */
        SetRoles: {
            /** @description Roles to be held in some divisions only. Whatever is in neither list is held no more; one of them has at least one role. */
            grants?: components["schemas"]["RoleGrant"][];
            /** @description Roles to be held in all divisions from now on. */
            roles: components["schemas"]["Role"][];
        };
        /** @description `POST /sessions`: signs in with a password. */
        SignIn: {
            /** @description Where a second factor is on: the authenticator's six digits, or a recovery code. */
            code?: string | null;
            /**
             * @description Login name.
             * @example agent1
             */
            name: string;
            /** @description The org's name; may be left out while the server has one org, and is of one region. */
            org?: string | null;
            /** @description Password. */
            password: string;
        };
        /** @description A button. */
        SignInOption: {
            /** @description What it says. */
            name: string;
            /** @description Which provider. */
            provider: components["schemas"]["IdentityProviderId"];
        };
        /** @description How people of an org sign in. The same for an org without providers and one that there is not. */
        SignInOptions: {
            /** @description Providers, oldest first. */
            providers: components["schemas"]["SignInOption"][];
        };
        /** @description `GET /sign-in-settings`. */
        SignInSettings: {
            /** @description For whom a password, or a passkey, is enough. */
            passwords: components["schemas"]["PasswordsFor"];
            /** @description Where a provider sends people back to, for its settings; absent where the operator did not say where users come. */
            redirect_uri?: string | null;
        };
        /** @description Signals: published on the bus, never stored. */
        Signal: {
            /** @description Where. */
            chat: components["schemas"]["ChatId"];
            /** @enum {string} */
            signal: "typing";
            /** @description Who. */
            user: components["schemas"]["UserId"];
        } | {
            /** @description The call. */
            call: components["schemas"]["CallId"];
            /** @enum {string} */
            signal: "call_tracks";
            /** @description Everything the other endpoints send now. */
            tracks: components["schemas"]["Track"][];
        } | {
            /** @enum {string} */
            signal: "queue_stats";
            /** @description The numbers. */
            stats: components["schemas"]["QueueStats"];
        } | {
            /** @description The state. */
            agent: components["schemas"]["Agent"];
            /** @enum {string} */
            signal: "agent_state";
        } | {
            /** @description Which device. */
            device: components["schemas"]["DeviceId"];
            /** @enum {string} */
            signal: "rtc_lost";
        } | {
            /** @description Which device. */
            device: components["schemas"]["DeviceId"];
            node?: components["schemas"]["NodeId"] | null;
            /** @enum {string} */
            signal: "rtc_migrate";
        };
        /** @description A new session. */
        SignedIn: {
            /** @description When it ends. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Who it is for. */
            me: components["schemas"]["Me"];
            /** @description Bearer token, shown once. */
            token: string;
        };
        /** @description A skill. */
        Skill: {
            /** @description Id. */
            id: components["schemas"]["SkillId"];
            /** @description Name, unique in the org. */
            name: string;
        };
        /**
         * Format: uuid
         * @description A skill agents have and interactions ask for.
         */
        SkillId: string;
        /** @description A skill that is asked for. */
        SkillRequirement: {
            /**
             * Format: int32
             * @description At least this level, 0 to 5.
             */
            level?: number;
            /** @description Which. */
            skill: components["schemas"]["SkillId"];
        };
        /** @description The consistency boundary an event belongs to: its version is unique within it. */
        Stream: string;
        /** @description The last event, `close`, of a stream of server-sent events that the server ends. */
        StreamClosed: {
            /** @description Where to go on: everything up to here was sent. */
            after: components["schemas"]["Cursor"];
            /**
             * Format: int32
             * @description Why, by the close code a WebSocket would have: 1001 the server stops, 1011 it failed, 1013 the reader was too slow, 4401 the
             *     session ended.
             */
            code: number;
            /** @description The same in words. */
            reason: string;
            /**
             * Format: int32
             * @description When to come back, in milliseconds: somewhere in a few seconds, for many may have been told.
             */
            retry_ms: number;
        };
        /** @description Answer to `subscribe`. */
        Subscribed: {
            /** @description Where the stream begins. */
            cursor: components["schemas"]["Cursor"];
            /** @description The topics given. */
            topics: components["schemas"]["Topic"][];
        };
        /** @description `POST /identity-providers/test`. */
        TestIdentityProvider: {
            /**
             * @description The provider's address.
             * @example https://accounts.acme.example
             */
            issuer: string;
        };
        /**
         * Format: date-time
         * @description RFC 3339, UTC, microseconds
         */
        Timestamp: string;
        /** @description Tokens (RFC 6749 §5.1). */
        TokenAnswer: {
            /** @description Send it as `Authorization: Bearer …`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds the access token lives.
             */
            expires_in: number;
            /** @description For the next ones; it works once. */
            refresh_token?: string | null;
            /** @description The permissions given, by name. */
            scope: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /** @description A personal access token, without the token itself. */
        TokenInfo: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When it ends by itself. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Id. */
            id: components["schemas"]["SessionId"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it is for. */
            name: string;
            /** @description Names of the permissions it is limited to. It never opens more than its owner holds at the time. */
            scopes: string[];
        };
        /** @description A new personal access token. */
        TokenMade: {
            /** @description What it is. */
            info: components["schemas"]["TokenInfo"];
            /** @description The token, shown once. Send it as `Authorization: Bearer …`. */
            token: string;
        };
        /** @description `POST /oauth/token` (RFC 6749 §4.1.3, §4.4.2, §6; RFC 8628 §3.4), form-encoded. */
        TokenRequest: {
            /** @description The program, unless it authenticates in the header. */
            client_id?: string | null;
            /** @description Its secret, unless it authenticates in the header. */
            client_secret?: string | null;
            /** @description The code the browser brought. */
            code?: string | null;
            /** @description What the challenge was made of (RFC 7636 §4.5). */
            code_verifier?: string | null;
            /** @description The device's code. */
            device_code?: string | null;
            /** @description Which way. */
            grant_type: string;
            /** @description As it was asked for. */
            redirect_uri?: string | null;
            /** @description The refresh token. */
            refresh_token?: string | null;
            /** @description Permissions wanted, by name; no more than were given. */
            scope?: string | null;
        };
        /** @description Who may see an event or a signal: readers subscribe to topics, and the edge lets them have only those they may see. */
        Topic: string;
        /** @description Something an endpoint of a call sends, that others may receive. */
        Track: {
            /** @description Whose. */
            endpoint: components["schemas"]["EndpointId"];
            /** @description Id, to be named in `rtc.offer`. */
            id: components["schemas"]["TrackId"];
            /** @description Source. */
            source: components["schemas"]["TrackSource"];
            user?: components["schemas"]["UserId"] | null;
        };
        /**
         * Format: uuid
         * @description What a leg sends: one audio or video source.
         */
        TrackId: string;
        /**
         * @description What a track shows.
         * @enum {string}
         */
        TrackSource: "microphone" | "camera" | "screen";
        /**
         * Format: uuid
         * @description A person who can sign in.
         */
        UserId: string;
        /**
         * Format: uuid
         * @description A system elsewhere that is told of events.
         */
        WebhookId: string;
        /** @description A webhook. */
        WebhookInfo: {
            /**
             * Format: int32
             * @description How often that was sent.
             */
            attempts: number;
            /** @description When somebody changed it last. */
            changed_at: components["schemas"]["Timestamp"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What came of the last time. */
            error?: string | null;
            failing_since?: components["schemas"]["Timestamp"] | null;
            /** @description Which. */
            id: components["schemas"]["WebhookId"];
            /** @description Which kinds; none: all. */
            kinds: string[];
            /** @description Its name. */
            name: string;
            next_try_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why the server gave it up. */
            reason?: string | null;
            /** @description Everything up to here was sent, set aside, or not for it. */
            seen: components["schemas"]["Cursor"];
            /** @description How it is. */
            state: components["schemas"]["WebhookState"];
            /** @description Where events are sent. */
            url: string;
            /** @description It is told what this user may see: who made it, or gave it another address last. */
            user: components["schemas"]["UserId"];
        };
        /** @description A webhook just made, or with a new secret. */
        WebhookMade: {
            /** @description What its messages are signed with, `whsec_` and base64, shown this once. */
            secret: string;
            /** @description What it is. */
            webhook: components["schemas"]["WebhookInfo"];
        };
        /** @description `POST /webhooks/{webhook}/replay`: from where events are sent once more. */
        WebhookReplay: {
            /** @description After this cursor; `0-0` is the start of the log. */
            after: components["schemas"]["Cursor"];
        };
        /** @description `POST /webhooks` and `PUT /webhooks/{webhook}`: what a webhook is to be. */
        WebhookSettings: {
            /** @description Kinds of events to send, at most 100; a trailing `*` matches any ending (`call.*`). None: all. */
            kinds?: string[];
            /** @description A name for people, 1 to 120 characters. */
            name: string;
            /** @description Whether it shall rest. What happens meanwhile is sent when it goes on. */
            paused?: boolean;
            /** @description Where events are sent: an `https:` address that the public can reach. */
            url: string;
        };
        /**
         * @description How a webhook is.
         * @enum {string}
         */
        WebhookState: "active" | "paused" | "suspended";
        /** @description Wrap-up as given. */
        WrapUp: {
            /** @description Code. */
            code: components["schemas"]["WrapUpCodeId"];
            /** @description Note. */
            note?: string | null;
        };
        /** @description A code an agent may give. */
        WrapUpCode: {
            /** @description Id. */
            id: components["schemas"]["WrapUpCodeId"];
            /** @description Name. */
            name: string;
        };
        /**
         * Format: uuid
         * @description A code an agent gives an interaction afterwards.
         */
        WrapUpCodeId: string;
        /**
         * @description Modes of wrap-up.
         * @enum {string}
         */
        WrapUpMode: "optional" | "mandatory" | "timed";
        /** @description Work after an interaction (ACW). */
        WrapUpPolicy: {
            /** @description Mode. */
            mode: components["schemas"]["WrapUpMode"];
            /**
             * Format: int32
             * @description Seconds, for the timed mode.
             */
            seconds: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    agents_list: {
        parameters: {
            query?: {
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes. */
                ids?: string;
                /** @description Only what belongs to this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("queues" | "queues.members.user" | "queues.skills.skill" | "skills.skill" | "user")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agents */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "conversations": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "queues": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "since": "2026-01-05T09:30:00.000000Z",
                     *           "skills": [
                     *             {
                     *               "level": 1,
                     *               "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *             }
                     *           ],
                     *           "status": "off_queue",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Agent"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:supervise` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    agents_me: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("queues" | "queues.members.user" | "queues.skills.skill" | "skills.skill" | "user")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One's own state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "conversations": [
                     *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       ],
                     *       "display_name": "Ada Lovelace",
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "presence": {
                     *         "activity": "on_call",
                     *         "message": "text",
                     *         "primary": "available",
                     *         "since": "2026-01-05T09:30:00.000000Z"
                     *       },
                     *       "queues": [
                     *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       ],
                     *       "since": "2026-01-05T09:30:00.000000Z",
                     *       "skills": [
                     *         {
                     *           "level": 1,
                     *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "status": "off_queue",
                     *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `agent:on_queue` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_skills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent */
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "skills": [
                 *         {
                 *           "level": 1,
                 *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AgentSkills"];
            };
        };
        responses: {
            /** @description The skills as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "skills": [
                     *         {
                     *           "level": 1,
                     *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AgentSkills"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:write`, in the agent's division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A skill or level that does not exist */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only by this person (an id), or by the server itself (`system`). */
                actor?: string;
                /** @description Only what begins so: `role.changed`, or `role.` for all that happened to roles. */
                what?: string;
                /** @description Only changes of things of this kind. */
                subject_kind?: string;
                /** @description Only changes of the thing of this id. */
                subject?: string;
                /** @description Not before this time. */
                from?: string;
                /** @description Before this time. */
                until?: string;
                /** @description Only with this text in what happened, the thing, its fields, the address or the browser's name. Case does not matter. */
                query?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "actor.id"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "actor": {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "kind": "user"
                     *           },
                     *           "address": "+15550123",
                     *           "at": "2026-01-05T09:30:00.000000Z",
                     *           "request": "text",
                     *           "seq": 1,
                     *           "subject": {
                     *             "id": "text",
                     *             "kind": "text",
                     *             "name": "support"
                     *           },
                     *           "user_agent": "text",
                     *           "what": "text"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_AuditEntry"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `audit:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A filter, cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showAudit: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "actor.id"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The entry's number */
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": {
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "kind": "user"
                     *       },
                     *       "address": "+15550123",
                     *       "after": {},
                     *       "at": "2026-01-05T09:30:00.000000Z",
                     *       "before": {},
                     *       "hash": "text",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "previous": "text",
                     *       "request": "text",
                     *       "seq": 1,
                     *       "subject": {
                     *         "id": "text",
                     *         "kind": "text",
                     *         "name": "support"
                     *       },
                     *       "user_agent": "text",
                     *       "what": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["AuditDetails"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `audit:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such entry */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "requests": [
                 *         {
                 *           "fields": "id,title",
                 *           "if_none_match": "text",
                 *           "path": "/chats?limit=20"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description The answers, in the order of the requests */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answers": [
                     *         {
                     *           "body": {},
                     *           "etag": "text",
                     *           "status": 200
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchAnswers"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description None, too many, or one that is no path of a `GET` here; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_list: {
        parameters: {
            query?: {
                /** @description Only calls that go on (true) or are over (false). */
                active?: boolean;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "legs.user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "dialled": "+15550100",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "legs": [
                     *             {
                     *               "address": "+15550123",
                     *               "answered_at": "2026-01-05T09:30:00.000000Z",
                     *               "caller": true,
                     *               "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "end_reason": "hangup",
                     *               "ended_at": "2026-01-05T09:30:00.000000Z",
                     *               "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "kind": "web",
                     *               "muted": true,
                     *               "name": "support",
                     *               "started_at": "2026-01-05T09:30:00.000000Z",
                     *               "state": "dialing",
                     *               "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *             }
                     *           ],
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "video": true
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Call"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                 *       "to": {
                 *         "kind": "user",
                 *         "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *       },
                 *       "video": true
                 *     }
                 */
                "application/json": components["schemas"]["NewCall"];
            };
        };
        responses: {
            /** @description The call, dialling; or over already, with the reason, when nobody can be reached */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The device has no connection to the server; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A number that cannot be dialled; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many calls are up as the server takes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    call: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "legs.user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call: live, or its call detail record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *     }
                 */
                "application/json": components["schemas"]["AnswerCall"];
            };
        };
        responses: {
            /** @description The call, connected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing rings any more: answered elsewhere, given up, or over; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decline: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing rings any more; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dtmf: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "digits": "1"
                 *     }
                 */
                "application/json": components["schemas"]["SendDtmf"];
            };
        };
        responses: {
            /** @description The call as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not connected; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not 1 to 32 of `0-9 * # A-D`; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hang_up: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description One has no leg in it (any more); `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "held": true
                 *     }
                 */
                "application/json": components["schemas"]["HoldCall"];
            };
        };
        responses: {
            /** @description The call as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not connected */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that is unknown, missing or cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "muted": true
                 *     }
                 */
                "application/json": components["schemas"]["MuteCall"];
            };
        };
        responses: {
            /** @description The call as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answered_at": "2026-01-05T09:30:00.000000Z",
                     *       "conversation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "dialled": "+15550100",
                     *       "end_reason": "hangup",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "legs": [
                     *         {
                     *           "address": "+15550123",
                     *           "answered_at": "2026-01-05T09:30:00.000000Z",
                     *           "caller": true,
                     *           "device": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "end_reason": "hangup",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "web",
                     *           "muted": true,
                     *           "name": "support",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "dialing",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "video": true
                     *     }
                     */
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description One has no leg in it (any more) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that is unknown, missing or cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tracks: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                call: components["schemas"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cameras and screens sent now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "endpoint": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "source": "microphone",
                     *         "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Track"][];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such call of one's own */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chats_list: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("last_message.author" | "members")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of chats */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kind": "direct",
                     *           "last_message": {
                     *             "at": "2026-01-05T09:30:00.000000Z",
                     *             "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "deleted": true,
                     *             "edited_at": "2026-01-05T09:30:00.000000Z",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "seq": 1,
                     *             "text": "Hello"
                     *           },
                     *           "members": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "read_seq": 1,
                     *           "title": "Support",
                     *           "unread": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Chat"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chats_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kind": "direct",
                 *       "members": [
                 *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["NewChat"];
            };
        };
        responses: {
            /** @description The direct chat there is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "kind": "direct",
                     *       "last_message": {
                     *         "at": "2026-01-05T09:30:00.000000Z",
                     *         "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "deleted": true,
                     *         "edited_at": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "seq": 1,
                     *         "text": "Hello"
                     *       },
                     *       "members": [
                     *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       ],
                     *       "read_seq": 1,
                     *       "title": "Support",
                     *       "unread": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Chat"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "kind": "direct",
                     *       "last_message": {
                     *         "at": "2026-01-05T09:30:00.000000Z",
                     *         "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "deleted": true,
                     *         "edited_at": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "seq": 1,
                     *         "text": "Hello"
                     *       },
                     *       "members": [
                     *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       ],
                     *       "read_seq": 1,
                     *       "title": "Support",
                     *       "unread": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Chat"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A member who is not in the directory */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Members or a title that do not fit; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chat: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("last_message.author" | "members")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                chat: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chat as the caller sees it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "kind": "direct",
                     *       "last_message": {
                     *         "at": "2026-01-05T09:30:00.000000Z",
                     *         "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "deleted": true,
                     *         "edited_at": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "seq": 1,
                     *         "text": "Hello"
                     *       },
                     *       "members": [
                     *         "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       ],
                     *       "read_seq": 1,
                     *       "title": "Support",
                     *       "unread": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Chat"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such chat, or one is not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages: {
        parameters: {
            query?: {
                /** @description Only messages with a smaller sequence number. */
                before?: number;
                /** @description Only messages with a greater one. */
                after?: number;
                /** @description `next` of the page before; `before` and `after` stay as they were. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "author"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                chat: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "at": "2026-01-05T09:30:00.000000Z",
                     *           "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "deleted": true,
                     *           "edited_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "seq": 1,
                     *           "text": "Hello"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Message"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such chat, or one is not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                chat: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                 *       "text": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description Posted before under this `client_id` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-01-05T09:30:00.000000Z",
                     *       "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "deleted": true,
                     *       "edited_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "seq": 1,
                     *       "text": "Hello"
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Posted */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-01-05T09:30:00.000000Z",
                     *       "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "deleted": true,
                     *       "edited_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "seq": 1,
                     *       "text": "Hello"
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such chat, or one is not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The `client_id` belongs to a message in another chat; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A text that is empty or too long; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                chat: components["schemas"]["ChatId"];
                message: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use`; somebody else wrote it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such message, or one is not a member of the chat */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                chat: components["schemas"]["ChatId"];
                message: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["EditMessage"];
            };
        };
        responses: {
            /** @description The message as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-01-05T09:30:00.000000Z",
                     *       "author": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "chat": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "client_id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "deleted": true,
                     *       "edited_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "seq": 1,
                     *       "text": "Hello"
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use`; somebody else wrote it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such message, or one is not a member of the chat */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was deleted */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A text that is empty or too long */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mark_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                chat: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "seq": 1
                 *     }
                 */
                "application/json": components["schemas"]["MarkRead"];
            };
        };
        responses: {
            /** @description Read up to here, or further */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such chat, or one is not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Beyond the newest message */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    typing: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                chat: components["schemas"]["ChatId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Shown */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `chat:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such chat, or one is not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_list: {
        parameters: {
            query?: {
                /** @description Only those that go on (true) or are over (false). */
                active?: boolean;
                /** @description Only those of this queue. */
                queue?: components["schemas"]["QueueId"];
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("participants.queue" | "participants.queue.members.user" | "participants.queue.skills.skill" | "participants.user" | "queue" | "queue.members.user" | "queue.skills.skill")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Conversations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "attributes": {
                     *             "key": "text"
                     *           },
                     *           "call": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "ended_at": "2026-01-05T09:30:00.000000Z",
                     *           "from": "text",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "outcome": "handled",
                     *           "participants": [
                     *             {
                     *               "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "purpose": "customer",
                     *               "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "segments": [
                     *                 {
                     *                   "disposition": "text",
                     *                   "ended_at": "2026-01-05T09:30:00.000000Z",
                     *                   "kind": "ivr",
                     *                   "started_at": "2026-01-05T09:30:00.000000Z"
                     *                 }
                     *               ],
                     *               "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "wrap_up": {
                     *                 "code": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *                 "note": "text"
                     *               }
                     *             }
                     *           ],
                     *           "position": 1,
                     *           "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "started_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "flow",
                     *           "to": "text"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Conversation"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` or `queue:supervise` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_get: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("participants.queue" | "participants.queue.members.user" | "participants.queue.skills.skill" | "participants.user" | "queue" | "queue.members.user" | "queue.skills.skill")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The conversation */
                conversation: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Participants, segments and where it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attributes": {
                     *         "key": "text"
                     *       },
                     *       "call": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "from": "text",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "outcome": "handled",
                     *       "participants": [
                     *         {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "purpose": "customer",
                     *           "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "segments": [
                     *             {
                     *               "disposition": "text",
                     *               "ended_at": "2026-01-05T09:30:00.000000Z",
                     *               "kind": "ivr",
                     *               "started_at": "2026-01-05T09:30:00.000000Z"
                     *             }
                     *           ],
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "wrap_up": {
                     *             "code": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "note": "text"
                     *           }
                     *         }
                     *       ],
                     *       "position": 1,
                     *       "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "state": "flow",
                     *       "to": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Conversation"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` or `queue:supervise` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such conversation, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("agent" | "candidates.agent" | "excluded.agent")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The conversation */
                conversation: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Decisions, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "agent": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "at": "2026-01-05T09:30:00.000000Z",
                     *           "candidates": [
                     *             {
                     *               "agent": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "idle_since": "2026-01-05T09:30:00.000000Z",
                     *               "score": 0.5
                     *             }
                     *           ],
                     *           "counts": [
                     *             {
                     *               "members": 1,
                     *               "reason": "text"
                     *             }
                     *           ],
                     *           "eligible": 1,
                     *           "excluded": [
                     *             {
                     *               "agent": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *               "reason": "text"
                     *             }
                     *           ],
                     *           "key": 1,
                     *           "offer": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Decision"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:supervise`, in its queue's division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such conversation, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    wrap_up: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The conversation */
                conversation: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                 *       "note": "text"
                 *     }
                 */
                "application/json": components["schemas"]["GiveWrapUp"];
            };
        };
        responses: {
            /** @description The conversation as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attributes": {
                     *         "key": "text"
                     *       },
                     *       "call": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "ended_at": "2026-01-05T09:30:00.000000Z",
                     *       "from": "text",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "outcome": "handled",
                     *       "participants": [
                     *         {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "purpose": "customer",
                     *           "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "segments": [
                     *             {
                     *               "disposition": "text",
                     *               "ended_at": "2026-01-05T09:30:00.000000Z",
                     *               "kind": "ivr",
                     *               "started_at": "2026-01-05T09:30:00.000000Z"
                     *             }
                     *           ],
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "wrap_up": {
                     *             "code": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "note": "text"
                     *           }
                     *         }
                     *       ],
                     *       "position": 1,
                     *       "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "started_at": "2026-01-05T09:30:00.000000Z",
                     *       "state": "flow",
                     *       "to": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `agent:on_queue`, and `queue:read` or `queue:supervise` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such conversation, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller took no part in it; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such code, or a note that is too long; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDivisions: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Divisions, each with how many things belong to it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "home": true,
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "things": {
                     *             "person": 1
                     *           }
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Division"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDivision: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["DivisionName"];
            };
        };
        responses: {
            /** @description The division */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "home": true,
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "things": {
                     *         "person": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Division"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `division:write` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is such a division, or as many as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeDivision: {
        parameters: {
            query?: {
                /** @description The division that takes what belongs to the one removed. */
                move_to?: components["schemas"]["DivisionId"];
            };
            header?: never;
            path: {
                division: components["schemas"]["DivisionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `division:write`, and to be allowed to change its things here and there (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Things belong to it, or it is the one every org has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `move_to` names none that can take them */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renameDivision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                division: components["schemas"]["DivisionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["DivisionName"];
            };
        };
        responses: {
            /** @description The division as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "home": true,
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "things": {
                     *         "person": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Division"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `division:write` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another has this name, or it is the one every org has */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    moveToDivision: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                division: components["schemas"]["DivisionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kind": "person",
                 *       "things": [
                 *         "text"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["MoveThings"];
            };
        };
        responses: {
            /** @description They belong to it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `other-division`: not to be moved by the caller, from there or to here */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division or thing, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No things, or too many; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Go on after this cursor; absent: from the start of the log, as a stream from now on. */
                after?: string;
                /** @description Only these topics, separated by commas; absent: all one may see. */
                topics?: string;
                /** @description Only these kinds, separated by commas; a trailing `*` matches any ending (`call.*`). */
                kinds?: string;
                /** @description Events wanted, 1 to 200, 50 by default. A stream has no end and takes none. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: {
                /** @description Of a stream: go on after this cursor, whatever `after` says */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events; `next` is the cursor to go on from. Or a stream of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "kind": "user"
                     *           },
                     *           "at": "2026-01-05T09:30:00.000000Z",
                     *           "causation": 1,
                     *           "correlation": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "cursor": "0-42",
                     *           "data": {},
                     *           "org": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "schema_version": 1,
                     *           "stream": "text",
                     *           "subject": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "topics": [
                     *             "text"
                     *           ],
                     *           "type": "text",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Event"];
                    /** @example text */
                    "text/event-stream": string;
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken; `unknown-cursor`: one nobody handed out */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As a stream: too many are open */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As a stream: the server is stopping */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    flows_list: {
        parameters: {
            query?: {
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes. */
                ids?: string;
                /** @description Only what belongs to this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The published version of each, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "published_at": "2026-01-05T09:30:00.000000Z",
                     *           "text": "Hello",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Flow"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `flow:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publish: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
            };
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["FlowText"];
            };
        };
        responses: {
            /** @description The flow; `ETag` is its version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "published_at": "2026-01-05T09:30:00.000000Z",
                     *       "text": "Hello",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Flow"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `flow:write`, in the division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bad-flow`: faults with line and field; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["FlowText"];
            };
        };
        responses: {
            /** @description Faults with line and field */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errors": [
                     *         {
                     *           "field": "text",
                     *           "line": 1,
                     *           "message": "text"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FlowCheck"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `flow:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    flows_get: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The flow */
                flow: components["schemas"]["FlowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The published version; `ETag` is its number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "published_at": "2026-01-05T09:30:00.000000Z",
                     *       "text": "Hello",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Flow"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `flow:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such flow, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    flows_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The flow */
                flow: components["schemas"]["FlowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello"
                 *     }
                 */
                "application/json": components["schemas"]["FlowText"];
            };
        };
        responses: {
            /** @description The version published; `ETag` is its number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "published_at": "2026-01-05T09:30:00.000000Z",
                     *       "text": "Hello",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Flow"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `flow:write`, in the flow's division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such flow, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bad-flow`: faults with line and field */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of groups */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "members": 1,
                     *           "name": "support",
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ]
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_GroupInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            /** @description The group */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": 1,
                     *       "name": "support",
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GroupInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in all divisions (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A group of that name, or as many groups as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showGroup: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                group: components["schemas"]["GroupId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": 1,
                     *       "name": "support",
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GroupInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                group: components["schemas"]["GroupId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeGroup"];
            };
        };
        responses: {
            /** @description The group as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": 1,
                     *       "name": "support",
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GroupInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in all divisions (`other-division`), and all permissions its roles stand for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another group has that name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                group: components["schemas"]["GroupId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in all divisions (`other-division`), and all permissions its roles stand for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembersOfGroup: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                group: components["schemas"]["GroupId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_GroupMember"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addToGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: components["schemas"]["GroupId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are in it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions the group's roles stand for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group, or nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many are in it as may be */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeFromGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: components["schemas"]["GroupId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are not in it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions the group's roles stand for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group, or nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setRolesOfGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                group: components["schemas"]["GroupId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "roles": [
                 *         "agent"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["SetGroupRoles"];
            };
        };
        responses: {
            /** @description The group as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": 1,
                     *       "name": "support",
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GroupInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `role:write`, in all divisions (`other-division`), and all permissions its roles stand for now and would stand for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A role that the org does not have */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listIdentityProviders: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All identity providers of the org */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "changed_at": "2026-01-05T09:30:00.000000Z",
                     *           "claims": {
                     *             "email": "email",
                     *             "groups": "groups",
                     *             "name": "name"
                     *           },
                     *           "client_id": "text",
                     *           "create_people": true,
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "email_domains": [
                     *             "text"
                     *           ],
                     *           "has_secret": true,
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "issuer": "text",
                     *           "link_by_email": true,
                     *           "name": "support",
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "rules": [
                     *             {
                     *               "group": "text",
                     *               "roles": [
                     *                 "agent"
                     *               ]
                     *             }
                     *           ],
                     *           "scopes": [
                     *             "text"
                     *           ],
                     *           "second_factor": true
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_IdentityProviderInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createIdentityProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "claims": {
                 *         "email": "email",
                 *         "groups": "groups",
                 *         "name": "name"
                 *       },
                 *       "client_id": "text",
                 *       "client_secret": "text",
                 *       "create_people": true,
                 *       "email_domains": [
                 *         "text"
                 *       ],
                 *       "issuer": "https://accounts.acme.example",
                 *       "link_by_email": true,
                 *       "name": "Acme accounts",
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "rules": [
                 *         {
                 *           "group": "text",
                 *           "roles": [
                 *             "agent"
                 *           ]
                 *         }
                 *       ],
                 *       "scopes": [
                 *         "text"
                 *       ],
                 *       "second_factor": true
                 *     }
                 */
                "application/json": components["schemas"]["IdentityProviderSettings"];
            };
        };
        responses: {
            /** @description The identity provider */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "claims": {
                     *         "email": "email",
                     *         "groups": "groups",
                     *         "name": "name"
                     *       },
                     *       "client_id": "text",
                     *       "create_people": true,
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "email_domains": [
                     *         "text"
                     *       ],
                     *       "has_secret": true,
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "issuer": "text",
                     *       "link_by_email": true,
                     *       "name": "support",
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "rules": [
                     *         {
                     *           "group": "text",
                     *           "roles": [
                     *             "agent"
                     *           ]
                     *         }
                     *       ],
                     *       "scopes": [
                     *         "text"
                     *       ],
                     *       "second_factor": true
                     *     }
                     */
                    "application/json": components["schemas"]["IdentityProviderInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage`; `not-yours-to-give`: it would make people more than the caller is */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-providers`: as many as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testIdentityProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "issuer": "https://accounts.acme.example"
                 *     }
                 */
                "application/json": components["schemas"]["TestIdentityProvider"];
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "faults": [
                     *         "text"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["IdentityProviderTest"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No address the server may connect to; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showIdentityProvider: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                provider: components["schemas"]["IdentityProviderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The identity provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "claims": {
                     *         "email": "email",
                     *         "groups": "groups",
                     *         "name": "name"
                     *       },
                     *       "client_id": "text",
                     *       "create_people": true,
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "email_domains": [
                     *         "text"
                     *       ],
                     *       "has_secret": true,
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "issuer": "text",
                     *       "link_by_email": true,
                     *       "name": "support",
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "rules": [
                     *         {
                     *           "group": "text",
                     *           "roles": [
                     *             "agent"
                     *           ]
                     *         }
                     *       ],
                     *       "scopes": [
                     *         "text"
                     *       ],
                     *       "second_factor": true
                     *     }
                     */
                    "application/json": components["schemas"]["IdentityProviderInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such identity provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeIdentityProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                provider: components["schemas"]["IdentityProviderId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "claims": {
                 *         "email": "email",
                 *         "groups": "groups",
                 *         "name": "name"
                 *       },
                 *       "client_id": "text",
                 *       "client_secret": "text",
                 *       "create_people": true,
                 *       "email_domains": [
                 *         "text"
                 *       ],
                 *       "issuer": "https://accounts.acme.example",
                 *       "link_by_email": true,
                 *       "name": "Acme accounts",
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "rules": [
                 *         {
                 *           "group": "text",
                 *           "roles": [
                 *             "agent"
                 *           ]
                 *         }
                 *       ],
                 *       "scopes": [
                 *         "text"
                 *       ],
                 *       "second_factor": true
                 *     }
                 */
                "application/json": components["schemas"]["IdentityProviderSettings"];
            };
        };
        responses: {
            /** @description The identity provider as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "claims": {
                     *         "email": "email",
                     *         "groups": "groups",
                     *         "name": "name"
                     *       },
                     *       "client_id": "text",
                     *       "create_people": true,
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "email_domains": [
                     *         "text"
                     *       ],
                     *       "has_secret": true,
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "issuer": "text",
                     *       "link_by_email": true,
                     *       "name": "support",
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "rules": [
                     *         {
                     *           "group": "text",
                     *           "roles": [
                     *             "agent"
                     *           ]
                     *         }
                     *       ],
                     *       "scopes": [
                     *         "text"
                     *       ],
                     *       "second_factor": true
                     *     }
                     */
                    "application/json": components["schemas"]["IdentityProviderInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage`; `not-yours-to-give`: it would make people more than the caller is */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such identity provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeIdentityProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                provider: components["schemas"]["IdentityProviderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such identity provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `last-provider`: people sign in by it alone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All open invitations of the org */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "display_name": "Ada Lovelace",
                     *           "email": "text",
                     *           "expires_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "sent_at": "2026-01-05T09:30:00.000000Z"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_InvitationInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in Home (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Ada Lovelace",
                 *       "email": "mia@acme.example",
                 *       "extension": "text",
                 *       "name": "support",
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description The invitation; its mail is on its way */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "text",
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "sent_at": "2026-01-05T09:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["InvitationInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in Home (`other-division`), and all permissions of the roles */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has the name, address or number, or was invited with it; or the server does not know where users come; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery",
                 *       "token": "text"
                 *     }
                 */
                "application/json": components["schemas"]["AcceptInvitation"];
            };
        };
        responses: {
            /** @description Signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "me": {
                     *         "divided": {
                     *           "key": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ]
                     *         },
                     *         "org": {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "region": "text"
                     *         },
                     *         "permissions": [
                     *           "text"
                     *         ],
                     *         "session": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "user": {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "email": "text",
                     *           "erased": true,
                     *           "extension": "text",
                     *           "grants": [
                     *             {
                     *               "divisions": [
                     *                 "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               ],
                     *               "role": "agent"
                     *             }
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       },
                     *       "token": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link works no more, or never did */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody got the name or number meanwhile */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A password that cannot be taken; `guessable-password`: it is soon guessed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "text"
                 *     }
                 */
                "application/json": components["schemas"]["LookUpInvitation"];
            };
        };
        responses: {
            /** @description The org, and who one will be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "display_name": "Ada Lovelace",
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "name": "support",
                     *       "org": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Invited"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link works no more, or never did */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that is unknown, missing or cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation: components["schemas"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in Home (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such invitation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inviteAgain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                invitation: components["schemas"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation; its mail is on its way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "text",
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "sent_at": "2026-01-05T09:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["InvitationInfo"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in Home (`other-division`), and all permissions of the roles */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such invitation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server does not know where users come; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description Only those in this state. */
                state?: "waiting" | "running" | "done" | "dead" | "discarded";
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "attempts": 1,
                     *           "changed_at": "2026-01-05T09:30:00.000000Z",
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "error": "text",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "key": "text",
                     *           "kind": "text",
                     *           "max_attempts": 1,
                     *           "payload": {},
                     *           "run_at": "2026-01-05T09:30:00.000000Z",
                     *           "state": "waiting"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Job"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `job:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showJob: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The job */
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "key": "text",
                     *       "kind": "text",
                     *       "max_attempts": 1,
                     *       "payload": {},
                     *       "run_at": "2026-01-05T09:30:00.000000Z",
                     *       "state": "waiting"
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `job:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The job */
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "key": "text",
                     *       "kind": "text",
                     *       "max_attempts": 1,
                     *       "payload": {},
                     *       "run_at": "2026-01-05T09:30:00.000000Z",
                     *       "state": "waiting"
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `job:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is running, or over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The job */
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "key": "text",
                     *       "kind": "text",
                     *       "max_attempts": 1,
                     *       "payload": {},
                     *       "run_at": "2026-01-05T09:30:00.000000Z",
                     *       "state": "waiting"
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `job:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is neither dead nor discarded; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["KeyRotated"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `key:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_me: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "user.id"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "divided": {
                     *         "key": [
                     *           "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         ]
                     *       },
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "org": {
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "name": "support",
                     *         "region": "text"
                     *       },
                     *       "permissions": [
                     *         "text"
                     *       ],
                     *       "session": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "user": {
                     *         "active": true,
                     *         "display_name": "Ada Lovelace",
                     *         "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "email": "text",
                     *         "erased": true,
                     *         "extension": "text",
                     *         "grants": [
                     *           {
                     *             "divisions": [
                     *               "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *             ],
                     *             "role": "agent"
                     *           }
                     *         ],
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "name": "support",
                     *         "presence": {
                     *           "activity": "on_call",
                     *           "message": "text",
                     *           "primary": "available",
                     *           "since": "2026-01-05T09:30:00.000000Z"
                     *         },
                     *         "provisioned": true,
                     *         "roles": [
                     *           "agent"
                     *         ],
                     *         "title": "Support"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Me"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMyGrants: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All that hold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "client": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "grant": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *           "name": "support",
                     *           "scopes": [
                     *             "text"
                     *           ]
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Application"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endMyGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                grant: components["schemas"]["GrantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller allowed no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMyPasskeys: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All passkeys of the caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *           "name": "support"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_PasskeyInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addMyPasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ceremony": "text",
                 *       "credential": {},
                 *       "name": "My laptop"
                 *     }
                 */
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description It signs the caller in from now on */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *       "name": "support"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many as one may have, or the server is not known by a name; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken, or not what was asked for; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerMyPasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["ProvePassword"];
            };
        };
        responses: {
            /** @description What to ask the authenticator */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ceremony": "text",
                     *       "options": {}
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyCeremony"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many as one may have, or the server is not known by a name; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong guesses; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renameMyPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["RenamePasskey"];
            };
        };
        responses: {
            /** @description The passkey as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *       "name": "support"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller has no such passkey */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMyPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller has no such passkey */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeMyPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "text",
                 *       "new_password": "seven boats on a lake"
                 *     }
                 */
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The current password is wrong, or the new one cannot be taken; `guessable-password`: it is soon guessed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong guesses; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    choose: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "text",
                 *       "primary": "available"
                 *     }
                 */
                "application/json": components["schemas"]["ChoosePresence"];
            };
        };
        responses: {
            /** @description The presence as it is now, devices and activity merged in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "activity": "on_call",
                     *       "message": "text",
                     *       "primary": "available",
                     *       "since": "2026-01-05T09:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PresenceView"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `on_queue` needs `agent:on_queue` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idle` or `offline`, or a message that is too long */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mySecondFactor: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether it is on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "on": true,
                     *       "recovery_codes_left": 1
                     *     }
                     */
                    "application/json": components["schemas"]["SecondFactor"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["ProvePassword"];
            };
        };
        responses: {
            /** @description The secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "qr": [
                     *         "text"
                     *       ],
                     *       "secret": "text",
                     *       "uri": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["SecondFactorOffer"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A second factor is on; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong guesses; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "123456"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmSecondFactor"];
            };
        };
        responses: {
            /** @description It is on from now on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "codes": [
                     *         "123456"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing was offered, or it is on already; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The code is wrong; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong codes; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disableSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["ProvePassword"];
            };
        };
        responses: {
            /** @description It is off */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong guesses; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMySessions: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All sessions of the caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "address": "+15550123",
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "current": true,
                     *           "expires_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *           "user_agent": "text"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_SessionInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endMyOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endMySession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller has no such session */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMyTokens: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All tokens of the caller that have not ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "expires_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *           "name": "support",
                     *           "scopes": [
                     *             "text"
                     *           ]
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_TokenInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createMyToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "expires_in_days": 1,
                 *       "name": "support",
                 *       "scopes": [
                 *         "text"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description The token, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "info": {
                     *         "created_at": "2026-01-05T09:30:00.000000Z",
                     *         "expires_at": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *         "name": "support",
                     *         "scopes": [
                     *           "text"
                     *         ]
                     *       },
                     *       "token": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token, or for a permission the caller does not hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller has as many tokens as one may have; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeMyToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The token's id */
                token: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller has no such token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNodes: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The nodes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "answering": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "items": [
                     *         {
                     *           "draining": true,
                     *           "http": "text",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "links": "text",
                     *           "load": {
                     *             "calls": 1,
                     *             "endpoints": 1
                     *           },
                     *           "media": "text",
                     *           "name": "support",
                     *           "roles": [
                     *             "edge"
                     *           ],
                     *           "sip": "text",
                     *           "version": "text"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["NodeList"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `node:view` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    numbers: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("to.flow" | "to.user")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Numbers and where they lead */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "number": "+15550100",
                     *           "to": {
                     *             "flow": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "kind": "flow"
                     *           }
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Number"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_number: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
            };
            header?: never;
            path: {
                /** @description E.164 with `+` */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "flow": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                 *       "kind": "flow"
                 *     }
                 */
                "application/json": components["schemas"]["NumberTarget"];
            };
        };
        responses: {
            /** @description The number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "number": "+15550100",
                     *       "to": {
                     *         "flow": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "kind": "flow"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Number"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `phone:write`, in the number's division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such user, flow or division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Another org has this number */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not an E.164 number */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showAuthorization: {
        parameters: {
            query?: {
                /** @description Must be `code`. */
                response_type?: string;
                /** @description The program. */
                client_id?: string;
                /** @description Where to go back to: one that is registered. */
                redirect_uri?: string;
                /** @description Permissions asked for, by name, with spaces between; absent: all the program may ask for. */
                scope?: string;
                /** @description Given back unchanged. */
                state?: string;
                /** @description BASE64URL(SHA256(verifier)). */
                code_challenge?: string;
                /** @description Must be `S256`. */
                code_challenge_method?: string;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is to decide, or where the browser goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "consent": {
                     *         "client": "text",
                     *         "org": "text",
                     *         "redirect_uri": "https://crm.example/callback",
                     *         "scopes": [
                     *           {
                     *             "description": "text",
                     *             "name": "support",
                     *             "reach": "holder"
                     *           }
                     *         ]
                     *       },
                     *       "kind": "ask"
                     *     }
                     */
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The org has no such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The redirect is not registered */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideAuthorization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "allow": true,
                 *       "request": {
                 *         "client_id": "text",
                 *         "code_challenge": "text",
                 *         "code_challenge_method": "text",
                 *         "redirect_uri": "https://crm.example/callback",
                 *         "response_type": "text",
                 *         "scope": "text",
                 *         "state": "text"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DecideAuthorization"];
            };
        };
        responses: {
            /** @description Where the browser goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "location": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Onward"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The org has no such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The redirect is not registered; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listClients: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All programs of the org */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "confidential": true,
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "grant_types": [
                     *             "authorization_code"
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "redirect_uris": [
                     *             "https://crm.example/callback"
                     *           ],
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "scopes": [
                     *             "text"
                     *           ]
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_ClientInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "confidential": true,
                 *       "grant_types": [
                 *         "authorization_code"
                 *       ],
                 *       "name": "support",
                 *       "redirect_uris": [
                 *         "https://crm.example/callback"
                 *       ],
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "scopes": [
                 *         "text"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ClientSettings"];
            };
        };
        responses: {
            /** @description The program, and its secret this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "client": {
                     *         "confidential": true,
                     *         "created_at": "2026-01-05T09:30:00.000000Z",
                     *         "grant_types": [
                     *           "authorization_code"
                     *         ],
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "name": "support",
                     *         "redirect_uris": [
                     *           "https://crm.example/callback"
                     *         ],
                     *         "roles": [
                     *           "agent"
                     *         ],
                     *         "scopes": [
                     *           "text"
                     *         ]
                     *       },
                     *       "secret": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["ClientMade"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:write`, and all permissions of the roles */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showClient: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                client: components["schemas"]["ClientId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The program */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidential": true,
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "grant_types": [
                     *         "authorization_code"
                     *       ],
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "redirect_uris": [
                     *         "https://crm.example/callback"
                     *       ],
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "scopes": [
                     *         "text"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ClientInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                client: components["schemas"]["ClientId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "confidential": true,
                 *       "grant_types": [
                 *         "authorization_code"
                 *       ],
                 *       "name": "support",
                 *       "redirect_uris": [
                 *         "https://crm.example/callback"
                 *       ],
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "scopes": [
                 *         "text"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ClientSettings"];
            };
        };
        responses: {
            /** @description The program as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidential": true,
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "grant_types": [
                     *         "authorization_code"
                     *       ],
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "redirect_uris": [
                     *         "https://crm.example/callback"
                     *       ],
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "scopes": [
                     *         "text"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ClientInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:write`, and all permissions of its roles before and after */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                client: components["schemas"]["ClientId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:write`, and all permissions of its roles */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeClientSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                client: components["schemas"]["ClientId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The program, and its secret this once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "client": {
                     *         "confidential": true,
                     *         "created_at": "2026-01-05T09:30:00.000000Z",
                     *         "grant_types": [
                     *           "authorization_code"
                     *         ],
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "name": "support",
                     *         "redirect_uris": [
                     *           "https://crm.example/callback"
                     *         ],
                     *         "roles": [
                     *           "agent"
                     *         ],
                     *         "scopes": [
                     *           "text"
                     *         ]
                     *       },
                     *       "secret": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["ClientMade"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `client:write`, and all permissions of its roles */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such program */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It cannot keep a secret; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "allow": true,
                 *       "user_code": "BCDF-GHJK"
                 *     }
                 */
                "application/json": components["schemas"]["DecideDevice"];
            };
        };
        responses: {
            /** @description The device learns it when it asks next */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session, or the caller holds nothing of what it asks for */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No device shows this code */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong codes; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_code": "BCDF-GHJK"
                 *     }
                 */
                "application/json": components["schemas"]["LookUpDevice"];
            };
        };
        responses: {
            /** @description What is to decide */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "client": "text",
                     *       "org": "text",
                     *       "redirect_uri": "https://crm.example/callback",
                     *       "scopes": [
                     *         {
                     *           "description": "text",
                     *           "name": "support",
                     *           "reach": "holder"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked with a token rather than a session */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No device shows this code */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong codes; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    authorizeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "text",
                 *       "client_secret": "text",
                 *       "scope": "text"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["DeviceRequest"];
            };
        };
        responses: {
            /** @description Codes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "device_code": "text",
                     *       "expires_in": 1,
                     *       "interval": 1,
                     *       "user_code": "BCDF-GHJK",
                     *       "verification_uri": "text",
                     *       "verification_uri_complete": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceAnswer"];
                };
            };
            /** @description `error` says why not */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `invalid_client`: no such program, or a wrong secret */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is no form */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `temporarily_unavailable`: too many devices wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "text",
                 *       "client_secret": "text",
                 *       "token": "text",
                 *       "token_type_hint": "text"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["RevokeRequest"];
            };
        };
        responses: {
            /** @description It opens nothing any more */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `error` says why not */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `invalid_client`: no such program, or a wrong secret */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is no form */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "text",
                 *       "client_secret": "text",
                 *       "code": "123456",
                 *       "code_verifier": "text",
                 *       "device_code": "text",
                 *       "grant_type": "text",
                 *       "redirect_uri": "https://crm.example/callback",
                 *       "refresh_token": "text",
                 *       "scope": "text"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "text",
                     *       "expires_in": 1,
                     *       "refresh_token": "text",
                     *       "scope": "text",
                     *       "token_type": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            /** @description `error` says why not */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `invalid_client`: no such program, or a wrong secret */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is no form */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `temporarily_unavailable`: too many tokens at once */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "text",
                     *       "error_description": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    listLimits: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every limit */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "limit": "people",
                     *           "set": true,
                     *           "used": 1,
                     *           "value": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_LimitInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requestPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "login": "agent1",
                 *       "org": "text"
                 *     }
                 */
                "application/json": components["schemas"]["RequestPasswordReset"];
            };
        };
        responses: {
            /** @description Whoever is meant is written to */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server does not know where users come */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked too often; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completePasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "new_password": "seven boats on a lake",
                 *       "token": "text"
                 *     }
                 */
                "application/json": components["schemas"]["CompletePasswordReset"];
            };
        };
        responses: {
            /** @description It is the password from now on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link works no more, or never did */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A password that cannot be taken; `guessable-password`: it is soon guessed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    people_list: {
        parameters: {
            query?: {
                /** @description Words; each must occur in the display name, the login name or the extension. Case does not matter. */
                query?: string;
                /** @description Only people of this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that are nobody's, nothing comes. */
                ids?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "email": "text",
                     *           "erased": true,
                     *           "extension": "text",
                     *           "grants": [
                     *             {
                     *               "divisions": [
                     *                 "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               ],
                     *               "role": "agent"
                     *             }
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Person"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query, cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
            };
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Ada Lovelace",
                 *       "extension": "text",
                 *       "name": "support",
                 *       "password": "correct horse battery",
                 *       "roles": [
                 *         "agent"
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "active": true,
                     *       "display_name": "Ada Lovelace",
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "email": "text",
                     *       "erased": true,
                     *       "extension": "text",
                     *       "grants": [
                     *         {
                     *           "divisions": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "role": "agent"
                     *         }
                     *       ],
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "presence": {
                     *         "activity": "on_call",
                     *         "message": "text",
                     *         "primary": "available",
                     *         "since": "2026-01-05T09:30:00.000000Z"
                     *       },
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "title": "Support"
                     *     }
                     */
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in the division (`other-division`), and all permissions of the roles given */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has this name or extension; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `guessable-password`: the password is soon guessed; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    person: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person, with presence */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "active": true,
                     *       "display_name": "Ada Lovelace",
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "email": "text",
                     *       "erased": true,
                     *       "extension": "text",
                     *       "grants": [
                     *         {
                     *           "divisions": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "role": "agent"
                     *         }
                     *       ],
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support",
                     *       "presence": {
                     *         "activity": "on_call",
                     *         "message": "text",
                     *         "primary": "available",
                     *         "since": "2026-01-05T09:30:00.000000Z"
                     *       },
                     *       "provisioned": true,
                     *       "roles": [
                     *         "agent"
                     *       ],
                     *       "title": "Support"
                     *     }
                     */
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deactivatePerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deactivated, or it was so already */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is the caller, or the last administrator; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setEmailOf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "text"
                 *     }
                 */
                "application/json": components["schemas"]["SetEmail"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has the address */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No e-mail address */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erasePerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erased, or they were already */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description They are active; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reactivatePerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Active, or it was so already */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description They were erased; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRolesOf: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In all divisions, and in some */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "grants": [
                     *         {
                     *           "divisions": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ],
                     *           "role": "agent"
                     *         }
                     *       ],
                     *       "roles": [
                     *         "agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RolesHeld"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setRolesOf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grants": [
                 *         {
                 *           "divisions": [
                 *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *           ],
                 *           "role": "agent"
                 *         }
                 *       ],
                 *       "roles": [
                 *         "agent"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["SetRoles"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `role:write`, in their division (`other-division`), and all permissions they hold now and would hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No role, or a role or division that the org does not have */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetSecondFactorOf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is off */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessionsOf: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All their sessions, the one used last first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "address": "+15550123",
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "current": true,
                     *           "expires_at": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "last_used_at": "2026-01-05T09:30:00.000000Z",
                     *           "user_agent": "text"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_SessionInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSessionsOf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:write`, in their division (`other-division`), and all permissions they hold */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody of the org has this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPermissions: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every permission and what it allows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "description": "text",
                     *           "name": "support",
                     *           "reach": "holder"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_PermissionInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    phones: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Phones, with where they are registered from */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "auth_user": "text",
                     *           "contacts": [
                     *             "text"
                     *           ],
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "secret": "text",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Phone"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `call:use` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_phone: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
            };
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "auth_user": "text",
                 *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *     }
                 */
                "application/json": components["schemas"]["NewPhone"];
            };
        };
        responses: {
            /** @description The phone with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "auth_user": "text",
                     *       "contacts": [
                     *         "text"
                     *       ],
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "secret": "text",
                     *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *     }
                     */
                    "application/json": components["schemas"]["Phone"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `phone:write`, in the division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such user or division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name does not fit; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queues_list: {
        parameters: {
            query?: {
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes. */
                ids?: string;
                /** @description Only what belongs to this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("members.user" | "skills.skill")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Queues by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "alert_seconds": 1,
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "evaluation": "all_skills",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "members": [
                     *             {
                     *               "joined": true,
                     *               "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *             }
                     *           ],
                     *           "name": "support",
                     *           "short_abandon_seconds": 1,
                     *           "skills": [
                     *             {
                     *               "level": 1,
                     *               "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *             }
                     *           ],
                     *           "target_seconds": 1,
                     *           "version": 1,
                     *           "wrap_up": {
                     *             "mode": "optional",
                     *             "seconds": 1
                     *           }
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Queue"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queues_create: {
        parameters: {
            query?: {
                /** @description What is made belongs to this division; to Home where none is named. What is listed is of this division. */
                division?: components["schemas"]["DivisionId"];
            };
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "alert_seconds": 1,
                 *       "evaluation": "all_skills",
                 *       "members": [
                 *         {
                 *           "joined": true,
                 *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *         }
                 *       ],
                 *       "name": "support",
                 *       "short_abandon_seconds": 1,
                 *       "skills": [
                 *         {
                 *           "level": 1,
                 *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *         }
                 *       ],
                 *       "target_seconds": 1,
                 *       "wrap_up": {
                 *         "mode": "optional",
                 *         "seconds": 1
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["QueueSettings"];
            };
        };
        responses: {
            /** @description The queue; `ETag` is its version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "alert_seconds": 1,
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "evaluation": "all_skills",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": [
                     *         {
                     *           "joined": true,
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "name": "support",
                     *       "short_abandon_seconds": 1,
                     *       "skills": [
                     *         {
                     *           "level": 1,
                     *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "target_seconds": 1,
                     *       "version": 1,
                     *       "wrap_up": {
                     *         "mode": "optional",
                     *         "seconds": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:write`, in the division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such division */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stats: {
        parameters: {
            query?: {
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes. */
                ids?: string;
                /** @description Only what belongs to this division. */
                division?: components["schemas"]["DivisionId"];
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("queue" | "queue.members.user" | "queue.skills.skill")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry per queue, by the queue's name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "abandoned": 1,
                     *           "abandoned_short": 1,
                     *           "agents_idle": 1,
                     *           "agents_on_queue": 1,
                     *           "answered": 1,
                     *           "average_speed_of_answer_ms": 1,
                     *           "interacting": 1,
                     *           "offered": 1,
                     *           "oldest_since": "2026-01-05T09:30:00.000000Z",
                     *           "queue": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "service_level": {
                     *             "drop_short": 0.5,
                     *             "ignore_abandons": 0.5,
                     *             "negative": 0.5,
                     *             "positive": 0.5
                     *           },
                     *           "waiting": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_QueueStats"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queues_get: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: ("members.user" | "skills.skill")[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The queue */
                queue: components["schemas"]["QueueId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue; `ETag` is its version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "alert_seconds": 1,
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "evaluation": "all_skills",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "members": [
                     *         {
                     *           "joined": true,
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "name": "support",
                     *       "short_abandon_seconds": 1,
                     *       "skills": [
                     *         {
                     *           "level": 1,
                     *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "target_seconds": 1,
                     *       "version": 1,
                     *       "wrap_up": {
                     *         "mode": "optional",
                     *         "seconds": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Queue"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such queue, or not a member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queues_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The queue */
                queue: components["schemas"]["QueueId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "alert_seconds": 1,
                 *       "evaluation": "all_skills",
                 *       "members": [
                 *         {
                 *           "joined": true,
                 *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *         }
                 *       ],
                 *       "name": "support",
                 *       "short_abandon_seconds": 1,
                 *       "skills": [
                 *         {
                 *           "level": 1,
                 *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *         }
                 *       ],
                 *       "target_seconds": 1,
                 *       "wrap_up": {
                 *         "mode": "optional",
                 *         "seconds": 1
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["QueueSettings"];
            };
        };
        responses: {
            /** @description The queue as it is now; `ETag` is its version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "alert_seconds": 1,
                     *       "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "evaluation": "all_skills",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "members": [
                     *         {
                     *           "joined": true,
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "name": "support",
                     *       "short_abandon_seconds": 1,
                     *       "skills": [
                     *         {
                     *           "level": 1,
                     *           "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "target_seconds": 1,
                     *       "version": 1,
                     *       "wrap_up": {
                     *         "mode": "optional",
                     *         "seconds": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:write`, in the queue's division (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such queue, or not one to see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoles: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All roles */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "built_in": true,
                     *           "holders": 1,
                     *           "name": "agent",
                     *           "permissions": [
                     *             "text"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_RoleInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "agent",
                 *       "permissions": [
                 *         "text"
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description The role */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "built_in": true,
                     *       "holders": 1,
                     *       "name": "agent",
                     *       "permissions": [
                     *         "text"
                     *       ],
                     *       "title": "Support"
                     *     }
                     */
                    "application/json": components["schemas"]["RoleInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `role:write`, in all divisions (`other-division`), and all permissions of the role */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is such a role, or as many as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRole: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The role */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "built_in": true,
                     *       "holders": 1,
                     *       "name": "agent",
                     *       "permissions": [
                     *         "text"
                     *       ],
                     *       "title": "Support"
                     *     }
                     */
                    "application/json": components["schemas"]["RoleInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `people:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such role */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "permissions": [
                 *         "text"
                 *       ],
                 *       "title": "Support"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeRole"];
            };
        };
        responses: {
            /** @description The role as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "built_in": true,
                     *       "holders": 1,
                     *       "name": "agent",
                     *       "permissions": [
                     *         "text"
                     *       ],
                     *       "title": "Support"
                     *     }
                     */
                    "application/json": components["schemas"]["RoleInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `role:write`, in all divisions (`other-division`), and the permissions that are new in it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such role */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Every org has this role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `role:write`, in all divisions (`other-division`) */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such role */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody holds it, or every org has it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "123456",
                 *       "name": "agent1",
                 *       "org": "text",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "me": {
                     *         "divided": {
                     *           "key": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ]
                     *         },
                     *         "org": {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "region": "text"
                     *         },
                     *         "permissions": [
                     *           "text"
                     *         ],
                     *         "session": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "user": {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "email": "text",
                     *           "erased": true,
                     *           "extension": "text",
                     *           "grants": [
                     *             {
                     *               "divisions": [
                     *                 "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               ],
                     *               "role": "agent"
                     *             }
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       },
                     *       "token": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Name, password or code is wrong, or a code is needed: `type` says which of these; `provider-needed`: the org has people sign in by an identity provider */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The org lives in another region, at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field is wrong, or the org must be named */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many failed sign-ins; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInWithPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ceremony": "text",
                 *       "credential": {}
                 *     }
                 */
                "application/json": components["schemas"]["PasskeySignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "me": {
                     *         "divided": {
                     *           "key": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ]
                     *         },
                     *         "org": {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "region": "text"
                     *         },
                     *         "permissions": [
                     *           "text"
                     *         ],
                     *         "session": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "user": {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "email": "text",
                     *           "erased": true,
                     *           "extension": "text",
                     *           "grants": [
                     *             {
                     *               "divisions": [
                     *                 "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               ],
                     *               "role": "agent"
                     *             }
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       },
                     *       "token": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The passkey lets nobody in; why is not told */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server is not known by a name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not what a browser answers */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerPasskeySignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What to ask the authenticator */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ceremony": "text",
                     *       "options": {}
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyCeremony"];
                };
            };
            /** @description The server is not known by a name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInWithProvider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ceremony": "text",
                 *       "code": "123456",
                 *       "iss": "text",
                 *       "org": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                 *       "second_factor": "text",
                 *       "state": "text"
                 *     }
                 */
                "application/json": components["schemas"]["ProviderSignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-01-05T09:30:00.000000Z",
                     *       "me": {
                     *         "divided": {
                     *           "key": [
                     *             "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *           ]
                     *         },
                     *         "org": {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "region": "text"
                     *         },
                     *         "permissions": [
                     *           "text"
                     *         ],
                     *         "session": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "user": {
                     *           "active": true,
                     *           "display_name": "Ada Lovelace",
                     *           "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "email": "text",
                     *           "erased": true,
                     *           "extension": "text",
                     *           "grants": [
                     *             {
                     *               "divisions": [
                     *                 "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               ],
                     *               "role": "agent"
                     *             }
                     *           ],
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support",
                     *           "presence": {
                     *             "activity": "on_call",
                     *             "message": "text",
                     *             "primary": "available",
                     *             "since": "2026-01-05T09:30:00.000000Z"
                     *           },
                     *           "provisioned": true,
                     *           "roles": [
                     *             "agent"
                     *           ],
                     *           "title": "Support"
                     *         }
                     *       },
                     *       "token": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sign-in-ended`: not begun in this browser, used, or too long ago; `provider-not-believed`; `not-let-in`: nobody here, or somebody who may not sign in; `second-factor-needed`; `wrong-code` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `url-not-set`: the server does not know where users come */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong codes; `Retry-After` says how long to wait */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `provider-unreachable`; `provider-broken`: it does not answer as one does */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerProviderSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                 *     }
                 */
                "application/json": components["schemas"]["AskProvider"];
            };
        };
        responses: {
            /** @description Where to send the browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ceremony": "text",
                     *       "url": "https://crm.example/hook"
                     *     }
                     */
                    "application/json": components["schemas"]["ProviderCeremony"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such identity provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `url-not-set`: the server does not know where users come */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `provider-unreachable`; `provider-broken`: it does not answer as one does */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSignInOptions: {
        parameters: {
            query?: {
                /** @description The org's name; needed where there are several. */
                org?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Identity providers of the org */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "providers": [
                     *         {
                     *           "name": "support",
                     *           "provider": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SignInOptions"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showSignInSettings: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How people sign in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passwords": "everybody",
                     *       "redirect_uri": "https://crm.example/callback"
                     *     }
                     */
                    "application/json": components["schemas"]["SignInSettings"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSignInSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "passwords": "everybody"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeSignInSettings"];
            };
        };
        responses: {
            /** @description How people sign in now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passwords": "everybody",
                     *       "redirect_uri": "https://crm.example/callback"
                     *     }
                     */
                    "application/json": components["schemas"]["SignInSettings"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `signin:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `no-provider`: there is none to sign in by; `no-way-back`: no administrator has a password */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    skills: {
        parameters: {
            query?: {
                /** @description Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes. */
                ids?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Skills by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Skill"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_skill: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["NewSkill"];
            };
        };
        responses: {
            /** @description The skill */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "name": "support"
                     *     }
                     */
                    "application/json": components["schemas"]["Skill"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:write` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All webhooks of the org */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "items": [
                     *         {
                     *           "attempts": 1,
                     *           "changed_at": "2026-01-05T09:30:00.000000Z",
                     *           "created_at": "2026-01-05T09:30:00.000000Z",
                     *           "error": "text",
                     *           "failing_since": "2026-01-05T09:30:00.000000Z",
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "kinds": [
                     *             "text"
                     *           ],
                     *           "name": "support",
                     *           "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *           "reason": "text",
                     *           "seen": "0-42",
                     *           "state": "active",
                     *           "url": "https://crm.example/hook",
                     *           "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_WebhookInfo"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kinds": [
                 *         "text"
                 *       ],
                 *       "name": "support",
                 *       "paused": true,
                 *       "url": "https://crm.example/hook"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookSettings"];
            };
        };
        responses: {
            /** @description The webhook, and its secret this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "text",
                     *       "webhook": {
                     *         "attempts": 1,
                     *         "changed_at": "2026-01-05T09:30:00.000000Z",
                     *         "created_at": "2026-01-05T09:30:00.000000Z",
                     *         "error": "text",
                     *         "failing_since": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "kinds": [
                     *           "text"
                     *         ],
                     *         "name": "support",
                     *         "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *         "reason": "text",
                     *         "seen": "0-42",
                     *         "state": "active",
                     *         "url": "https://crm.example/hook",
                     *         "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookMade"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many as there may be; `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showWebhook: {
        parameters: {
            query?: {
                /** @description What these ids name comes with the answer, under `included`: names separated by commas, or the parameter more than once, at most 10. What may not be listed is refused as its list is; what may not be seen, and what is beyond 200 of a kind, is not there. The answer's `ETag` is of all of it then, and nothing for `If-Match`. */
                expand?: "user"[];
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "failing_since": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "included": {
                     *         "flows": [
                     *           {
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "published_at": "2026-01-05T09:30:00.000000Z",
                     *             "text": "Hello",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "people": [
                     *           {
                     *             "active": true,
                     *             "display_name": "Ada Lovelace",
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "email": "text",
                     *             "erased": true,
                     *             "extension": "text",
                     *             "grants": [
                     *               {
                     *                 "divisions": [
                     *                   "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *                 ],
                     *                 "role": "agent"
                     *               }
                     *             ],
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support",
                     *             "presence": {
                     *               "activity": "on_call",
                     *               "message": "text",
                     *               "primary": "available",
                     *               "since": "2026-01-05T09:30:00.000000Z"
                     *             },
                     *             "provisioned": true,
                     *             "roles": [
                     *               "agent"
                     *             ],
                     *             "title": "Support"
                     *           }
                     *         ],
                     *         "queues": [
                     *           {
                     *             "alert_seconds": 1,
                     *             "division": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "evaluation": "all_skills",
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "members": [
                     *               {
                     *                 "joined": true,
                     *                 "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "name": "support",
                     *             "short_abandon_seconds": 1,
                     *             "skills": [
                     *               {
                     *                 "level": 1,
                     *                 "skill": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *               }
                     *             ],
                     *             "target_seconds": 1,
                     *             "version": 1,
                     *             "wrap_up": {
                     *               "mode": "optional",
                     *               "seconds": 1
                     *             }
                     *           }
                     *         ],
                     *         "skills": [
                     *           {
                     *             "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *             "name": "support"
                     *           }
                     *         ]
                     *       },
                     *       "kinds": [
                     *         "text"
                     *       ],
                     *       "name": "support",
                     *       "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *       "reason": "text",
                     *       "seen": "0-42",
                     *       "state": "active",
                     *       "url": "https://crm.example/hook",
                     *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookInfo"] & {
                        included?: components["schemas"]["Included"];
                    };
                };
            };
            /** @description `unknown-fields`: the answer has no such fields; `unknown-expansions`: of the answer nothing of that name can be expanded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kinds": [
                 *         "text"
                 *       ],
                 *       "name": "support",
                 *       "paused": true,
                 *       "url": "https://crm.example/hook"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookSettings"];
            };
        };
        responses: {
            /** @description The webhook as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "failing_since": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "kinds": [
                     *         "text"
                     *       ],
                     *       "name": "support",
                     *       "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *       "reason": "text",
                     *       "seen": "0-42",
                     *       "state": "active",
                     *       "url": "https://crm.example/hook",
                     *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookInfo"];
                };
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is sent does not read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else changed it first */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Only those in this state. */
                state?: "delivered" | "set_aside" | "waiting" | "discarded";
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "at": "2026-01-05T09:30:00.000000Z",
                     *           "attempts": 1,
                     *           "error": "text",
                     *           "event": "0-42",
                     *           "kind": "text",
                     *           "state": "delivered",
                     *           "status": 1,
                     *           "took_ms": 1
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_Delivery"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A cursor or limit that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
                /** @description The event's cursor */
                event: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Discarded */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook, or nothing is known of that event */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It arrived, or was discarded before */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
                /** @description The event's cursor */
                event: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-01-05T09:30:00.000000Z",
                     *       "attempts": 1,
                     *       "error": "text",
                     *       "event": "0-42",
                     *       "kind": "text",
                     *       "state": "delivered",
                     *       "status": 1,
                     *       "took_ms": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook, or nothing is known of that event */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pingWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be told, after what is before it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "after": "0-42"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookReplay"];
            };
        };
        responses: {
            /** @description The webhook as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 1,
                     *       "changed_at": "2026-01-05T09:30:00.000000Z",
                     *       "created_at": "2026-01-05T09:30:00.000000Z",
                     *       "error": "text",
                     *       "failing_since": "2026-01-05T09:30:00.000000Z",
                     *       "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *       "kinds": [
                     *         "text"
                     *       ],
                     *       "name": "support",
                     *       "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *       "reason": "text",
                     *       "seen": "0-42",
                     *       "state": "active",
                     *       "url": "https://crm.example/hook",
                     *       "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookInfo"];
                };
            };
            /** @description The body is not well-formed JSON, or nested too deep */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-cursor`: one nobody handed out; `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is given again with `Idempotency-Replayed: true`. 1 to 255 visible characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The webhook */
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook, and its secret this once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "text",
                     *       "webhook": {
                     *         "attempts": 1,
                     *         "changed_at": "2026-01-05T09:30:00.000000Z",
                     *         "created_at": "2026-01-05T09:30:00.000000Z",
                     *         "error": "text",
                     *         "failing_since": "2026-01-05T09:30:00.000000Z",
                     *         "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *         "kinds": [
                     *           "text"
                     *         ],
                     *         "name": "support",
                     *         "next_try_at": "2026-01-05T09:30:00.000000Z",
                     *         "reason": "text",
                     *         "seen": "0-42",
                     *         "state": "active",
                     *         "url": "https://crm.example/hook",
                     *         "user": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookMade"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `webhook:manage` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `still-in-hand`: a request with this `Idempotency-Key` is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key-reused`: the `Idempotency-Key` was another request's */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    wrap_up_codes: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Items wanted, 1 to 200, 50 by default. */
                limit?: number;
                /** @description Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`. */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Codes by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61",
                     *           "name": "support"
                     *         }
                     *       ],
                     *       "next": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["Page_WrapUpCode"];
                };
            };
            /** @description `unknown-fields`: the answer has no such fields */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid session */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs `queue:read` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A query that cannot be taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More requests than the client or its org may make; `RateLimit` tells when to come back */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has too much to do, or its database is away; `Retry-After` tells when to come back */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket from here on */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The page that asked is of another origin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It belongs to an org of another region, which is at `address` */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not a WebSocket handshake */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server is stopping */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
