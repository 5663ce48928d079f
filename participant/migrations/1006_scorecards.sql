-- Signed scorecards of data sets: the last one for each purpose, which is named by its id and its hash.
CREATE TABLE scorecard (
    data_set TEXT NOT NULL,
    purpose TEXT NOT NULL,
    card TEXT NOT NULL,
    added BIGINT NOT NULL,
    PRIMARY KEY (data_set, purpose)
);
