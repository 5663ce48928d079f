//! Files with rows, and what is said about them.

use std::{str, sync::LazyLock};

use consilium_data::{
    ReadError, Reading,
    draft::{Draft, draft_stream},
    profile,
};
use consilium_schema::Schema;

/// The schema under which tables are read: one column of each type.
pub(super) static CLAIMS: LazyLock<Schema> = LazyLock::new(|| {
    Schema::from_toml(include_str!("../claims.toml")).expect("the schema in this folder is valid")
});

pub(super) fn schema(bytes: &[u8]) {
    let Some(Ok(schema)) = str::from_utf8(bytes).ok().map(Schema::from_toml) else {
        return;
    };
    let again = Schema::from_toml(&schema.to_string()).expect("a schema's own text is a schema");
    assert_eq!(again, schema);
}

pub(super) fn table(bytes: &[u8]) {
    match Reading::new(&CLAIMS).stream(bytes) {
        Ok(loaded) => {
            assert_eq!(
                loaded.report.counts.rows_in_file.0,
                loaded.table.rows() as u64
            );
            let _ = profile(&loaded.table);
        }
        Err(error @ ReadError::CountMismatch { .. }) => panic!("{error}"),
        Err(error) => drop(error.to_string()),
    }
}

/// A drafted schema reads the file that it was drafted from, and so does its annotated text.
pub(super) fn draft(bytes: &[u8]) {
    let Draft {
        schema,
        report,
        remarks,
    } = match draft_stream(bytes) {
        Ok(draft) => {
            let text = draft.annotated(|remark| format!("{remark:?}"));
            let again = Schema::from_toml(&text).expect("a drafted schema is a schema");
            assert_eq!(again, draft.schema);
            draft
        }
        Err(error @ ReadError::CountMismatch { .. }) => panic!("{error}"),
        Err(error) => return drop(error.to_string()),
    };
    assert_eq!(remarks.len(), schema.columns().len());
    match Reading::new(&schema).stream(bytes) {
        Ok(loaded) => {
            assert_eq!(report.counts.rows_refused.0, 0);
            assert_eq!(loaded.report.counts, report.counts);
            let _ = profile(&loaded.table);
        }
        Err(ReadError::Refused(refusal)) => {
            assert_eq!(
                refusal.report.counts.rows_in_file,
                report.counts.rows_in_file
            );
        }
        Err(ReadError::HeaderOnly) => assert_eq!(report.counts.rows_in_file.0, 0),
        Err(error) => panic!("{error}"),
    }
}
