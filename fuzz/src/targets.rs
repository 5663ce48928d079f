//! The targets, one for each decoder.

use std::{str, sync::LazyLock};

use consilium_data::{ReadError, Reading, profile};
use consilium_mailbox::{Frame, PartyId};
use consilium_schema::Schema;

/// A decoder to be fed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name on the command line and of the folder under `corpus/`.
    pub name: &'static str,
    /// Feeds some bytes; panics where the decoder is wrong about them.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "frame",
        run: frame,
    },
    Target {
        name: "party-id",
        run: party_id,
    },
    Target {
        name: "schema",
        run: schema,
    },
    Target {
        name: "table",
        run: table,
    },
];

/// The schema under which tables are read: one column of each type.
static CLAIMS: LazyLock<Schema> = LazyLock::new(|| {
    Schema::from_toml(include_str!("claims.toml")).expect("the schema in this folder is valid")
});

/// Finds a target by its name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}

fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::decode(bytes.to_vec().into()) else {
        return;
    };
    let again = Frame::decode(frame.encode().into()).expect("an encoded frame is a frame");
    assert_eq!(again, frame);
}

fn party_id(bytes: &[u8]) {
    let Some(Ok(party)) = str::from_utf8(bytes).ok().map(str::parse::<PartyId>) else {
        return;
    };
    assert_eq!(party.to_string().parse().ok(), Some(party));
}

fn schema(bytes: &[u8]) {
    let Some(Ok(schema)) = str::from_utf8(bytes).ok().map(Schema::from_toml) else {
        return;
    };
    let again = Schema::from_toml(&schema.to_string()).expect("a schema's own text is a schema");
    assert_eq!(again, schema);
}

fn table(bytes: &[u8]) {
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
