-- How calls go out by a trunk (JSON; empty: none do), and the secret it asks for, sealed. A trunk without a network has an empty one.
ALTER TABLE trunks ADD COLUMN outward text;
ALTER TABLE trunks ADD COLUMN secret text;
