//! What the coordinator, and through it everybody, is told while trees grow.

use consilium_gbdt::{Losses, vertical::Progress};
use consilium_mailbox::{Mailbox, MailboxError, PartyId};
use consilium_plan::{Grow, Reached};
use tokio::sync::mpsc;

/// The fewest held-out rows whose loss is told. Whoever has columns knows which rows these are: of
/// one of them alone, the loss would be its label.
const LEAST_HELD_OUT: f64 = 100.0;

/// Tells of trees, and keeps back what would tell of single labels.
pub(super) struct Telling<'a> {
    mail: &'a Mailbox,
    coordinator: &'a PartyId,
    /// The first tree whose growth shows in frames that the coordinator passes on.
    first_joint: u32,
    tells_held_out: bool,
}

impl<'a> Telling<'a> {
    /// Tells of trees over so many rows.
    pub(super) fn of(
        grow: &Grow,
        rows: u32,
        (mail, coordinator): (&'a Mailbox, &'a PartyId),
    ) -> Telling<'a> {
        let early = grow.specification().early_stopping;
        let held_out = early.map_or(0.0, |early| early.share * f64::from(rows));
        Telling {
            mail,
            coordinator,
            first_joint: grow.protections.own_trees,
            tells_held_out: held_out >= LEAST_HELD_OUT,
        }
    }

    /// Tells how far the trees are, as often as splits of joint ones are settled. Gives the losses
    /// after no tree, one tree, and so on; `known` are those of earlier runs.
    pub(super) async fn tell(
        &self,
        known: Vec<Losses>,
        mut progress: mpsc::UnboundedReceiver<Progress>,
    ) -> Result<Vec<Losses>, MailboxError> {
        let mut losses = known;
        for (trees, losses) in (0..).zip(&losses) {
            self.say(trees, losses).await?;
        }
        while let Some(Progress {
            tree,
            losses: so_far,
            ..
        }) = progress.recv().await
        {
            let is_new = tree as usize == losses.len();
            // Else it would be told how deep the label holder's own tree is.
            if is_new || tree >= self.first_joint {
                self.say(tree, &so_far).await?;
            }
            if is_new {
                losses.push(so_far);
            }
        }
        Ok(losses)
    }

    async fn say(&self, trees: u32, losses: &Losses) -> Result<(), MailboxError> {
        let held_out = losses.held_out.filter(|_| self.tells_held_out);
        let losses = Losses {
            trained: rounded(losses.trained),
            held_out: held_out.map(rounded),
        };
        let reached = Reached::Trees { trees, losses };
        self.mail.send(self.coordinator, &reached).await
    }
}

/// Rounds to four significant digits: the last ones would tell of single labels.
fn rounded(loss: f64) -> f64 {
    // Only decimal digits are rounded to decimal digits.
    format!("{loss:.3e}").parse().unwrap_or(loss)
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::mem;
    use consilium_plan::{Plan, Task, VerticalWork};

    use super::*;

    fn grow(more: &str) -> Grow {
        let column = |name: &str, kind: &str| {
            format!("[[party.column]]\nname = \"{name}\"\ntype = \"{kind}\"\n")
        };
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"train-vertical-gbdt\"\n\
             alignment = \"{}\"\n[trees]\nobjective = \"logistic\"\ntrees = 2\n{more}\n\
             [[party]]\nname = \"a\"\ndata = \"d\"\nfeatures = [\"x\"]\n{}\
             [[party]]\nname = \"b\"\ndata = \"d\"\nfeatures = [\"y\"]\n\
             label = {{ column = \"ill\" }}\n{}{}",
            "ab".repeat(32),
            column("x", "number"),
            column("y", "number"),
            column("ill", "boolean")
        );
        let plan: Plan = text.parse().unwrap();
        match plan.task() {
            Task::Vertical(task) => match &task.work {
                VerticalWork::Grow(grow) => (**grow).clone(),
                _ => panic!("it grows trees"),
            },
            _ => panic!("it is over common rows"),
        }
    }

    fn of(trained: f64) -> Losses {
        Losses {
            trained,
            held_out: Some(trained * 2.0),
        }
    }

    /// Gives what is told of a fit over so many rows, and what is known in the end.
    async fn told(
        grow: &Grow,
        rows: u32,
        known: Vec<Losses>,
        heard: &[(u32, f64)],
    ) -> (Vec<(u32, Losses)>, Vec<Losses>) {
        let names: Vec<PartyId> = ["coordinator", "b"].map(|it| it.parse().unwrap()).into();
        let mails = mem::mailboxes(&names);
        let (sender, progress) = mpsc::unbounded_channel();
        for (level, &(tree, trained)) in (0..).zip(heard) {
            let losses = of(trained);
            let progress = Progress {
                tree,
                level,
                losses,
            };
            sender.send(progress).unwrap();
        }
        drop(sender);
        let telling = Telling::of(grow, rows, (&mails[1], &names[0]));
        let losses = telling.tell(known, progress).await.unwrap();
        let done = Reached::Done(None);
        mails[1].send(&names[0], &done).await.unwrap();
        let mut told = Vec::new();
        while let Reached::Trees { trees, losses } = mails[0].recv(&names[1]).await.unwrap() {
            told.push((trees, losses));
        }
        (told, losses)
    }

    const STOPS: &str = "early_stopping = { share = 0.1, patience = 2 }";

    #[tokio::test]
    async fn four_digits_of_a_loss_are_told_whatever_its_size() {
        let exact = [0.654_321_9, 123_456_789.0, 0.000_123_456, 0.0, -3.256_78];
        let told_of = [0.6543_f64, 123_500_000.0, 0.000_123_5, 0.0, -3.257];
        for (exact, of_it) in exact.into_iter().zip(told_of) {
            let (told, known) = told(&grow(STOPS), 10_000, Vec::new(), &[(0, exact)]).await;
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].1.trained.to_bits(), of_it.to_bits(), "{exact}");
            assert_eq!(known, [of(exact)]);
        }
    }

    #[tokio::test]
    async fn the_loss_of_few_held_out_rows_stays_at_home() {
        for (rows, is_told) in [(999, false), (1_000, true)] {
            let (told, known) = told(&grow(STOPS), rows, vec![of(1.0)], &[(1, 0.5)]).await;
            let held_out = told.iter().map(|(_, losses)| losses.held_out);
            let expected = [2.0, 1.0].map(|loss| Some(loss).filter(|_| is_told));
            assert!(held_out.eq(expected), "{told:?}");
            assert_eq!(known, [of(1.0), of(0.5)]);
        }
    }

    #[tokio::test]
    async fn how_the_own_first_tree_grows_is_told_nobody() {
        let heard = [(0, 1.0), (0, 1.0), (0, 1.0), (1, 0.5), (1, 0.5), (2, 0.25)];
        let joint = "[vertical]\nfirst_tree = \"joint\"";
        for (more, expected) in [("", vec![0, 1, 1, 2]), (joint, vec![0, 0, 0, 1, 1, 2])] {
            let (told, known) = told(&grow(more), 1_000, Vec::new(), &heard).await;
            let trees: Vec<u32> = told.iter().map(|(trees, _)| *trees).collect();
            assert_eq!(trees, expected);
            assert_eq!(known.len(), 3);
        }
        // Nor by another run.
        let (told, _) = told(&grow(""), 1_000, vec![of(1.0)], &heard[..3]).await;
        assert_eq!(told.len(), 1);
    }
}
