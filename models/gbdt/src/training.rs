//! A fit over several parties' rows on its way: what the aggregator keeps between two sums.

mod ensemble;
mod fit;
mod sapling;
mod told;

use consilium_mailbox::PartyId;
use consilium_secagg::{Opened, SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use crate::{
    Cuts, Quanta,
    horizontal::{
        Agreement, News, NoModel, Question, most_sums,
        question::{BEGINNING, Standing},
    },
    quantiles::Wanted,
};

pub use crate::quantiles::Descent;
pub use ensemble::Ensemble;
pub use fit::{Fit, Published, Roster};
pub use sapling::Sapling;

pub(crate) use fit::Ended;
pub(crate) use told::Told;

/// A fit on its way, advanced by one opened sum at a time.
///
/// Pure: whoever drives it may store it after every sum and go on from there. For the same sums it
/// takes the same way bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Training {
    /// It awaits counts of values in cells.
    Cutting {
        /// The sum awaited.
        sum: SumNumber,
        /// Who takes part.
        cohort: Cohort,
        /// The cells known up to now.
        descent: Descent,
    },
    /// It awaits the labels' sum.
    Beginning {
        /// The sum awaited.
        sum: SumNumber,
        /// Who takes part.
        cohort: Cohort,
        /// The cut points of all columns.
        cuts: Cuts,
    },
    /// It awaits the losses, and the size of the next tree's gradients.
    Measuring {
        /// The sum awaited.
        sum: SumNumber,
        /// Who takes part.
        cohort: Cohort,
        /// The trees up to now.
        ensemble: Box<Ensemble>,
    },
    /// It awaits the histogram of the next tree's root.
    Rooting {
        /// The sum awaited.
        sum: SumNumber,
        /// Who takes part.
        cohort: Cohort,
        /// The trees up to now.
        ensemble: Box<Ensemble>,
        /// How gradients are rounded.
        quanta: Quanta,
        /// The rows drawn for the tree.
        rows: u64,
    },
    /// It awaits histograms of nodes below.
    Growing {
        /// The sum awaited.
        sum: SumNumber,
        /// Who takes part.
        cohort: Cohort,
        /// The trees up to now.
        ensemble: Box<Ensemble>,
        /// The tree in hand.
        sapling: Box<Sapling>,
    },
    /// It has come to its end.
    Done(Box<Fit>),
    /// There is no model.
    Failed(NoModel),
}

/// Who takes part, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Whose rows are in the sums; nobody's before the first.
    pub contributors: Vec<PartyId>,
    /// Sums opened.
    pub opened: u32,
    /// The fit's first sum.
    first: SumNumber,
    /// How many beginnings have numbers below this one's.
    anew: u32,
}

impl Training {
    /// Begins a fit; its sums are numbered from `first` on.
    pub fn begin(agreement: &Agreement, first: SumNumber) -> Training {
        let cohort = Cohort {
            contributors: Vec::new(),
            opened: 0,
            first,
            anew: 0,
        };
        count_on(agreement, first, cohort, descent(agreement))
    }

    /// Gives the number of the sum that is awaited, unless the fit is over.
    pub fn awaits(&self) -> Option<SumNumber> {
        self.pending().map(|(sum, _)| sum)
    }

    fn pending(&self) -> Option<(SumNumber, &Cohort)> {
        match self {
            Training::Cutting { sum, cohort, .. }
            | Training::Beginning { sum, cohort, .. }
            | Training::Measuring { sum, cohort, .. }
            | Training::Rooting { sum, cohort, .. }
            | Training::Growing { sum, cohort, .. } => Some((*sum, cohort)),
            Training::Done(_) | Training::Failed(_) => None,
        }
    }

    /// Gives what is asked next and the shape of its sum, unless the fit is over.
    pub fn question(&self, agreement: &Agreement) -> Option<(Question, SumShape)> {
        let question = match self {
            Training::Cutting { descent, .. } => {
                Question::Cells(descent.asks(&agreement.grids(), wanted(agreement))?)
            }
            Training::Beginning { .. } => Question::Labels,
            Training::Measuring { .. } => Question::Totals,
            Training::Rooting { .. } => Sapling::root_question(),
            Training::Growing { sapling, .. } => sapling.question(),
            Training::Done(_) | Training::Failed(_) => return None,
        };
        let cells = match self {
            Training::Rooting { ensemble, .. } => ensemble.layout(agreement).cells(),
            Training::Growing { sapling, .. } => sapling.cells(),
            _ => 0,
        };
        let asked = (self.awaits()?, &question);
        let answer = (question.len(cells), question.bits(agreement));
        let shape = self.standing().shape(asked, answer);
        Some((question, shape))
    }

