-- Registrations seen by every SIP node: when the first binding of an address of record ends (0: not known yet).
ALTER TABLE registrations ADD COLUMN ends_at bigint NOT NULL DEFAULT 0;
CREATE INDEX registrations_by_end ON registrations (ends_at);

-- What SIP nodes share so that each takes what another one gave: the key that seals nonces.
CREATE TABLE sip_secrets (
    name   text  NOT NULL PRIMARY KEY,
    secret bytea NOT NULL
);
