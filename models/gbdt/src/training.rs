//! A fit over several parties' rows on its way: what the aggregator keeps between two sums.

mod ensemble;
mod fit;
mod sapling;

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
    /// How often all began anew.
    anew: u32,
}

/// How much of a fit the contributors of a run were told.
///
/// In a new run they know nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    cut: bool,
    begun: bool,
    trees: usize,
    hand: usize,
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

    /// Gives the sum that is awaited and what it is of, unless the fit is over.
    pub fn question(&self, agreement: &Agreement) -> Option<(SumNumber, Question)> {
        match self {
            Training::Cutting { sum, descent, .. } => {
                let cells = descent.asks(&agreement.grids(), wanted(agreement))?;
                Some((*sum, Question::Cells(cells)))
            }
            Training::Beginning { sum, .. } => Some((*sum, Question::Labels)),
            Training::Measuring { sum, .. } => Some((*sum, Question::Totals)),
            Training::Rooting { sum, .. } => Some((*sum, Sapling::root_question())),
            Training::Growing { sum, sapling, .. } => Some((*sum, sapling.question())),
            Training::Done(_) | Training::Failed(_) => None,
        }
    }

    /// Gives the shape of the sum that is awaited.
    pub fn shape(&self, agreement: &Agreement) -> Option<SumShape> {
        let (number, question) = self.question(agreement)?;
        let cells = match self {
            Training::Rooting { ensemble, .. } | Training::Growing { ensemble, .. } => {
                ensemble.layout(agreement).cells()
            }
            _ => 0,
        };
        let answer = (question.len(cells), question.bits(agreement));
        Some(self.standing().shape((number, &question), answer))
    }

    /// Goes on with an opened sum; one that is over stays as it is.
    ///
    /// When other parties' rows are in it than before, nothing is compared with sums over the old
    /// ones: finished trees stay, the tree in hand begins anew over the parties that are there.
    /// Before the base score is known, all begins anew.
    #[must_use]
    pub fn advance(self, agreement: &Agreement, opened: &Opened) -> Training {
        self.advanced(agreement, opened)
            .unwrap_or_else(Training::Failed)
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
        if let Training::Beginning { cuts, .. } = self {
            return Standing::NOTHING.after(&News::Cut(cuts.clone()));
        }
        let model = self.ensemble().map(Ensemble::standing);
        let model = model.unwrap_or(Standing::NOTHING);
        self.hand().iter().fold(model, Standing::after)
    }

    fn advanced(self, agreement: &Agreement, opened: &Opened) -> Result<Training, NoModel> {
        match self {
            Training::Cutting {
                sum,
                mut cohort,
                descent,
            } => {
                if cohort.changes(agreement, sum, opened)? {
                    return Training::anew(agreement, cohort);
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
                if cohort.changes(agreement, sum, opened)? {
                    return Training::anew(agreement, cohort);
                }
                let roster = &cohort.contributors;
                let ensemble = Ensemble::begin(agreement, cuts, roster, &opened.sum)?;
                Ok(Training::Measuring {
                    sum: after(sum),
                    cohort,
                    ensemble: Box::new(ensemble),
                })
            }
            Training::Measuring {
                sum,
                mut cohort,
                mut ensemble,
            } => {
                if cohort.changes(agreement, sum, opened)? {
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
                if cohort.changes(agreement, sum, opened)? {
                    return Ok(Training::measure_again(sum, cohort, ensemble));
                }
                let layout = ensemble.layout(agreement);
                let root = Sapling::root(agreement, (quanta, rows), layout, &opened.sum)?;
                grow_on((agreement, sum), cohort, ensemble, root)
            }
            Training::Growing {
                sum,
                mut cohort,
                ensemble,
                mut sapling,
            } => {
                if cohort.changes(agreement, sum, opened)? {
                    return Ok(Training::measure_again(sum, cohort, ensemble));
                }
                sapling.take(&opened.sum)?;
                grow_on((agreement, sum), cohort, ensemble, *sapling)
            }
            over @ (Training::Done(_) | Training::Failed(_)) => Ok(over),
        }
    }

    /// Begins all anew over the parties that are there.
    fn anew(agreement: &Agreement, mut cohort: Cohort) -> Result<Training, NoModel> {
        let sum = cohort.begin_anew(agreement)?;
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
    Ok(Training::Measuring {
        sum,
        cohort,
        ensemble,
    })
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

impl Told {
    /// Gives what of all this was not told yet, and notes that it is.
    pub(crate) fn learn(
        &mut self,
        cuts: Option<&Cuts>,
        ensemble: Option<&Ensemble>,
        hand: Vec<News>,
    ) -> Vec<News> {
        let mut news = Vec::new();
        if let (Some(cuts), false) = (cuts, self.cut) {
            news.push(News::Cut(cuts.clone()));
        }
        // Without any they are to be found anew.
        self.cut = cuts.is_some();
        let Some(ensemble) = ensemble else {
            return news;
        };
        if !self.begun {
            news.push(News::Begun(ensemble.base_score()));
            self.begun = true;
        }
        let trees = ensemble.trees();
        if self.trees < trees.len() {
            news.extend(trees[self.trees..].iter().cloned().map(News::Grown));
            (self.trees, self.hand) = (trees.len(), 0);
        }
        // A tree that begins anew has less in hand than before.
        self.hand = self.hand.min(hand.len());
        let so_far = hand.len();
        news.extend(hand.into_iter().skip(self.hand));
        self.hand = so_far;
        news
    }
}

impl Cohort {
    /// Counts an opened sum, and says whether other parties' rows are in it than before.
    fn changes(
        &mut self,
        agreement: &Agreement,
        sum: SumNumber,
        opened: &Opened,
    ) -> Result<bool, NoModel> {
        self.opened = self.opened.saturating_add(1);
        let is_first = self.contributors.is_empty();
        let is_same = self.contributors == opened.contributors;
        if !is_same {
            self.contributors.clone_from(&opened.contributors);
        }
        // The last of all sums may still end the fit.
        let numbers = after(sum).0.saturating_sub(self.first.0);
        if !is_first && !is_same && numbers >= most_sums(agreement) {
            return Err(self.too_many());
        }
        Ok(!is_first && !is_same)
    }

    /// Gives the first number of another beginning.
    fn begin_anew(&mut self, agreement: &Agreement) -> Result<SumNumber, NoModel> {
        self.anew += 1;
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
