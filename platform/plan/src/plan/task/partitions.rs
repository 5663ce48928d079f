//! Which cells of a regression's rows are counted.

use consilium_glm::{Partition, Split};
use consilium_preparation::Preparation;
use consilium_schema::Schema;

use super::columns::Term;

/// Gives the cells that prepared features cut the rows of a regression over these terms into; none if
/// there are too many.
pub(super) fn of(
    preparation: &Preparation,
    (features, terms): (&[String], &[Term]),
    schema: &Schema,
) -> Option<Vec<Partition>> {
    let column = |place: usize| {
        let name = &preparation.terms().get(place)?.name;
        terms.iter().position(|term| term.name == *name)
    };
    let partitions = preparation.partitions(features, schema)?.into_iter();
    let made = partitions.map(|partition| {
        let split = |(place, points)| {
            let column = column(place)?;
            Some(Split { column, points })
        };
        let splits = partition
            .splits
            .into_iter()
            .map(split)
            .collect::<Option<_>>()?;
        let told_by = partition
            .told_by
            .into_iter()
            .map(column)
            .collect::<Option<_>>()?;
        Some(Partition::new(
            partition.name,
            (splits, told_by),
            &partition.cells,
        ))
    });
    made.collect()
}
