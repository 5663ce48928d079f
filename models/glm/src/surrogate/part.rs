//! What a contributor does between two messages, the lead's work included.

use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{Contribute, SumNumber, Told, answer};
use rand_core::CryptoRng;

use super::{
    Lead, Surrogate, Totals,
    limits::{is_estimate, is_moderate},
    local_totals,
    messages::{Answer, Model},
    totals,
};
use crate::{
    Candidate, Design, GlmError, Published, Question, Regression, Table, moments, training,
};

/// The label under which the sums' CPU time is accounted.
const LOCAL: &str = "glm-surrogate.1.local";
/// The same for what the lead solves.
const SOLVE: &str = "glm-surrogate.1.solve";

/// A contributor's part.
pub(super) struct Part<'a> {
    pub(super) aggregator: &'a PartyId,
    pub(super) rows: (&'a Regression, &'a Table),
    pub(super) agreed: &'a Surrogate,
    pub(super) first: SumNumber,
}

impl Part<'_> {
    /// Takes part in the sum of a round, or gives the fit.
    pub(super) async fn take<R: CryptoRng>(
        &self,
        mail: &Mailbox,
        (round, heard): (u32, &Model),
        before: Option<&Candidate>,
        rounding: &impl Fn(SumNumber) -> R,
        sum: &mut impl Contribute,
    ) -> Result<Option<Box<Published>>, GlmError> {
        let (regression, table) = self.rows;
        let due = SumNumber(self.first.0.saturating_add(round));
        let here = mail.scope(format_args!("sum-{round}"));
        match heard {
            Model::Moments(asked) if round == 0 && *asked == due => {
                let shape = training::shape(regression, due, &Question::Moments);
                let coded = (&shape, &moments::encoding(regression)?);
                let add_up = |_: &mut R| Told::whole(moments::local_moments(regression, table));
                answer(&here, coded, LOCAL, rounding, add_up, sum).await?;
                Ok(None)
            }
            Model::Candidate {
                sum: asked,
                candidate,
            } if (1..=self.agreed.rounds).contains(&round)
                && *asked == due
                && candidate.suits(regression)
                && is_moderate(&candidate.coefficients)
                && (round > 1 || is_estimate(&candidate.coefficients)) =>
            {
                let order = self.agreed.order;
                let shape = totals::shape(regression, due, (candidate, order));
                let code = totals::encoding(regression, order, candidate.coefficients.len())?;
                let models = (candidate, before);
                let add_up = |_: &mut R| local_totals(regression, table, models, order);
                answer(&here, (&shape, &code), LOCAL, rounding, add_up, sum).await?;
                Ok(None)
            }
            Model::Fitted(fit) if fit.suits(regression) => Ok(Some(fit.clone())),
            Model::Failed(failure) if failure.suits(regression) => Err(failure.clone().into()),
            _ => Err(self.bad_model()),
        }
    }

    /// Fits the lead's own rows.
    pub(super) fn begin(
        &self,
        mail: &Mailbox,
        design: &Design,
        rows: u64,
    ) -> Result<Answer, GlmError> {
        let (regression, table) = self.rows;
        if !design.suits(regression) || !self.can_be(rows) {
            return Err(self.bad_model());
        }
        let own = Lead {
            regression,
            table,
            design,
            rows,
        };
        let estimate = mail.compute(SOLVE, || own.estimate());
        Ok(estimate.map_or(Answer::None, Answer::Estimate))
    }

    /// Maximises the lead's likelihood as the totals correct it.
    pub(super) fn correct(
        &self,
        mail: &Mailbox,
        (about, totals): (&Candidate, &Totals),
        rows: u64,
    ) -> Result<Answer, GlmError> {
        let (regression, table) = self.rows;
        if totals.rows != rows || !totals.suits(self.agreed.order, about.coefficients.len()) {
            return Err(self.bad_model());
        }
        let own = Lead {
            regression,
            table,
            design: &about.design,
            rows,
        };
        let solved = mail.compute(SOLVE, || own.solve(&about.coefficients, totals));
        Ok(solved.map_or(Answer::None, Answer::Solved))
    }

    /// Says whether so many rows can be those of all, the lead's own among them.
    fn can_be(&self, rows: u64) -> bool {
        let (regression, table) = self.rows;
        rows > table.rows() as u64 && rows as f64 <= regression.most_rows_in_all()
    }

    pub(super) fn bad_model(&self) -> GlmError {
        GlmError::BadModel {
            aggregator: self.aggregator.clone(),
        }
    }

    pub(super) fn too_many(&self) -> GlmError {
        GlmError::TooManySums {
            aggregator: self.aggregator.clone(),
        }
    }
}
