-- Studies that valued rows are kept beside those that asked for statistics: their rows are held against each other's.
ALTER TABLE cohort ADD COLUMN asked TEXT NOT NULL DEFAULT 'statistics';
