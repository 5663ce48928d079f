//! What the contributors of a run know.

use super::Ensemble;
use crate::{Cuts, horizontal::News};

/// How much of a fit the contributors of a run were told.
///
/// In a new run they know nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    cut: bool,
    begun: bool,
    trees: usize,
    hand: usize,
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
