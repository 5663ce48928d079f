//! Institutions with different columns of the same people.

mod check;
mod group;
mod unlike;
mod weigh;

use consilium_base::Tagged;
use consilium_evaluation::Subject;
use consilium_gbdt::{
    Boosting, Specification,
    vertical::{Agreement, BadTerms, Holder, Price, Protections, Terms},
};
use consilium_lwe::Set;
use consilium_mailbox::PartyId;
use consilium_schema::{Column, Label, Schema};

pub(crate) use check::check;
pub use group::{Common, Group, GroupTerms, Hospital};
pub use unlike::Unlike;
pub use weigh::Weigh;

use super::TestRows;
use crate::{Obstacle, PlanHash};

/// What is done with the columns of several institutions, whose common rows alignments found.
#[derive(Debug, Clone, PartialEq)]
pub struct Vertical {
    /// Who has which rows, and which studies found them.
    pub common: Common,
    /// Who has the labels, and learns the predictions.
    pub label_holder: PartyId,
    /// What each contributor brings, in order of their names.
    pub members: Vec<Member>,
    /// What is done with them.
    pub work: VerticalWork,
}

/// What one institution brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Which.
    pub party: PartyId,
    /// The columns used: features in their order, then the label's, each once.
    pub columns: Vec<Column>,
    /// The names of the features' columns; at the label holder there may be none.
    pub features: Vec<String>,
    /// The names of the model's columns: a category has one for each level but its reference.
    pub inputs: Vec<String>,
}

/// What is done with the common rows.
#[derive(Debug, Clone, PartialEq)]
pub enum VerticalWork {
    /// Trees are grown.
    Grow(Box<Grow>),
    /// Rows are scored by trees that were grown before.
    Predict {
        /// The study that grew them.
        model: PlanHash,
    },
    /// Columns are held against the labels.
    Weigh(Box<Weigh>),
}

/// How trees are grown over columns of several institutions.
#[derive(Debug, Clone, PartialEq)]
pub struct Grow {
    /// What is predicted.
    pub label: Label,
    /// What is measured of the predictions, at the label holder.
    pub subject: Subject,
    /// The trees.
    pub boosting: Boosting,
    /// What is kept back, and from whom.
    pub protections: Protections,
    /// The parameters of the encryption.
    pub set: Set,
    /// How many candidates share a ciphertext; none lets the price choose.
    pub stride: Option<u32>,
    /// By what it is chosen.
    pub price: Price,
    /// Which rows are kept for testing: none, or a share, the same at all.
    pub test: TestRows,
}

impl Grow {
    /// Gives how the trees are grown.
    pub fn specification(&self) -> &Specification {
        self.boosting.specification()
    }

    /// Gives how many trees grow on the columns of all, at most.
    pub fn joint_trees(&self) -> u64 {
        let trees = self.specification().trees;
        trees.saturating_sub(self.protections.own_trees).into()
    }

    /// Gives the share of rows that is kept for testing.
    pub fn test_share(&self) -> f64 {
        match self.test {
            TestRows::Share { share, .. } => share,
            _ => 0.0,
        }
    }
}

impl Vertical {
    /// The most institutions: those with columns, and one with the labels.
    pub const MOST_PARTIES: usize = consilium_gbdt::vertical::MOST_FEATURE_HOLDERS + 1;

    /// The fewest common rows where the plan says nothing.
    pub const USUAL_ROWS: u64 = 100;

