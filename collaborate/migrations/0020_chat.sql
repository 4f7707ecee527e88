-- Ids are UUIDs as text, times integer microseconds since the epoch (UTC), flags 0 or 1.

CREATE TABLE chats (
    org text NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    title text,
    -- The two members of a direct chat, smaller id first: at most one chat per pair. Null for groups.
    pair text,
    created_at bigint NOT NULL,
    -- Sequence number of the newest message, 0 before the first.
    last_seq bigint NOT NULL,
    -- When the chat was made or last posted to: the order of a member's list.
    last_at bigint NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX chats_by_pair ON chats (org, pair);

CREATE TABLE chat_members (
    org text NOT NULL,
    chat text NOT NULL,
    member text NOT NULL,
    -- Read up to and including this sequence number.
    read_seq bigint NOT NULL,
    PRIMARY KEY (org, chat, member)
);
CREATE INDEX chat_members_by_member ON chat_members (org, member, chat);

CREATE TABLE chat_messages (
    org text NOT NULL,
    chat text NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    author text NOT NULL,
    client_id text NOT NULL,
    body text NOT NULL,
    at bigint NOT NULL,
    edited_at bigint,
    deleted bigint NOT NULL,
    PRIMARY KEY (org, chat, seq)
);
CREATE UNIQUE INDEX chat_messages_by_id ON chat_messages (org, id);
CREATE UNIQUE INDEX chat_messages_by_client_id ON chat_messages (org, author, client_id);
