//! What contributors are asked and told.

use consilium_base::{Digest, Tagged};
use consilium_secagg::{Bits, SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use super::{Agreement, amounts::LIMBS, element::Element};
use crate::{
    BinRule, Cuts, Growing, Layout, NodeId, Quanta, Tree,
    count::narrow,
    draw_columns,
    quantiles::{Cells, QUANTILE_ROUNDS},
};

/// The most elements of a sum of histograms, unless those of one node are more.
const MOST_ELEMENTS: usize = 1 << 20;

/// What is added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// How many values each column has in the finer cells of these.
    Cells(Cells),
    /// How many rows are trained on, their labels and weights.
    Labels,
    /// The losses under all trees so far, and how large the next tree's gradients are.
    Totals,
    /// Histograms and numbers of rows of the tree in hand.
    Nodes {
        /// Whose histograms.
        build: Vec<NodeId>,
        /// Whose rows are counted.
        count: Vec<NodeId>,
    },
}

/// What contributors know beside the question, in the order in which it came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// The cut points of all columns.
    Cut(Cuts),
    /// The margin at which the fit begins.
    Begun(f64),
    /// A finished tree.
    Grown(Tree<BinRule>),
    /// How the gradients of the tree in hand are rounded.
    Rounded(Quanta),
    /// The rows of a node of the tree in hand are parted; its children are the next two nodes.
    Parted(NodeId, BinRule),
}

/// Elements of the answer about labels: rows, and two reals.
pub(crate) const LABELS: usize = 1 + 2 * LIMBS;
/// Elements of the answer about losses and gradients: rows drawn, and six reals.
pub(crate) const TOTALS: usize = 1 + 6 * LIMBS;

impl Question {
    /// Gives the length of the answer, in a tree of this layout.
    pub(crate) fn len(&self, cells: usize) -> usize {
        match self {
            Question::Cells(asked) => asked.counts(),
            Question::Labels => LABELS,
            Question::Totals => TOTALS,
            Question::Nodes { build, count } => build.len() * cells + count.len(),
        }
    }

    /// Gives the width of an element of the answer.
    pub(crate) fn bits(&self, agreement: &Agreement) -> Bits {
        match self {
            Question::Labels | Question::Totals => Bits::WIDEST,
            Question::Nodes { .. } => Element::of(agreement).bits(),
            Question::Cells(_) => {
                let width = agreement.most_rows_in_all().ilog2() + 1;
                u8::try_from(width)
                    .ok()
                    .and_then(Bits::new)
                    .unwrap_or(Bits::WIDEST)
            }
        }
    }
}

/// How many parted nodes' children are asked about in one sum.
pub(crate) fn most_at_once(cells: usize) -> usize {
    (MOST_ELEMENTS / (cells + 2)).max(1)
}

/// Lays out the histograms of a tree.
pub(crate) fn layout(agreement: &Agreement, cuts: &Cuts, tree: usize) -> Layout {
    let columns = draw_columns(agreement.boosting(), cuts.columns(), narrow(tree));
    Layout::new(cuts, &columns)
}

/// Numbers of a beginning: of its rounds of cut points, and one of the labels.
///
/// The first beginning has the fit's first numbers, that over another roster the next, so that the
/// number says which round it is.
pub(crate) const BEGINNING: u32 = QUANTILE_ROUNDS + 1;

/// What full trees take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Rounds of cut points, at most.
    pub rounds: u64,
    /// Sums, those rounds among them, while the institutions stay the same.
    pub sums: u64,
    /// Cells of histograms that every contributor sends.
    pub cells: u64,
    /// Bits of a cell.
    pub cell_bits: u8,
    /// Nodes that every contributor is told.
    pub nodes: u64,
    of_a_tree: u64,
}

impl Cost {
    /// Gives what the trees agreed on take if none of them ends early.
    pub fn of(agreement: &Agreement) -> Cost {
        let spec = agreement.boosting().specification();
        let (trees, leaves) = (u64::from(spec.trees), u64::from(spec.growth.most_leaves()));
        let cells = agreement.most_cells();
        let at_once = most_at_once(cells) as u64;
        // Of two siblings the histogram of one is asked for.
        let (levels, built) = match spec.growth {
            Growing::DepthWise { depth } => {
                let level = |level: u32| (1_u64 << level).div_ceil(at_once);
                (1 + (0..depth - 1).map(level).sum::<u64>(), leaves / 2)
            }
            Growing::LeafWise { leaves, .. } => (u64::from(leaves) - 1, u64::from(leaves) - 1),
        };
        let (rounds, of_a_tree) = (u64::from(QUANTILE_ROUNDS), 1 + levels);
        let of_trees = trees * (levels + u64::from(spec.learning_curve));
        Cost {
            rounds,
            // Last come the losses of all trees.
            sums: rounds + 1 + of_trees + 1,
            cells: trees * built * cells as u64,
            cell_bits: Element::of(agreement).bits().get(),
            nodes: trees * (2 * leaves - 1),
            of_a_tree,
        }
    }
}

/// Gives the most sums that a fit opens, and a contributor answers in a study's fit.
///
/// Whenever the roster changes, the tree in hand begins anew, or, before there is one, all does.
pub fn most_sums(agreement: &Agreement) -> u32 {
    let Cost {
        sums, of_a_tree, ..
    } = Cost::of(agreement);
    let begun = u64::from(BEGINNING) + of_a_tree;
    let anew = begun * agreement.shared().most_contributors as u64;
    u32::try_from(sums + anew).unwrap_or(u32::MAX)
}

/// What a contributor knows when it is asked, as a hash that does not depend on when it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Of cut points, base score and finished trees.
    model: Digest,
    /// Of the tree in hand.
    hand: Digest,
}

impl Standing {
    /// Knows nothing.
    pub(crate) const NOTHING: Standing = Standing {
        model: [0; 32],
        hand: [0; 32],
    };

    /// Knows one thing more.
    pub(crate) fn after(self, news: &News) -> Standing {
        let more = |before: &Digest| {
            let news = postcard::to_stdvec(news).expect("numbers always serialise");
            let step = Tagged::new("gbdt-histogram.1.standing").field(before);
            step.field(&news).digest()
        };
        match news {
            News::Cut(_) | News::Begun(_) | News::Grown(_) => Standing {
                model: more(&self.model),
                ..Standing::NOTHING
            },
            News::Rounded(_) | News::Parted(..) => Standing {
                hand: more(&self.hand),
                ..self
            },
        }
    }

    /// Knows nothing of a tree in hand.
    pub(crate) fn without_hand(self) -> Standing {
        Standing {
            hand: Standing::NOTHING.hand,
            ..self
        }
    }

    /// Names a sum.
    pub(crate) fn shape(
        self,
        (number, question): (SumNumber, &Question),
        (len, bits): (usize, Bits),
    ) -> SumShape {
        let about = (self, question);
        SumShape::asking((number, len, bits), ("gbdt-histogram.1.sum", &about))
    }
}
