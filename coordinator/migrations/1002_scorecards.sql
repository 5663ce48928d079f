-- What institutions show of their data sets' scorecards, each set in the order in which it came.
CREATE TABLE scorecard (
    institution TEXT NOT NULL REFERENCES institution (name),
    place BIGINT NOT NULL,
    card TEXT NOT NULL,
    steward BYTEA NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (institution, place)
);
