//! Which rounds of cut points a contributor takes part in.

use super::question::BEGINNING;
use crate::quantiles::{Cells, Grid, QUANTILE_ROUNDS};

/// The cells that were asked about in this run, from some round of a beginning on.
#[derive(Default)]
pub(super) struct Counted {
    beginning: u32,
    from: u32,
    rounds: Vec<Cells>,
}

impl Counted {
    /// Takes in a round about cells, and says whether one comes at this place among the fit's sums,
    /// where all may begin anew so many times.
    ///
    /// What a run before has asked is not known here; that a round comes but once in a beginning its
    /// number sees to.
    pub(super) fn admits(
        &mut self,
        (place, most_anew): (u32, usize),
        cells: &Cells,
        grids: &[Option<Grid>],
    ) -> bool {
        let (beginning, round) = (place / BEGINNING, place % BEGINNING);
        if self.rounds.is_empty() {
            (self.beginning, self.from) = (beginning, round);
        } else if self.beginning < beginning {
            (self.beginning, self.from) = (beginning, 0);
            self.rounds.clear();
        }
        let next = self.from as usize + self.rounds.len();
        let is_next = self.beginning == beginning && round as usize == next;
        let are_parts = self.from > 0 || round == 0 || cells.are_parts_of(&self.rounds);
        self.rounds.push(cells.clone());
        beginning as usize <= most_anew
            && round < QUANTILE_ROUNDS
            && is_next
            && are_parts
            && cells.are_of_round(round, grids)
    }
}