    /// Gives the kind of plan, as it is written.
    pub fn kind(&self) -> &'static str {
        match (&self.work, &self.common) {
            (VerticalWork::Grow(_), Common::All(_)) => "train-vertical-gbdt",
            (VerticalWork::Predict { .. }, Common::All(_)) => "predict-vertical-gbdt",
            (VerticalWork::Grow(_), Common::Hospitals(_)) => "train-hybrid-gbdt",
            (VerticalWork::Predict { .. }, Common::Hospitals(_)) => "predict-hybrid-gbdt",
            (VerticalWork::Weigh(_), _) => "statistics-vertical",
        }
    }

    /// Gives what is predicted, or held against columns; nothing where trees that there are score rows.
    pub fn label(&self) -> Option<&Label> {
        match &self.work {
            VerticalWork::Grow(grow) => Some(&grow.label),
            VerticalWork::Weigh(weigh) => Some(&weigh.label),
            VerticalWork::Predict { .. } => None,
        }
    }

    /// Says whether labels are of two classes, as far as the plan tells.
    pub fn is_of_classes(&self) -> bool {
        match &self.work {
            VerticalWork::Grow(grow) => grow.subject.is_of_classes(),
            VerticalWork::Weigh(_) => true,
            VerticalWork::Predict { .. } => false,
        }
    }

    /// Gives what a party brings.
    pub fn member(&self, party: &PartyId) -> Option<&Member> {
        self.members.iter().find(|member| member.party == *party)
    }

    /// Gives those that bring columns only, of all rows, in the order of the model's parts: no
    /// hospital of a group.
    pub fn feature_holders(&self) -> impl Iterator<Item = &Member> {
        let is_other = |it: &&Member| it.party != self.label_holder && !self.is_hospital(&it.party);
        self.members.iter().filter(is_other)
    }

    /// Gives the terms of a fit over so many training rows, all common rows but those kept for
    /// testing; as if a group of hospitals were one feature holder.
    ///
    /// # Errors
    ///
    /// [`BadTerms`]; of a checked plan only where there are no rows, or more than it allows.
    pub fn agreement(&self, grow: &Grow, rows: u64) -> Result<Agreement, BadTerms> {
        let holder = |member: &Member| Holder {
            party: member.party.clone(),
            columns: count(&member.inputs),
        };
        let group = self.group().and_then(|group| {
            let terms = group.terms.as_ref()?;
            Some(Holder {
                party: terms.name.clone(),
                columns: u32::try_from(group.inputs.len()).unwrap_or(u32::MAX),
            })
        });
        let others = self.feature_holders().map(holder);
        let own = self.member(&self.label_holder);
        Agreement::try_from(Terms {
            boosting: grow.boosting.clone(),
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            label_holder: self.label_holder.clone(),
            label_holder_columns: own.map_or(0, |own| count(&own.inputs)),
            feature_holders: group.into_iter().chain(others).collect(),
            protections: grow.protections,
            set: grow.set,
            stride: grow.stride,
            price: grow.price,
        })
    }

    /// Gives the fewest rows that several hospitals can have together to fit to, where they have at least
    /// `common` of them: all but those kept for testing.
    ///
    /// Which rows are kept is drawn: six standard deviations more than the share's part are allowed for.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float below zero becomes zero, and none is above 2^32"
    )]
    pub fn least_fitted(&self, common: u64) -> u32 {
        let kept = match &self.work {
            VerticalWork::Grow(grow) => match grow.test {
                TestRows::Share { share, .. } => share,
                _ => 0.0,
            },
            VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => 0.0,
        };
        let common = f64::from(u32::try_from(common).unwrap_or(u32::MAX));
        let drawn = common * (1.0 - kept) - 6.0 * (common * kept * (1.0 - kept)).sqrt();
        let hospitals = u32::try_from(self.hospitals().count()).unwrap_or(u32::MAX);
        (drawn as u32).max(hospitals)
    }

    /// Says whether the common row at a place of an alignment, from 0 on, is kept for testing; of which
    /// hospital's, where there are several.
    ///
    /// Everybody computes the same: it hangs on nothing but the plan's seed, the hospital's name and
    /// the place.
    pub fn held_out(&self, hospital: Option<&PartyId>, place: u64) -> bool {
        let VerticalWork::Grow(grow) = &self.work else {
            return false;
        };
        let TestRows::Share { share, seed } = grow.test else {
            return false;
        };
        let drawn = match hospital {
            None => Tagged::new("vertical.1.held-out"),
            Some(party) => Tagged::new("hybrid.1.held-out").field(party.as_str().as_bytes()),
        };
        let drawn = drawn.field(&seed.to_le_bytes()).field(&place.to_le_bytes());
        let [a, b, c, d, ..] = drawn.digest();
        f64::from(u32::from_le_bytes([a, b, c, d])) < share * 2_f64.powi(32)
    }
}

impl Member {
    /// Compares a data set's schema with the columns of the plan, as [`Train::obstacles`] does.
    ///
    /// [`Train::obstacles`]: crate::Train::obstacles
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        crate::differing::differences(&self.columns, schema)
    }
}

fn count(names: &[String]) -> u32 {
    u32::try_from(names.len()).unwrap_or(u32::MAX)
}
