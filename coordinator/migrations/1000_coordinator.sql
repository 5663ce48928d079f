-- What the coordinator keeps besides studies and decisions. The same text serves SQLite and
-- PostgreSQL. Times are seconds since 1970; a time that is NULL has not come.

CREATE TABLE invitation (
    token BYTEA NOT NULL PRIMARY KEY,
    guest TEXT NOT NULL CHECK (guest IN ('institution', 'person')),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    institution TEXT,
    made BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT,
    used_by BYTEA
);

CREATE TABLE institution (
    name TEXT NOT NULL PRIMARY KEY,
    serial BYTEA NOT NULL UNIQUE,
    public_key BYTEA NOT NULL UNIQUE,
    enrolled BIGINT NOT NULL,
    revoked BIGINT
);

CREATE TABLE person (
    name TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    institution TEXT,
    public_key BYTEA NOT NULL UNIQUE,
    enrolled BIGINT NOT NULL,
    revoked BIGINT
);

-- Sums that were opened; a number is opened once.
CREATE TABLE opening (
    study TEXT NOT NULL REFERENCES study (name),
    number BIGINT NOT NULL,
    contributors TEXT NOT NULL,
    sum BYTEA NOT NULL,
    opened BIGINT NOT NULL,
    PRIMARY KEY (study, number)
);

CREATE TABLE result (
    study TEXT NOT NULL REFERENCES study (name),
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    made BIGINT NOT NULL,
    PRIMARY KEY (study, name)
);
