CREATE TABLE webhooks (
    id text PRIMARY KEY,
    org text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    kinds text NOT NULL,
    user_id text NOT NULL,
    state text NOT NULL,
    reason text,
    secret text NOT NULL,
    -- The secret before, which signs too until then.
    old_secret text,
    old_secret_until bigint,
    -- Everything up to here was sent, set aside, or not for it.
    seen text NOT NULL,
    -- Raised with every change somebody makes, so that who sends notices it.
    edition bigint NOT NULL,
    failing_since bigint,
    attempts bigint NOT NULL,
    next_try_at bigint,
    error text,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
CREATE INDEX webhooks_of_org ON webhooks (org, id);
CREATE TABLE webhook_deliveries (
    org text NOT NULL,
    webhook text NOT NULL,
    -- The event's cursor: as text, and so that it can be sorted.
    event text NOT NULL,
    xid bigint NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL,
    status bigint,
    error text,
    at bigint NOT NULL,
    took_ms bigint NOT NULL,
    next_try_at bigint,
    PRIMARY KEY (webhook, event)
);
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook, xid, position);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook, state, xid, position);
