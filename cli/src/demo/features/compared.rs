//! The model of all three beside those of each alone, and of all rows in one place.

use anyhow::Context as _;
use consilium_data::design::{Design, Features, MissingFeatures};
use consilium_evaluation::{Scored, auc};
use consilium_glm::{Fit, Table, local};
use consilium_mailbox::PartyId;

use super::{
    mapped::{Mapped, is_tested},
    studies::Ended,
};

/// What models make of the test rows of all institutions together; possible because all rows of the
/// demo lie in one place.
#[derive(Debug)]
pub(super) struct Compared {
    /// The areas under the curve: of the joint model, exactly, and of the pooled one.
    pub(super) joint: f64,
    pub(super) pooled: f64,
    /// Of each institution's own rows; none if they give no model.
    pub(super) alone: Vec<(PartyId, Option<f64>)>,
    /// The rows that serve for training, and those kept for testing.
    pub(super) trained: usize,
    pub(super) tested: usize,
    /// The largest difference of a coefficient between joint and pooled model, in the pooled one's
    /// standard errors.
    pub(super) coefficient_difference: f64,
}

impl Compared {
    pub(super) fn new(mapped: &[Mapped], ended: &Ended) -> anyhow::Result<Compared> {
        let (task, glm) = ended.glm()?;
        let features: Vec<&str> = task.features.iter().map(String::as_str).collect();
        let parts = mapped.iter().map(|mapped| {
            let features = Features {
                names: &features,
                preparation: task.preparation.as_ref(),
            };
            let missing = MissingFeatures::Drop;
            let design = Design::new(&mapped.table, features, Some(&task.label), missing)?;
            let part = |wanted| {
                let (mut x, mut y) = (Vec::new(), Vec::new());
                for row in
                    (0..design.rows).filter(|row| is_tested(design.row_numbers[*row]) == wanted)
                {
                    x.extend_from_slice(design.row(row));
                    y.push(design.y[row]);
                }
                Table::new(&glm.regression, x, y)
            };
            anyhow::Ok((part(false)?, part(true)?))
        });
        let parts: Vec<(Table, Table)> = parts.collect::<anyhow::Result<_>>()?;
        let trained: Vec<&Table> = parts.iter().map(|(trained, _)| trained).collect();
        let area = |fit: &Fit| {
            let tested = parts.iter().map(|(_, tested)| tested);
            let scored = tested.flat_map(|table| table.score(|row| fit.predict(row)));
            auc(&scored.collect::<Vec<Scored>>())
        };
        let pooled = local::fit(&glm.regression, &trained)?;
        let alone = mapped.iter().zip(&trained).map(|(mapped, table)| {
            let fit = local::fit(&glm.regression, &[table]).ok();
            (mapped.party.clone(), fit.as_ref().and_then(area))
        });
        let pairs = ended.fit.estimates.iter().zip(&pooled.estimates);
        let differences = pairs.map(|(ours, theirs)| {
            (ours.coefficient - theirs.coefficient).abs() / theirs.standard_error
        });
        let two_classes = "the test rows are of two classes";
        let rows = |tables: &mut dyn Iterator<Item = &Table>| tables.map(Table::rows).sum();
        Ok(Compared {
            joint: area(&ended.fit).context(two_classes)?,
            pooled: area(&pooled).context(two_classes)?,
            alone: alone.collect(),
            trained: rows(&mut parts.iter().map(|(trained, _)| trained)),
            tested: rows(&mut parts.iter().map(|(_, tested)| tested)),
            coefficient_difference: differences.fold(0.0, f64::max),
        })
    }
}
