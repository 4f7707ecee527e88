-- Phones, numbers, trunks and calls. Times are microseconds since the epoch; JSON is text.
CREATE TABLE phones (
    org        text   NOT NULL,
    id         text   NOT NULL PRIMARY KEY,
    user_id    text   NOT NULL,
    auth_user  text   NOT NULL,
    ha1_md5    bytea  NOT NULL,
    ha1_sha256 bytea  NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (org, auth_user)
);
CREATE INDEX phones_by_user ON phones (org, user_id);

CREATE TABLE numbers (
    number text NOT NULL PRIMARY KEY,
    org    text NOT NULL,
    target text NOT NULL
);
CREATE INDEX numbers_by_org ON numbers (org);

CREATE TABLE trunks (
    org     text NOT NULL,
    name    text NOT NULL,
    network text NOT NULL,
    PRIMARY KEY (org, name)
);

CREATE TABLE registrations (
    org      text NOT NULL,
    aor      text NOT NULL,
    bindings text NOT NULL,
    PRIMARY KEY (org, aor)
);

CREATE TABLE calls (
    org        text   NOT NULL,
    id         text   NOT NULL PRIMARY KEY,
    started_at bigint NOT NULL,
    ended_at   bigint,
    record     text   NOT NULL
);
CREATE INDEX calls_by_start ON calls (org, started_at);
CREATE INDEX calls_open ON calls (ended_at) WHERE ended_at IS NULL;

CREATE TABLE call_users (
    org        text   NOT NULL,
    user_id    text   NOT NULL,
    started_at bigint NOT NULL,
    call_id    text   NOT NULL,
    PRIMARY KEY (org, user_id, started_at, call_id)
);
