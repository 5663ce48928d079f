//! Files that say which rows are for training and which for testing.

use std::{collections::HashMap, path::Path, sync::LazyLock};

use consilium_data::{Reading, Values};
use consilium_schema::Schema;

use crate::{LabError, LabFault};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let columns = "[[column]]\nname = \"row\"\ntype = \"integer\"\nmin = 1\n\
                   [[column]]\nname = \"split\"\ntype = \"category\"\nlevels = [\"train\", \"test\"]\n";
    Schema::from_toml(columns).expect("it is a schema")
});

/// Reads a table with the columns `row` and `split`, showing `tap` its bytes; gives of each row, by
/// its number from 1, whether it is for testing.
pub(super) fn read(
    path: &Path,
    tap: &mut dyn FnMut(&[u8]),
) -> Result<HashMap<usize, bool>, LabError> {
    let refuse = |fault: String| LabError::of_file(path, LabFault::SplitFile(fault));
    let read = Reading::new(&SCHEMA).tap(tap).file(path);
    let table = read.map_err(|error| refuse(error.to_string()))?.table;
    let column = |name| table.column(name).map(|column| &column.values);
    let mut placed = HashMap::new();
    if let (Some(Values::Numbers(rows)), Some(Values::Categories(parts))) =
        (column("row"), column("split"))
    {
        for (row, part) in rows.iter().zip(parts.iter()) {
            let (Some(row), Some(part)) = (row, part) else {
                let incomplete = "a line names no row, or no part".to_owned();
                return Err(refuse(incomplete));
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the schema takes whole numbers from 1 to 2^53"
            )]
            let row = row as usize;
            let is_test = parts.levels()[part] == "test";
            if placed.insert(row, is_test).is_some() {
                return Err(refuse(format!("row {row} is named twice")));
            }
        }
    }
    Ok(placed)
}
