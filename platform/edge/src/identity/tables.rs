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
    Migration { name: "0015_mail_links", sql: MAIL_LINKS },
    Migration { name: "0016_identity_providers", sql: IDENTITY_PROVIDERS },
    Migration { name: "0017_groups", sql: GROUPS },
    Migration { name: "0018_divisions", sql: DIVISIONS },
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

/// The division every org has is no row, and who belongs to it has no `division`. `roles` are held in all divisions; what is held in some is
/// in `grants`, which a version that knows no divisions does not read.
const DIVISIONS: &str = "
        CREATE TABLE divisions (
            org text NOT NULL,
            id text NOT NULL,
            name text NOT NULL,
            created_at bigint NOT NULL,
            PRIMARY KEY (org, id)
        );
        CREATE UNIQUE INDEX divisions_by_name ON divisions (org, name);
        ALTER TABLE users ADD COLUMN division text;
        ALTER TABLE users ADD COLUMN grants text;
        CREATE INDEX users_by_division ON users (org, division);
    ";

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

/// Who is invited has the id of the person they become. A link is kept as its digest; its `secret` lies there sealed until its mail was
/// taken, and is empty then.
const MAIL_LINKS: &str = "
        ALTER TABLE users ADD COLUMN email text;
        CREATE UNIQUE INDEX users_by_email ON users (org, email);
        CREATE TABLE invitations (
            id text PRIMARY KEY,
            org text NOT NULL,
            user_id text NOT NULL,
            token_hash text NOT NULL,
            secret text NOT NULL,
            email text NOT NULL,
            name text NOT NULL,
            display_name text NOT NULL,
            title text,
            extension text,
            roles text NOT NULL,
            created_at bigint NOT NULL,
            sent_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE INDEX invitations_of_org ON invitations (org, created_at);
        CREATE INDEX invitations_by_token ON invitations (token_hash);
        CREATE TABLE password_resets (
            id text PRIMARY KEY,
            org text NOT NULL,
            user_id text NOT NULL,
            token_hash text NOT NULL,
            secret text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX password_resets_by_token ON password_resets (token_hash);
        CREATE INDEX password_resets_by_user ON password_resets (org, user_id);
    ";

/// `subject` is a digest of what the provider calls somebody. A sign-in by a provider is written down when somebody comes back with it,
/// until it would be too old anyway; `user_id` is who it was, `used_at` when they were let in.
const IDENTITY_PROVIDERS: &str = "
        CREATE TABLE identity_providers (
            id text PRIMARY KEY,
            org text NOT NULL,
            name text NOT NULL,
            issuer text NOT NULL,
            client_id text NOT NULL,
            secret text NOT NULL,
            settings text NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL
        );
        CREATE INDEX identity_providers_of_org ON identity_providers (org, created_at);
        CREATE TABLE identity_links (
            org text NOT NULL,
            provider text NOT NULL,
            subject text NOT NULL,
            user_id text NOT NULL,
            created_at bigint NOT NULL,
            last_used_at bigint NOT NULL,
            PRIMARY KEY (org, provider, subject)
        );
        CREATE INDEX identity_links_by_user ON identity_links (org, user_id);
        CREATE TABLE provider_sign_ins (
            state text PRIMARY KEY,
            org text NOT NULL,
            user_id text,
            used_at bigint,
            expires_at bigint NOT NULL
        );
        CREATE INDEX provider_sign_ins_of_org ON provider_sign_ins (org, expires_at);
        CREATE TABLE sign_in_settings (
            org text PRIMARY KEY,
            passwords text NOT NULL
        );
    ";

/// `folded` is a group's name as it is compared. `scim_people` holds what another system said of somebody; whom it removed stays there with
/// the time, and is hidden from it. A limit that has no row is what every org has.
const GROUPS: &str = "
        ALTER TABLE users ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
        ALTER TABLE users ADD COLUMN provisioned bigint NOT NULL DEFAULT 0;
        CREATE TABLE scim_people (
            org text NOT NULL,
            user_id text NOT NULL,
            external_id text,
            profile text,
            gone_at bigint,
            PRIMARY KEY (org, user_id)
        );
        CREATE INDEX scim_people_by_external ON scim_people (org, external_id);
        CREATE TABLE org_groups (
            id text PRIMARY KEY,
            org text NOT NULL,
            name text NOT NULL,
            folded text NOT NULL,
            roles text NOT NULL,
            external_id text,
            provisioned bigint NOT NULL,
            version bigint NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX org_groups_by_name ON org_groups (org, folded);
        CREATE TABLE group_members (
            org text NOT NULL,
            group_id text NOT NULL,
            user_id text NOT NULL,
            PRIMARY KEY (org, group_id, user_id)
        );
        CREATE INDEX group_members_by_user ON group_members (org, user_id);
        CREATE TABLE org_limits (
            org text NOT NULL,
            name text NOT NULL,
            value bigint NOT NULL,
            PRIMARY KEY (org, name)
        );
    ";
