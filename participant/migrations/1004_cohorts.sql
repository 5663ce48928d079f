-- Cohorts that statistics were answered for, each by a keyed sketch of its rows that does not grow with
-- them: written before the first sum of a study leaves, and kept when the study has ended.
CREATE TABLE cohort (
    study TEXT NOT NULL REFERENCES study (name),
    data_set TEXT NOT NULL,
    version BYTEA NOT NULL,
    answered BIGINT NOT NULL,
    minimum BIGINT NOT NULL,
    columns TEXT NOT NULL,
    sketch BYTEA NOT NULL,
    PRIMARY KEY (study, version)
);
