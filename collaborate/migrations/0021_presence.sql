-- What outlives a restart of a user's presence: leases do not.

CREATE TABLE presence (
    org text NOT NULL,
    user_id text NOT NULL,
    -- The view in the user's newest `presence.changed`, JSON.
    logged text,
    -- What the user chose last, JSON as in `PUT /me/presence`.
    chosen text,
    PRIMARY KEY (org, user_id)
);
