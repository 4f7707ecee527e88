//! The contact centre's tables. Ids are UUIDs as text, times µs since the epoch, structures JSON.

use tandem_edge::Counted;
use tandem_proto::api::OrgLimit;
use tandem_store::Migration;

/// The migrations of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0050_engage", sql: FIRST },
    Migration {
        name: "0051_engage_takeover",
        sql: "
        -- What a conversation under way needs, beside its facts, to go on on another node.
        CREATE TABLE engage_steering (org text NOT NULL, id text NOT NULL, state text NOT NULL, PRIMARY KEY (org, id));
        -- Calls outside the queues, as the log told of them up to a cursor.
        CREATE TABLE engage_outside (org text PRIMARY KEY, cursor text NOT NULL, calls text NOT NULL);
    ",
    },
    Migration {
        name: "0055_engage_divisions",
        sql: "
        -- The division a thing belongs to; empty: the one every org has.
        ALTER TABLE engage_queues ADD COLUMN division text;
        ALTER TABLE engage_flows ADD COLUMN division text;
    ",
    },
];

pub(crate) const QUEUES_COUNTED: Counted =
    Counted { limit: OrgLimit::Queues, sql: "SELECT count(*) AS used FROM engage_queues WHERE org = $1" };
pub(crate) const FLOWS_COUNTED: Counted =
    Counted { limit: OrgLimit::Flows, sql: "SELECT count(*) AS used FROM engage_flows WHERE org = $1" };

/// What an org has so many of at most.
pub const COUNTED: &[Counted] = &[QUEUES_COUNTED, FLOWS_COUNTED];

// Hashed when it was applied: not a space of it changes.
const FIRST: &str = "
        CREATE TABLE engage_queues (
            org text NOT NULL,
            id text NOT NULL,
            name text NOT NULL,
            settings text NOT NULL,
            version bigint NOT NULL,
            PRIMARY KEY (org, id)
        );
        CREATE UNIQUE INDEX engage_queues_by_name ON engage_queues (org, name);

        CREATE TABLE engage_skills (org text NOT NULL, id text NOT NULL, name text NOT NULL, PRIMARY KEY (org, id));
        CREATE UNIQUE INDEX engage_skills_by_name ON engage_skills (org, name);

        CREATE TABLE engage_agent_skills (
            org text NOT NULL,
            user_id text NOT NULL,
            skills text NOT NULL,
            PRIMARY KEY (org, user_id)
        );

        CREATE TABLE engage_wrap_up_codes (org text NOT NULL, id text NOT NULL, name text NOT NULL, PRIMARY KEY (org, id));
        CREATE UNIQUE INDEX engage_wrap_up_codes_by_name ON engage_wrap_up_codes (org, name);

        -- The published version of each flow; the log has those before it. refs: ids of the queues and skills it names.
        CREATE TABLE engage_flows (
            org text NOT NULL,
            id text NOT NULL,
            name text NOT NULL,
            version bigint NOT NULL,
            text text NOT NULL,
            refs text NOT NULL,
            published_at bigint NOT NULL,
            PRIMARY KEY (org, id)
        );
        CREATE UNIQUE INDEX engage_flows_by_name ON engage_flows (org, name);

        -- Ids grow with time, so their order is the list's.
        CREATE TABLE engage_conversations (
            org text NOT NULL,
            id text NOT NULL,
            active bigint NOT NULL,
            queue text,
            state text NOT NULL,
            PRIMARY KEY (org, id)
        );
        CREATE INDEX engage_conversations_active ON engage_conversations (org, active, id);

        CREATE TABLE engage_conversation_agents (
            org text NOT NULL,
            conversation text NOT NULL,
            user_id text NOT NULL,
            PRIMARY KEY (org, user_id, conversation)
        );

        -- Projection: what happened in a queue per quarter of an hour.
        CREATE TABLE engage_intervals (
            org text NOT NULL,
            queue text NOT NULL,
            starts_at bigint NOT NULL,
            counts text NOT NULL,
            PRIMARY KEY (org, queue, starts_at)
        );
        -- Projection: the limits a queue's waits are judged by, as of the newest event seen.
        CREATE TABLE engage_interval_limits (org text NOT NULL, queue text NOT NULL, limits text NOT NULL, PRIMARY KEY (org, queue));

        -- Projection: why agents were chosen.
        CREATE TABLE engage_decisions (
            org text NOT NULL,
            conversation text NOT NULL,
            offer text NOT NULL,
            at bigint NOT NULL,
            decision text NOT NULL,
            PRIMARY KEY (org, conversation, offer)
        );
    ";
