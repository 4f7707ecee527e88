-- The division a thing belongs to; empty: the one every org has.
ALTER TABLE phones ADD COLUMN division text;
ALTER TABLE numbers ADD COLUMN division text;
