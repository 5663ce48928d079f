-- Cohorts are compared by sketches of their columns, each with the rule by which it was measured. Of those that
-- were kept by whole rows nothing is compared any more: a steward names their studies, or they are in the way.
ALTER TABLE cohort ADD COLUMN imprint BYTEA;
ALTER TABLE cohort DROP COLUMN columns;
ALTER TABLE cohort DROP COLUMN sketch;
