-- Several nodes write presence: the newest note wins, whoever brings it first.

-- The version of the note that `logged` and `chosen` are from.
ALTER TABLE presence ADD COLUMN version bigint NOT NULL DEFAULT 0;
-- The version, within the user's stream, of the `presence.changed` that `logged` is from.
ALTER TABLE presence ADD COLUMN event bigint NOT NULL DEFAULT 0;
