//! The tables of identity: `orgs`, `users`, `sessions` and what hangs on them. They are written in this folder only.

use tandem_store::Migration;

/// The tables of identity.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_identity", sql: FIRST },
    Migration { name: "0002_accounts", sql: ACCOUNTS },
    Migration { name: "0003_roles", sql: ROLES },
    Migration { name: "0004_second_factors", sql: SECOND_FACTORS },
];

const FIRST: &str = "
        CREATE TABLE orgs (
            id text PRIMARY KEY,
            name text NOT NULL UNIQUE,
            created_at bigint NOT NULL
        );
        CREATE TABLE users (
            id text PRIMARY KEY,
            org text NOT NULL,
            name text NOT NULL,
            display_name text NOT NULL,
            title text,
            extension text,
            roles text NOT NULL,
            password_hash text NOT NULL,
            created_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX users_by_name ON users (org, name);
        CREATE UNIQUE INDEX users_by_extension ON users (org, extension);
        CREATE TABLE sessions (
            token_hash text PRIMARY KEY,
            id text NOT NULL UNIQUE,
            org text NOT NULL,
            user_id text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE INDEX sessions_by_user ON sessions (org, user_id);
    ";

/// Tokens that act for somebody lie beside sessions, so that one look-up finds whatever a bearer token may be. Times that are 0 are of
/// rows from before there were such columns.
const ACCOUNTS: &str = "
        ALTER TABLE users ADD COLUMN deactivated_at bigint;
        ALTER TABLE sessions ADD COLUMN kind text NOT NULL DEFAULT 'session';
        ALTER TABLE sessions ADD COLUMN name text;
        ALTER TABLE sessions ADD COLUMN scopes text;
        ALTER TABLE sessions ADD COLUMN user_agent text;
        ALTER TABLE sessions ADD COLUMN address text;
        ALTER TABLE sessions ADD COLUMN last_used_at bigint NOT NULL DEFAULT 0;
    ";

const ROLES: &str = "
        CREATE TABLE roles (
            org text NOT NULL,
            name text NOT NULL,
            title text NOT NULL,
            permissions text NOT NULL,
            created_at bigint NOT NULL,
            PRIMARY KEY (org, name)
        );
    ";

/// `confirmed_at` is 0 while a secret was offered and not taken yet.
const SECOND_FACTORS: &str = "
        CREATE TABLE second_factors (
            org text NOT NULL,
            user_id text NOT NULL,
            secret text NOT NULL,
            confirmed_at bigint NOT NULL,
            last_step bigint NOT NULL,
            recovery text NOT NULL,
            created_at bigint NOT NULL,
            PRIMARY KEY (org, user_id)
        );
    ";
