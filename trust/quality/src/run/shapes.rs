//! What is done for rules about shapes besides counting.

use super::{Run, State};
use crate::shape::{
    fit::{Cells, Fit},
    repair,
};
use crate::tally::Tally;
use crate::{QualityError, Test};

impl Run<'_> {
    /// The numbers of rules about shapes that are broken, and have factors that may mend them.
    pub(crate) fn shifted(&self) -> Vec<usize> {
        let numbers = 0..self.rules().len();
        let is_shifted = |number: &usize| {
            let has_factors =
                matches!(&self.rules()[*number].test, Test::Shape(it) if !it.factors.is_empty());
            has_factors && self.fit(*number).is_some_and(|fit| fit.failed > 0.0)
        };
        numbers.filter(is_shifted).collect()
    }

    /// What was counted of the cells of a rule's shape.
    fn cells(&self, number: usize) -> Option<&Cells> {
        match &self.states[number] {
            State::Counted(parts) => parts.iter().find_map(|(_, tally)| match tally {
                Tally::Shape(cells) => Some(cells),
                _ => None,
            }),
            _ => None,
        }
    }

    fn fit(&self, number: usize) -> Option<Fit> {
        self.cells(number)?.whole()
    }

    /// The cell of a rule's shape that has most rows too many.
    pub(crate) fn fullest(&self, number: usize) -> Option<usize> {
        self.cells(number)?.fullest()
    }

    /// Looks whether a factor would mend a shape.
    pub(crate) fn repair(&mut self, number: usize) -> Result<(), QualityError> {
        let rule = &self.rules()[number];
        let (Test::Shape(shape), Some(scope), Some(fit)) =
            (&rule.test, self.scope(&rule.table), self.fit(number))
        else {
            return Ok(());
        };
        let pass = repair::pass(rule, shape, &scope, &self.check.rules.house)?;
        match self.check.query(&pass) {
            Ok(Some(rows)) => {
                let repair = repair::read(shape, fit, &rows);
                self.repairs.extend(repair.map(|it| (number, it)));
                Ok(())
            }
            Ok(None) => Ok(()),
            // It is counted, and nothing is said of what would mend it.
            Err(error) => self.reason(&pass, error).map(|_| ()),
        }
    }
}
