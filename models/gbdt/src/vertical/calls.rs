//! Which trees a label holder may call: m1 of docs/protocols/gbdt-vertical.md.

use consilium_mailbox::{Mailbox, PartyId};

use super::{
    agreement::Agreement,
    error::{Breach, VerticalError},
    messages::Called,
};

/// The trees that may still be called: none twice in a run, and after the first one none is left out.
pub(crate) struct Calls {
    label_holder: PartyId,
    due: u32,
    /// Whether a tree was called in this run: the first may be any, by what was kept.
    has_begun: bool,
    trees: u32,
}

impl Calls {
    /// Begins with the first tree that all grow.
    pub(crate) fn new(agreement: &Agreement) -> Calls {
        let terms = agreement.terms();
        Calls {
            label_holder: terms.label_holder.clone(),
            due: agreement.first_joint_tree(),
            has_begun: false,
            trees: terms.boosting.specification().trees,
        }
    }

    /// m1: hears what comes next.
    pub(crate) async fn hear(&mut self, mail: &Mailbox) -> Result<Called, VerticalError> {
        let called: Called = mail.recv(&self.label_holder).await?;
        let last = if self.has_begun { self.due } else { self.trees };
        let (tree, may_come) = match called {
            Called::Tree(tree) => {
                let follows = (self.due..=last).contains(&tree);
                (tree, follows && tree < self.trees)
            }
            Called::Finished(trees) => (trees, trees <= last),
        };
        if !may_come {
            return Err(VerticalError::breach(
                &self.label_holder,
                Breach::Tree { tree },
            ));
        }
        self.due = tree.saturating_add(1);
        self.has_begun = true;
        Ok(called)
    }
}