    /// Goes on where sums up to `last` were opened over other parties than will be there.
    ///
    /// The tree in hand begins anew over those who will; before there is one, all does. Under no
    /// number two questions are asked: contributors may have heard that after the last opened one.
    #[must_use]
    pub fn go_on_beyond(mut self, agreement: &Agreement, last: SumNumber) -> Training {
        let unheard = after(after(last));
        match &mut self {
            Training::Cutting { cohort, .. } | Training::Beginning { cohort, .. } => {
                let mut cohort = cohort.clone();
                cohort.contributors.clear();
                Training::anew(agreement, (cohort, unheard)).unwrap_or_else(Training::Failed)
            }
            Training::Measuring { sum, .. }
            | Training::Rooting { sum, .. }
            | Training::Growing { sum, .. } => {
                *sum = unheard;
                self.within(agreement)
            }
            Training::Done(_) | Training::Failed(_) => self,
        }
    }

    /// Goes on with an opened sum; one that is over stays as it is.
    ///
    /// When other parties' rows are in it than before, nothing is compared with sums over the old
    /// ones: finished trees stay, the tree in hand begins anew over the parties that are there.
    /// Before the base score is known, all begins anew.
    #[must_use]
    pub fn advance(self, agreement: &Agreement, opened: &Opened) -> Training {
        let advanced = self.advanced(agreement, opened);
        advanced.unwrap_or_else(Training::Failed).within(agreement)
    }

    /// Ends a fit that would ask under a number that no fit comes to: contributors would refuse.
    fn within(self, agreement: &Agreement) -> Training {
        let too_many = self.pending().and_then(|(sum, cohort)| {
            let numbers = sum.0.saturating_sub(cohort.first.0);
            (numbers >= most_sums(agreement)).then(|| cohort.too_many())
        });
        too_many.map_or(self, Training::Failed)
    }

    /// Says whether histograms of a tree in hand are part of this value.
    ///
    /// Without them it is small. Whoever keeps only such values may go on from the last one: what is
    /// asked again has the same numbers, and the same answers.
    pub fn holds_histograms(&self) -> bool {
        matches!(self, Training::Growing { .. })
    }

    /// Gives the trees that stand, once the fit has begun.
    pub fn ensemble(&self) -> Option<&Ensemble> {
        match self {
            Training::Measuring { ensemble, .. }
            | Training::Rooting { ensemble, .. }
            | Training::Growing { ensemble, .. } => Some(ensemble),
            Training::Done(fit) => Some(fit.ensemble()),
            Training::Cutting { .. } | Training::Beginning { .. } | Training::Failed(_) => None,
        }
    }

    /// Gives what contributors don't know yet, and notes that they do.
    pub(crate) fn news(&self, told: &mut Told) -> Vec<News> {
        let cuts = match self {
            Training::Beginning { cuts, .. } => Some(cuts),
            _ => self.ensemble().map(Ensemble::cuts),
        };
        told.learn(cuts, self.ensemble(), self.hand())
    }

    /// Gives what happened to the tree in hand.
    fn hand(&self) -> Vec<News> {
        match self {
            Training::Rooting { quanta, .. } => vec![News::Rounded(*quanta)],
            Training::Growing { sapling, .. } => sapling.news(),
            _ => Vec::new(),
        }
    }

    fn standing(&self) -> Standing {
        match self {
            Training::Beginning { cuts, .. } => Standing::NOTHING.after(&News::Cut(cuts.clone())),
            Training::Rooting {
                ensemble, quanta, ..
            } => ensemble.standing().after(&News::Rounded(*quanta)),
            Training::Growing { sapling, .. } => sapling.standing(),
            _ => self
                .ensemble()
                .map_or(Standing::NOTHING, Ensemble::standing),
        }
    }

    fn advanced(self, agreement: &Agreement, opened: &Opened) -> Result<Training, NoModel> {
        match self {
            Training::Cutting {
                sum,
                mut cohort,
                descent,
            } => {
                if cohort.changes(opened) {
                    return Training::anew(agreement, (cohort, after(sum)));
                }
                let cells = descent.asks(&agreement.grids(), wanted(agreement));
                let finer = cells.and_then(|cells| descent.refine(&cells, &opened.sum));
                let finer = finer.ok_or(NoModel::Implausible)?;
                Ok(count_on(agreement, after(sum), cohort, finer))
            }
            Training::Beginning {
                sum,
                mut cohort,
                cuts,
            } => {
                if cohort.changes(opened) {
                    return Training::anew(agreement, (cohort, after(sum)));
                }
                let roster = &cohort.contributors;
                let ensemble = Ensemble::begin(agreement, cuts, roster, &opened.sum)?;
                Ok(next_tree(
                    (agreement, after(sum)),
                    cohort,
                    Box::new(ensemble),
                ))
            }
            Training::Measuring {
                sum,
                mut cohort,
                mut ensemble,
            } => {
                if cohort.changes(opened) {
                    ensemble.go_on_over(&cohort.contributors);
                }
                let next = ensemble.measure(agreement, &opened.sum)?;
                let Some((quanta, rows)) = next else {
                    let fit = Fit::new(*ensemble, cohort.opened);
                    return Ok(Training::Done(Box::new(fit)));
                };
                Ok(Training::Rooting {
                    sum: after(sum),
                    cohort,
                    ensemble,
                    quanta,
                    rows,
                })
            }
            Training::Rooting {
                sum,
                mut cohort,
                ensemble,
                quanta,
                rows,
            } => {
                if cohort.changes(opened) {
                    return Ok(Training::measure_again(sum, cohort, ensemble));
                }
                let begun = (ensemble.standing(), ensemble.layout(agreement));
                let root = Sapling::root(agreement, begun, (quanta, rows), &opened.sum)?;
                grow_on((agreement, sum), cohort, ensemble, root)
            }
            Training::Growing {
                sum,
                mut cohort,
                ensemble,
                mut sapling,
            } => {
                if cohort.changes(opened) {
                    return Ok(Training::measure_again(sum, cohort, ensemble));
                }
                sapling.take(agreement, &opened.sum)?;
                grow_on((agreement, sum), cohort, ensemble, *sapling)
            }
            over @ (Training::Done(_) | Training::Failed(_)) => Ok(over),
        }
    }

