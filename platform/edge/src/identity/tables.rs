//! The tables of identity: `orgs`, `users`, `sessions` and what hangs on them. They are written in this folder only.

use tandem_store::Migration;

/// The tables of identity.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_identity", sql: FIRST },
    Migration { name: "0002_accounts", sql: ACCOUNTS },
    Migration { name: "0003_roles", sql: ROLES },
    Migration { name: "0004_second_factors", sql: SECOND_FACTORS },
    Migration { name: "0005_oauth", sql: OAUTH },
    crate::surround::ONCE,
    Migration { name: "0013_passkeys", sql: PASSKEYS },
    Migration { name: "0014_erasure", sql: ERASURE },
    Migration { name: "0019_regions", sql: REGIONS },
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

const ERASURE: &str = "ALTER TABLE users ADD COLUMN erased_at bigint;";

/// `org_places` has no column `org`: it tells which names are orgs of other regions, and nothing of this one's. A `place` is a name under the
/// regions' key. An org without a region is of a server that had no name for its own.
const REGIONS: &str = "
        ALTER TABLE orgs ADD COLUMN region text;
        CREATE TABLE org_places (
            region text NOT NULL,
            place text NOT NULL,
            PRIMARY KEY (region, place)
        );
        CREATE INDEX org_places_by_place ON org_places (place);
    ";

/// A program that acts for itself does so as a row of `users` whose `client` names it. Access tokens lie beside sessions. A grant remembers the hash of the code it came of, so that the code's second use is noticed for as long as the grant lives.
const OAUTH: &str = "
        ALTER TABLE users ADD COLUMN client text;
        ALTER TABLE sessions ADD COLUMN client text;
        ALTER TABLE sessions ADD COLUMN grant_id text;
        CREATE INDEX sessions_by_grant ON sessions (org, grant_id);
        CREATE TABLE oauth_clients (
            id text PRIMARY KEY,
            org text NOT NULL,
            name text NOT NULL,
            secret_hash text,
            redirect_uris text NOT NULL,
            grant_types text NOT NULL,
            scopes text NOT NULL,
            user_id text,
            created_at bigint NOT NULL
        );
        CREATE INDEX oauth_clients_of_org ON oauth_clients (org, created_at);
        CREATE TABLE oauth_codes (
            code_hash text PRIMARY KEY,
            org text NOT NULL,
            client text NOT NULL,
            user_id text NOT NULL,
            scopes text NOT NULL,
            redirect_uri text NOT NULL,
            challenge text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE INDEX oauth_codes_by_user ON oauth_codes (org, user_id);
        CREATE TABLE oauth_grants (
            id text PRIMARY KEY,
            org text NOT NULL,
            client text NOT NULL,
            user_id text NOT NULL,
            scopes text NOT NULL,
            code_hash text,
            created_at bigint NOT NULL,
            last_used_at bigint NOT NULL
        );
        CREATE INDEX oauth_grants_by_user ON oauth_grants (org, user_id);
        CREATE INDEX oauth_grants_by_client ON oauth_grants (org, client);
        CREATE INDEX oauth_grants_by_code ON oauth_grants (org, code_hash);
        CREATE TABLE oauth_refresh_tokens (
            token_hash text PRIMARY KEY,
            org text NOT NULL,
            grant_id text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL,
            used_at bigint
        );
        CREATE INDEX oauth_refresh_tokens_of_grant ON oauth_refresh_tokens (org, grant_id, created_at);
        CREATE TABLE oauth_devices (
            device_hash text PRIMARY KEY,
            org text NOT NULL,
            client text NOT NULL,
            user_code_hash text NOT NULL,
            scopes text NOT NULL,
            user_id text,
            decision text,
            interval_s bigint NOT NULL,
            polled_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX oauth_devices_by_user_code ON oauth_devices (org, user_code_hash);
    ";

/// A challenge is written down when it was answered rightly, until it would be too old anyway: so whoever only asks for challenges fills
/// nothing. Keys in `sign_in_keys` are the server's, not an org's.
const PASSKEYS: &str = "
        CREATE TABLE passkeys (
            id text PRIMARY KEY,
            org text NOT NULL,
            user_id text NOT NULL,
            name text NOT NULL,
            credential_id text NOT NULL,
            credential text NOT NULL,
            created_at bigint NOT NULL,
            last_used_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX passkeys_by_credential ON passkeys (credential_id);
        CREATE INDEX passkeys_by_user ON passkeys (org, user_id);
        CREATE TABLE passkey_challenges (
            challenge text PRIMARY KEY,
            org text NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE INDEX passkey_challenges_of_org ON passkey_challenges (org, expires_at);
        CREATE TABLE sign_in_keys (
            name text PRIMARY KEY,
            secret text NOT NULL,
            created_at bigint NOT NULL
        );
    ";
