//! The values of a column, before anybody knows whose rows are.

use std::{collections::BTreeSet, path::Path};

use consilium_data::Reading;
use consilium_schema::Schema;

use super::{column, sheet::narrowed};
use crate::{LabError, LabFault};

/// Gives the values that a column has in a file; none where the schema does not declare it.
pub(crate) fn values_of(
    file: &Path,
    schema: &Schema,
    name: &str,
) -> Result<Option<BTreeSet<String>>, LabError> {
    if schema.columns().iter().all(|column| column.name() != name) {
        return Ok(None);
    }
    let read = Reading::new(&narrowed(schema, &[name])).file(file);
    let table = read
        .map_err(|error| LabError::of_file(file, LabFault::from(error)))?
        .table;
    let texts = table
        .column(name)
        .map(|column| column::texts(&column.values));
    Ok(texts.map(|texts| texts.into_iter().flatten().collect()))
}
