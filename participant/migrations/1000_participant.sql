-- What a participant keeps besides studies and decisions, in SQLite. Times are seconds since 1970;
-- a time that is NULL has not come.

-- Versions of data sets, in the order in which they were registered; the last one counts.
CREATE TABLE data_set (
    name TEXT NOT NULL,
    place BIGINT NOT NULL,
    path TEXT NOT NULL,
    schema TEXT NOT NULL,
    version BYTEA NOT NULL,
    row_count BIGINT NOT NULL,
    registered BIGINT NOT NULL,
    removed BIGINT,
    PRIMARY KEY (name, place)
);

CREATE TABLE peer (
    name TEXT NOT NULL PRIMARY KEY,
    public_key BYTEA NOT NULL,
    learnt BIGINT NOT NULL,
    verified_by TEXT,
    verified BIGINT
);

-- Runs, written before their first frame leaves.
CREATE TABLE run (
    study TEXT NOT NULL REFERENCES study (name),
    number BIGINT NOT NULL,
    run BYTEA NOT NULL UNIQUE,
    started BIGINT NOT NULL,
    PRIMARY KEY (study, number)
);

-- What was contributed and signed, written before it leaves.
CREATE TABLE opening_book (
    study TEXT NOT NULL REFERENCES study (name),
    place BIGINT NOT NULL,
    line BYTEA NOT NULL,
    PRIMARY KEY (study, place)
);

-- Seeds drawn once; those of no study are the institution's.
CREATE TABLE secret (
    study TEXT NOT NULL,
    purpose TEXT NOT NULL,
    seed BYTEA NOT NULL,
    PRIMARY KEY (study, purpose)
);
