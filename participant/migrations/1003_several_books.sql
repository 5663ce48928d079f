-- In which of the study's books a line stands; the places of all its books are counted together.
ALTER TABLE opening_book ADD COLUMN book TEXT NOT NULL DEFAULT 'sums';
