-- What coordinator and participant both keep. The same text serves SQLite and PostgreSQL.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The one row is also what changes queue for.
CREATE TABLE journal_head (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place = 1),
    owner TEXT NOT NULL,
    entries BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE journal (
    seq BIGINT NOT NULL PRIMARY KEY,
    study TEXT,
    entry TEXT NOT NULL,
    salt BYTEA NOT NULL,
    head BYTEA NOT NULL
);

CREATE INDEX journal_by_study ON journal (study, seq);

CREATE TABLE study (
    name TEXT NOT NULL PRIMARY KEY,
    plan_hash BYTEA NOT NULL,
    plan BYTEA NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    submitted BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

-- Approvals, refusals and revocations, in the order in which they came.
CREATE TABLE decision (
    study TEXT NOT NULL REFERENCES study (name),
    place BIGINT NOT NULL,
    party TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    statement BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (study, place),
    UNIQUE (party, nonce)
);
