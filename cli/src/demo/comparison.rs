//! What the federation is held against: all rows in one place, and each hospital alone.

use consilium_evaluation::{Evaluation, Scored};
use consilium_glm::{Failure, Fit, Table, local};
use consilium_mailbox::PartyId;

use super::{
    hospitals::{Demo, Hospital},
    measured::Measured,
};

/// The demo's data fitted in other ways; possible because they all lie inside the program.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The measures over all test rows of the model of all training rows in one place.
    pub(crate) overall: Evaluation,
    /// Those of the federation's model, counted exactly.
    pub(crate) federated: Option<Evaluation>,
    pub(crate) hospitals: Vec<HospitalComparison>,
    /// The largest difference of a coefficient between federation and pooled fit, as a share of
    /// the pooled one.
    pub(crate) max_coefficient_error: f64,
}

/// One hospital's test rows under each model.
#[derive(Debug)]
pub(crate) struct HospitalComparison {
    pub(crate) party: PartyId,
    pub(crate) train_rows: usize,
    pub(crate) test_rows: usize,
    pub(crate) federated: Option<Evaluation>,
    pub(crate) pooled: Option<Evaluation>,
    /// By the model of its own rows, or why it can't be fitted.
    pub(crate) alone: Result<Option<Evaluation>, Failure>,
}

impl Comparison {
    pub(crate) fn new(demo: &Demo, measured: &Measured) -> Result<Comparison, Failure> {
        let (regression, hospitals, federated) =
            (demo.regression(), &demo.hospitals, &measured.fit);
        let took_part = |h: &&Hospital| federated.contributors.contains(&h.party);
        let tables: Vec<&Table> = hospitals
            .iter()
            .filter(took_part)
            .map(|h| &h.train.table)
            .collect();
        let pooled = local::fit(regression, &tables)?;
        let all_scored: Vec<_> = hospitals
            .iter()
            .flat_map(|h| score(&pooled, &h.test.table))
            .collect();
        let overall =
            Evaluation::own(&all_scored).ok_or(Failure::TooFewRows { rows: 0, needed: 1 })?;
        let by_hospital = hospitals
            .iter()
            .map(|hospital| HospitalComparison {
                party: hospital.party.clone(),
                train_rows: hospital.train.table.rows(),
                test_rows: hospital.test.table.rows(),
                federated: Evaluation::own(&score(federated, &hospital.test.table)),
                pooled: Evaluation::own(&score(&pooled, &hospital.test.table)),
                alone: local::fit(regression, &[&hospital.train.table])
                    .map(|alone| Evaluation::own(&score(&alone, &hospital.test.table))),
            })
            .collect();
        let max_coefficient_error = federated
            .estimates
            .iter()
            .zip(&pooled.estimates)
            .map(|(ours, theirs)| (ours.coefficient / theirs.coefficient - 1.0).abs())
            .fold(0.0, f64::max);
        let tests = || hospitals.iter().map(|hospital| &hospital.test.table);
        let all: Vec<Scored> = tests().flat_map(|table| score(federated, table)).collect();
        Ok(Comparison {
            overall,
            federated: Evaluation::own(&all),
            hospitals: by_hospital,
            max_coefficient_error,
        })
    }
}

/// Scores rows by a fit.
pub(super) fn score(fit: &Fit, table: &Table) -> Vec<Scored> {
    table.score(|features| fit.predict(features))
}
