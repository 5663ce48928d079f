-- Studies that told of a data set with noise, each with the epsilon and delta that its noise gives a row: written before
-- the first sum leaves, and kept when the study has ended, since what they let through adds up.
CREATE TABLE noised (
    study TEXT NOT NULL REFERENCES study (name),
    data_set TEXT NOT NULL,
    version BYTEA NOT NULL,
    answered BIGINT NOT NULL,
    epsilon TEXT NOT NULL,
    delta TEXT NOT NULL,
    PRIMARY KEY (study, version)
);
