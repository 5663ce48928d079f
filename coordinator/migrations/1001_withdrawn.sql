-- When an operator took an invitation back.
ALTER TABLE invitation ADD COLUMN withdrawn BIGINT;
