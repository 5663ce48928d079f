//! Which cells of a regression's rows are counted.

use consilium_glm::{BadSpecification, MOST_CELLS, Partition, Split};
use consilium_preparation::{Preparation, Uncounted};
use consilium_schema::Schema;

use super::{Places, columns::Term};
use crate::{PlanError, PlanFault, RawPlan};

/// Gives the cells that prepared features cut the rows of a regression over these terms into.
pub(super) fn of(
    preparation: &Preparation,
    (features, terms): (&[String], &[Term]),
    schema: &Schema,
    (raw, at): (&RawPlan, &Places),
) -> Result<Vec<Partition>, PlanError> {
    let partitions = preparation.partitions(features, schema, MOST_CELLS);
    let partitions = partitions.map_err(|why| {
        let fault = match why {
            Uncounted::TooMany => BadSpecification::Cells.into(),
            Uncounted::FactorMissing { product, factor } => {
                PlanFault::FactorMissing { product, factor }
            }
        };
        match &raw.features {
            Some(written) => at.fault(Some(written), "features", fault),
            None => at.fault(raw.prepared.first(), "prepared", fault),
        }
    })?;
    let column = |place: usize| {
        let name = &preparation.terms()[place].name;
        let column = terms.iter().position(|term| term.name == *name);
        column.expect("a partition is of the plan's terms")
    };
    let made = partitions.into_iter().map(|partition| {
        let splits = partition.splits.into_iter().map(|(place, points)| Split {
            column: column(place),
            points,
        });
        let told_by = partition.told_by.into_iter().map(column).collect();
        Partition::new(
            partition.name,
            (splits.collect(), told_by),
            &partition.cells,
            partition.is_of_ends,
        )
    });
    Ok(made.collect())
}
