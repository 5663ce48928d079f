-- Orders of common rows, each with the version of the data set whose rows it numbers; `finished` is
-- NULL until the study has ended well at both institutions.
CREATE TABLE alignment (
    study TEXT NOT NULL PRIMARY KEY REFERENCES study (name),
    data_set TEXT NOT NULL,
    version BYTEA NOT NULL,
    peer TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    made BIGINT NOT NULL,
    finished BIGINT
);