    /// Begins all anew over the parties that are there, by numbers not below this one.
    fn anew(
        agreement: &Agreement,
        (mut cohort, unheard): (Cohort, SumNumber),
    ) -> Result<Training, NoModel> {
        let sum = cohort.begin_anew(agreement, unheard)?;
        Ok(count_on(agreement, sum, cohort, descent(agreement)))
    }

    /// Begins the tree in hand anew over the parties that are there.
    fn measure_again(sum: SumNumber, cohort: Cohort, mut ensemble: Box<Ensemble>) -> Training {
        ensemble.go_on_over(&cohort.contributors);
        ensemble.forget_measures();
        Training::Measuring {
            sum: after(sum),
            cohort,
            ensemble,
        }
    }
}

/// Asks for finer cells, or, if the cut points stand, for the labels.
fn count_on(agreement: &Agreement, sum: SumNumber, cohort: Cohort, descent: Descent) -> Training {
    let grids = agreement.grids();
    if descent.asks(&grids, wanted(agreement)).is_some() {
        return Training::Cutting {
            sum,
            cohort,
            descent,
        };
    }
    let cuts = Cuts::new(descent.cuts(&grids, agreement.value_bins()));
    match cuts {
        Ok(cuts) => Training::Beginning { sum, cohort, cuts },
        Err(_) => Training::Failed(NoModel::Implausible),
    }
}

/// Asks for more nodes, or, if the tree is grown, for the losses.
fn grow_on(
    (agreement, sum): (&Agreement, SumNumber),
    cohort: Cohort,
    mut ensemble: Box<Ensemble>,
    mut sapling: Sapling,
) -> Result<Training, NoModel> {
    let sum = after(sum);
    if sapling.goes_on()? {
        let sapling = Box::new(sapling);
        return Ok(Training::Growing {
            sum,
            cohort,
            ensemble,
            sapling,
        });
    }
    let tree = sapling.grown();
    if !agreement.has_leaves(&tree) {
        let tree = ensemble.next();
        return Err(NoModel::Diverged { tree });
    }
    ensemble.add(tree);
    Ok(next_tree((agreement, sum), cohort, ensemble))
}

/// Asks for the losses, or, where a tree may begin without them, for its root.
fn next_tree(
    (agreement, sum): (&Agreement, SumNumber),
    cohort: Cohort,
    ensemble: Box<Ensemble>,
) -> Training {
    match ensemble.unmeasured(agreement) {
        Some((quanta, rows)) => Training::Rooting {
            sum,
            cohort,
            ensemble,
            quanta,
            rows,
        },
        None => Training::Measuring {
            sum,
            cohort,
            ensemble,
        },
    }
}

fn descent(agreement: &Agreement) -> Descent {
    Descent::begin(&agreement.grids(), agreement.most_rows_in_all())
}

fn wanted(agreement: &Agreement) -> Wanted {
    Wanted {
        bins: agreement.value_bins(),
        min_node: agreement.boosting().specification().min_node,
    }
}

fn after(sum: SumNumber) -> SumNumber {
    SumNumber(sum.0.saturating_add(1))
}

impl Cohort {
    /// Counts an opened sum, and says whether other parties' rows are in it than before.
    fn changes(&mut self, opened: &Opened) -> bool {
        self.opened = self.opened.saturating_add(1);
        let is_first = self.contributors.is_empty();
        let is_same = self.contributors == opened.contributors;
        if !is_same {
            self.contributors.clone_from(&opened.contributors);
        }
        !is_first && !is_same
    }

    /// Gives the first number of another beginning, not below this one.
    fn begin_anew(
        &mut self,
        agreement: &Agreement,
        unheard: SumNumber,
    ) -> Result<SumNumber, NoModel> {
        let numbers = unheard.0.saturating_sub(self.first.0);
        self.anew = numbers.div_ceil(BEGINNING);
        if self.anew as usize > agreement.shared().most_contributors {
            return Err(self.too_many());
        }
        let before = self.anew.saturating_mul(BEGINNING);
        Ok(SumNumber(self.first.0.saturating_add(before)))
    }

    fn too_many(&self) -> NoModel {
        let sums = self.opened;
        NoModel::TooManySums { sums }
    }
}
