//! Files as they come: read in full, or refused with the place named.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod damage;
mod drafts;
mod encodings;
mod laws;
mod matrix;
mod profiles;
mod reading;
mod streaming;

use consilium_data::{Issue, Loaded, ReadError, Reading, Refusal};
use consilium_schema::Schema;

fn schema(toml: &str) -> Schema {
    Schema::from_toml(toml).unwrap()
}

/// Text columns of these names, read with the given `[file]` keys.
fn texts(file: &str, names: &[&str]) -> Schema {
    let columns = names
        .iter()
        .map(|name| format!("[[column]]\nname = {name:?}\ntype = \"text\"\n"));
    schema(&format!("[file]\n{file}\n{}", columns.collect::<String>()))
}

/// One column called `x` with these keys.
fn one(keys: &str) -> Schema {
    schema(&format!("[[column]]\nname = \"x\"\n{keys}\n"))
}

fn read(schema: &Schema, file: impl AsRef<[u8]>) -> Result<Loaded, ReadError> {
    Reading::new(schema).stream(file.as_ref())
}

fn refusal(schema: &Schema, file: impl AsRef<[u8]>) -> Refusal {
    match read(schema, file) {
        Err(ReadError::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn issues(schema: &Schema, file: impl AsRef<[u8]>) -> Vec<String> {
    refusal(schema, file)
        .issues
        .iter()
        .map(Issue::to_string)
        .collect()
}

/// The cells of a text column, missing ones as `∅`.
fn column(loaded: &Loaded, name: &str) -> Vec<String> {
    use consilium_data::Values;
    let shown = |text: Option<String>| text.unwrap_or("∅".into());
    match &loaded.table.column(name).unwrap().values {
        Values::Numbers(v) => v.iter().map(|x| shown(x.map(|x| x.to_string()))).collect(),
        Values::Categories(v) => v
            .iter()
            .map(|code| shown(code.map(|code| v.levels()[code].clone())))
            .collect(),
        Values::Texts(v) => v.iter().map(|x| shown(x.map(str::to_owned))).collect(),
        Values::Flags(v) => v.iter().map(|x| shown(x.map(|x| x.to_string()))).collect(),
        Values::Dates(v) => v.iter().map(|x| shown(x.map(|x| x.to_string()))).collect(),
    }
}
