//! What a contributor knows of a fit, and its answers.

mod trees;

use consilium_base::Seed;
use consilium_mailbox::PartyId;
use consilium_secagg::{SumNumber, SumShape};

use trees::{OwnTrees, amounts};

use super::{
    Agreement, News, Question,
    counted::Counted,
    element::Element,
    question::{Standing, most_sums},
};
use crate::{
    Cuts, Rows, Segment, Table,
    quantiles::{self, Cells},
    training::{Ended, Published},
};

/// The aggregator asks or tells what no fit does at this point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfPlace;

/// One party's part in a fit, from the first question of a run to its last.
///
/// All that it holds follows from the party's rows, its seed and what it was told: whoever lost it
/// is told all that happened, and has it again.
pub(super) struct Contribution<'a> {
    agreement: &'a Agreement,
    table: &'a Table,
    seed: &'a Seed,
    standing: Standing,
    answered: u32,
    counted: Counted,
    stage: Stage,
}

enum Stage {
    /// There are no cut points.
    Counting,
    /// There are bins.
    Cut(Cuts, Box<Rows>),
    /// There are margins.
    Begun(Box<OwnTrees>),
}

impl<'a> Contribution<'a> {
    /// Begins a run over rows that suit the agreement.
    ///
    /// `seed` is this party's secret for the study: what is held out, drawn and rounded follows from
    /// it, so that a repeated sum has the same integers.
    pub(super) fn begin(
        agreement: &'a Agreement,
        table: &'a Table,
        seed: &'a Seed,
    ) -> Option<Contribution<'a>> {
        agreement.suits(table).then_some(Contribution {
            agreement,
            table,
            seed,
            standing: Standing::NOTHING,
            answered: 0,
            counted: Counted::default(),
            stage: Stage::Counting,
        })
    }

    pub(super) fn agreement(&self) -> &'a Agreement {
        self.agreement
    }

    /// Says whether as many sums were answered as a fit takes.
    pub(super) fn is_exhausted(&self) -> bool {
        self.answered >= most_sums(self.agreement)
    }

    /// Takes in what happened since the last question.
    pub(super) fn hear(&mut self, news: Vec<News>) -> Result<(), OutOfPlace> {
        news.into_iter().try_for_each(|news| self.hear_one(news))
    }

    fn hear_one(&mut self, news: News) -> Result<(), OutOfPlace> {
        let standing = self.standing.after(&news);
        match (std::mem::replace(&mut self.stage, Stage::Counting), news) {
            (Stage::Counting, News::Cut(cuts)) => self.stage = self.cut(cuts)?,
            (Stage::Cut(cuts, rows), News::Begun(base_score)) => {
                let trees = OwnTrees::begin(self.agreement, cuts, *rows, base_score)?;
                self.stage = Stage::Begun(Box::new(trees));
            }
            (Stage::Begun(mut trees), news) => {
                trees.hear(self.agreement, news)?;
                self.stage = Stage::Begun(trees);
            }
            _ => return Err(OutOfPlace),
        }
        self.standing = standing;
        Ok(())
    }

    fn cut(&self, cuts: Cuts) -> Result<Stage, OutOfPlace> {
        if !self.agreement.has_cuts(&cuts) {
            return Err(OutOfPlace);
        }
        let segment = Segment {
            seed: Seed::from_bytes(*self.seed.expose()),
            rows: self.table.rows(),
        };
        let rows = Rows::new(self.agreement.boosting(), self.table, &cuts, vec![segment]);
        let rows = rows.map_err(|_| OutOfPlace)?.capped(self.agreement.cap());
        Ok(Stage::Cut(cuts, Box::new(rows)))
    }

    /// Gives the shape of the sum that answers a question, if a fit can ask it now.
    ///
    /// A question about the next tree's gradients lets go of a tree in hand, one about cells of cut
    /// points before the fit has begun: both begin anew when other parties take part. The fit's sums
    /// are numbered from `first` on.
    pub(super) fn shape(
        &mut self,
        (first, number): (SumNumber, SumNumber),
        asked: &Question,
    ) -> Result<SumShape, OutOfPlace> {
        let place = number.0.checked_sub(first.0).ok_or(OutOfPlace)?;
        if let (Stage::Cut(..), Question::Cells(_)) = (&self.stage, asked) {
            (self.stage, self.standing) = (Stage::Counting, Standing::NOTHING);
        }
        let (suits, cells) = match (&mut self.stage, asked) {
            (Stage::Counting, Question::Cells(cells)) => {
                let (grids, bins) = (self.agreement.grids(), self.agreement.value_bins());
                let beginnings = self.agreement.shared().most_contributors;
                let is_round = self.counted.admits((place, beginnings), cells, &grids);
                (is_round && cells.suit(&grids, bins), 0)
            }
            (Stage::Cut(..), Question::Labels) => (true, 0),
            (Stage::Begun(trees), Question::Totals) => {
                trees.let_go();
                self.standing = self.standing.without_hand();
                (true, 0)
            }
            (Stage::Begun(trees), Question::Nodes { build, count }) => {
                let cells = trees.cells();
                (trees.has_leaves(build, count), cells)
            }
            _ => (false, 0),
        };
        let answer = (asked.len(cells), asked.bits(self.agreement));
        let shape = self.standing.shape((number, asked), answer);
        suits.then_some(shape).ok_or(OutOfPlace)
    }

    /// Gives the own part of a sum whose shape was given.
    pub(super) fn answer(&mut self, asked: &Question) -> Result<Vec<u64>, OutOfPlace> {
        self.answered += 1;
        match (&mut self.stage, asked) {
            (Stage::Counting, Question::Cells(cells)) => Ok(self.count(cells)),
            (Stage::Cut(_, rows), Question::Labels) => {
                let totals = rows.label_totals();
                let reals = [totals.labels, totals.weights];
                Ok(amounts(rows.trained() as u64, &reals))
            }
            (Stage::Begun(trees), Question::Totals) => Ok(trees.totals()),
            (Stage::Begun(trees), Question::Nodes { build, count }) => {
                trees.nodes(Element::of(self.agreement), build, count)
            }
            _ => Err(OutOfPlace),
        }
    }

    fn count(&self, cells: &Cells) -> Vec<u64> {
        let columns: Vec<&[f64]> = self.table.values().collect();
        quantiles::count(&self.agreement.grids(), &columns, cells)
    }

    /// Gives what everybody learns at the end, if the fit can end so now.
    pub(super) fn published(&self, me: &PartyId, ended: Ended) -> Option<Published> {
        let Stage::Begun(trees) = &self.stage else {
            return None;
        };
        let told = trees.told();
        let suits = ended.suits(self.agreement, me, told.2.len());
        suits
            .then(|| ended.publish(self.agreement, told).ok())
            .flatten()
    }
}
