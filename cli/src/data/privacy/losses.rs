//! What a model lost on rows that taught it, and on others.

use std::path::Path;

use anyhow::bail;
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
type = \"text\"
";

/// Reads scores of members and of others: minus their losses, of which one may be infinite, as where a model was
/// certain and wrong. Rows without either cell are left out.
pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let schema = Schema::from_toml(SCHEMA)?;
    let read: Result<_, ReadError> = Reading::new(&schema).file(path);
    let table = read.map_err(|error| failed(&error, lang))?.table;
    let (mut members, mut others) = (Vec::new(), Vec::new());
    let values = |name| table.column(name).map(|column| &column.values);
    if let (Some(Values::Flags(member)), Some(Values::Texts(loss))) =
        (values("member"), values("loss"))
    {
        for (row, (member, loss)) in member.iter().zip(loss.iter()).enumerate() {
            let (Some(is_member), Some(loss)) = (member, loss) else {
                continue;
            };
            let number = loss.trim().parse::<f64>().ok().filter(|it| !it.is_nan());
            let Some(number) = number else {
                bail!(lang.pick(
                    format!("{}: row {}: the loss is no number", path.display(), row + 1),
                    format!("{}：第 {} 行的 loss 不是数字", path.display(), row + 1),
                ));
            };
            let scores = if is_member { &mut members } else { &mut others };
            scores.push(-number);
        }
    }
    Ok((members, others))
}
