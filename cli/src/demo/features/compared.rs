//! The model of all three beside those of each alone, and of all rows in one place.

use anyhow::{Context as _, ensure};
use consilium_data::design::{Design, Features, MissingFeatures};
use consilium_evaluation::{Placements, Scored};
use consilium_glm::{Estimate, Fit, Table, local};
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
    pub(super) joint: Placements,
    pub(super) pooled: Placements,
    /// Of each institution's own rows; none if they give no model.
    pub(super) alone: Vec<(PartyId, Option<Placements>)>,
    /// The rows that serve for training, and those kept for testing.
    pub(super) trained: usize,
    pub(super) tested: usize,
    /// The largest difference of a coefficient between joint and pooled model, in the pooled one's
    /// standard errors; infinite if one of them is no number.
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
            Placements::of(&scored.collect::<Vec<Scored>>())
        };
        let pooled = local::fit(&glm.regression, &trained)?;
        let alone = mapped.iter().zip(&trained).map(|(mapped, table)| {
            let fit = local::fit(&glm.regression, &[table]).ok();
            (mapped.party.clone(), fit.as_ref().and_then(area))
        });
        let two_classes = "the test rows are of two classes";
        let rows = |tables: &mut dyn Iterator<Item = &Table>| tables.map(Table::rows).sum();
        Ok(Compared {
            joint: area(&ended.fit).context(two_classes)?,
            pooled: area(&pooled).context(two_classes)?,
            alone: alone.collect(),
            trained: rows(&mut parts.iter().map(|(trained, _)| trained)),
            tested: rows(&mut parts.iter().map(|(_, tested)| tested)),
            coefficient_difference: difference(&ended.fit.estimates, &pooled.estimates)?,
        })
    }
}

/// So many standard errors on either side of an estimate are its interval of 95 %.
const ERRORS: f64 = 1.959_963_984_540_054;

/// Writes an area under the curve and how far the joint model's lies above it, each with its interval
/// of 95 %.
pub(super) fn areas(joint: &Placements, model: Option<&Placements>) -> [String; 2] {
    let area = model.map(|it| (it.auc(), it.standard_error()));
    let more = model.and_then(|it| joint.more_than(it));
    [area, more].map(|it| {
        let Some((estimate, error)) = it else {
            return "–".to_owned();
        };
        let (low, high) = (estimate - ERRORS * error, estimate + ERRORS * error);
        format!("{estimate:.3} ({low:.3} … {high:.3})")
    })
}

/// Gives the largest difference of a coefficient from another model's, in the other one's standard errors.
///
/// # Errors
///
/// If the models are not of the same columns.
fn difference(ours: &[Estimate], theirs: &[Estimate]) -> anyhow::Result<f64> {
    let names = |of: &[Estimate]| -> Vec<String> { of.iter().map(|it| it.name.clone()).collect() };
    ensure!(
        names(ours) == names(theirs),
        "the joint model has other columns than the one of all rows in one place"
    );
    let apart = |(ours, theirs): (&Estimate, &Estimate)| {
        let apart = (ours.coefficient - theirs.coefficient).abs() / theirs.standard_error;
        if theirs.standard_error.is_finite() && !apart.is_nan() {
            apart
        } else {
            f64::INFINITY
        }
    };
    Ok(ours.iter().zip(theirs).map(apart).fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(name: &str, coefficient: f64, standard_error: f64) -> Estimate {
        Estimate {
            name: name.to_owned(),
            standardised: coefficient,
            coefficient,
            standard_error,
            statistic: coefficient / standard_error,
            p_value: 0.5,
            interval: (coefficient, coefficient),
        }
    }

    #[test]
    fn coefficients_lie_apart_by_the_most_of_a_standard_error() {
        let ours = [estimate("a", 1.0, 1.0), estimate("b", 2.0, 1.0)];
        let theirs = [estimate("a", 1.5, 1.0), estimate("b", 3.0, 4.0)];
        let apart = difference(&ours, &theirs).expect("they are of the same columns");
        assert!((apart - 0.5).abs() < 1e-15, "{apart}");
    }

    #[test]
    fn what_is_no_number_is_no_agreement() {
        let usual = estimate("a", 1.0, 1.0);
        for odd in [
            estimate("a", f64::NAN, 1.0),
            estimate("a", 1.0, f64::NAN),
            estimate("a", 1.0, 0.0),
            estimate("a", 1.0, f64::INFINITY),
        ] {
            let ours = [usual.clone(), usual.clone()];
            let theirs = [odd, usual.clone()];
            let apart = difference(&ours, &theirs).expect("they are of the same columns");
            assert!(apart.is_infinite(), "{theirs:?}");
        }
    }

    #[test]
    fn models_of_other_columns_are_not_compared() {
        let (a, b) = (estimate("a", 1.0, 1.0), estimate("b", 1.0, 1.0));
        for theirs in [
            vec![a.clone()],
            vec![a.clone(), a.clone()],
            vec![b.clone(), a.clone()],
        ] {
            assert!(
                difference(&[a.clone(), b.clone()], &theirs).is_err(),
                "{theirs:?}"
            );
        }
    }
}
