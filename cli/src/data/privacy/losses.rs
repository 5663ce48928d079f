//! What a model lost on rows that taught it, and on others.

use std::path::Path;

use consilium_data::{ReadError, Reading, Values};
use consilium_plan::Lang;
use consilium_schema::Schema;

use crate::data::failed;

const SCHEMA: &str = "\
[[column]]
name = \"member\"
type = \"boolean\"
[[column]]
name = \"loss\"
type = \"number\"
";

/// Reads scores of members and of others: minus their losses. Rows without either cell are left out.
pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let schema = Schema::from_toml(SCHEMA)?;
    let read: Result<_, ReadError> = Reading::new(&schema).file(path);
    let table = read.map_err(|error| failed(&error, lang))?.table;
    let (mut members, mut others) = (Vec::new(), Vec::new());
    let values = |name| table.column(name).map(|column| &column.values);
    if let (Some(Values::Flags(member)), Some(Values::Numbers(loss))) =
        (values("member"), values("loss"))
    {
        for (member, loss) in member.iter().zip(loss.iter()) {
            match (member, loss) {
                (Some(true), Some(loss)) => members.push(-loss),
                (Some(false), Some(loss)) => others.push(-loss),
                _ => {}
            }
        }
    }
    Ok((members, others))
}
