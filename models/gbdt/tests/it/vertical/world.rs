//! A label holder and feature holders, in any world.

use std::collections::BTreeMap;

use consilium_gbdt::{
    Column, Cuts, Objective, Rule, Segment, Specification, Table, Tree, local,
    vertical::{
        Agreement, Condition, FeatureHolder, FeatureModel, FeatureSide, Holder, LabelHolder,
        LabelModel, LabelSide, Price, Terms, VerticalError, follow, lead,
    },
};
use consilium_lwe::Set;
use consilium_mailbox::{PartyId, RunId, sim::World};

pub(crate) use crate::parties::{OPEN, Store, insurer, party, secret};
use crate::{
    parties::{hospitals, leave, narrow, rng, sendable},
    world::{boosting, on, specification, table},
};

/// The rows of a fit and what was agreed on.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) terms: Terms,
    pub(crate) labels: Vec<f64>,
    /// The label holder's columns, then each feature holder's.
    pub(crate) columns: Vec<Vec<Column>>,
    /// Tells repeated runs apart.
    pub(crate) run: u8,
}

/// What each party of a run came to.
pub(crate) struct Ended {
    pub(crate) label: Result<LabelModel, VerticalError>,
    pub(crate) features: Vec<Result<FeatureModel, VerticalError>>,
}

/// The drivers' stores of all parties.
#[derive(Default)]
pub(crate) struct Stores {
    pub(crate) label: Store<LabelSide>,
    pub(crate) features: BTreeMap<PartyId, Store<FeatureSide>>,
}

impl Case {
    /// The columns of [`table`], so many for each party; nothing is kept back.
    pub(crate) fn new(objective: Objective, rows: usize, shares: &[usize]) -> Case {
        let pooled = table(objective, rows, 7);
        Case::of(specification(objective), &pooled, shares)
    }

    pub(crate) fn of(specification: Specification, pooled: &Table, shares: &[usize]) -> Case {
        let mut left = pooled.columns().to_vec();
        let columns: Vec<Vec<Column>> = shares
            .iter()
            .map(|share| left.drain(..*share).collect())
            .collect();
        let holders = hospitals(shares.len() - 1).zip(&columns[1..]);
        let holders = holders.map(|(party, columns)| Holder {
            party,
            columns: narrow(columns.len()),
        });
        let terms = Terms {
            boosting: boosting(specification),
            rows: narrow(pooled.rows()),
            label_holder: insurer(),
            label_holder_columns: narrow(shares[0]),
            feature_holders: holders.collect(),
            protections: OPEN,
            set: Set::A,
            stride: None,
            price: Price::default(),
        };
        Case {
            terms,
            labels: pooled.labels().to_vec(),
            columns,
            run: 0,
        }
    }

    pub(crate) fn agreement(&self) -> Agreement {
        Agreement::try_from(self.terms.clone()).unwrap()
    }

    pub(crate) fn parties(&self) -> Vec<PartyId> {
        let holders = self.terms.feature_holders.iter().map(|it| it.party.clone());
        [insurer()].into_iter().chain(holders).collect()
    }

    fn objective(&self) -> Objective {
        self.terms.boosting.specification().objective
    }

    pub(crate) fn label_table(&self) -> Table {
        let labels = self.labels.clone();
        if self.columns[0].is_empty() {
            return Table::of_labels(self.objective(), labels).unwrap();
        }
        Table::new(self.objective(), self.columns[0].clone(), labels).unwrap()
    }

    /// All columns in one place.
    pub(crate) fn pooled(&self) -> Table {
        Table::new(self.objective(), self.columns.concat(), self.labels.clone()).unwrap()
    }

    /// The fit of the learner in one place.
    pub(crate) fn pooled_fit(&self) -> local::Fit {
        let table = self.pooled();
        let boosting = &self.terms.boosting;
        let cuts = Cuts::of(table.values(), boosting.specification().bins).unwrap();
        let segment = Segment {
            seed: secret(0),
            rows: table.rows(),
        };
        local::fit_on(boosting, &table, &cuts, vec![segment], on).unwrap()
    }

    /// Fits in a world where nothing goes wrong.
    pub(crate) async fn fit(&self) -> (LabelModel, Vec<FeatureModel>) {
        let world = World::new(1).without_transcript();
        self.run(&world, &mut Stores::default()).await.all()
    }

    /// Goes on from what is stored.
    pub(crate) async fn run(&self, world: &World, stores: &mut Stores) -> Ended {
        let mails = world.mailboxes(&self.parties(), RunId([self.run; 16]));
        let agreement = self.agreement();
        let mut label = LabelHolder::new(&agreement, &self.label_table(), secret(0)).unwrap();
        if let Some(side) = &stores.label.kept {
            label = label.resume(side.clone()).unwrap();
        }
        let mut features = Vec::new();
        for (place, mail) in mails.iter().enumerate().skip(1) {
            let columns = &self.columns[place];
            let secret = secret(place as u64);
            let mut holder = FeatureHolder::new(&agreement, mail.me(), columns, secret).unwrap();
            let mut store = stores.features.remove(mail.me()).unwrap_or_default();
            if let Some(side) = &store.kept {
                holder = holder.resume(side.clone()).unwrap();
            }
            let (mail, mut rng) = (mail.clone(), rng(self.run, place as u64));
            features.push(tokio::spawn(async move {
                let ended = follow(&mail, &mut holder, &mut rng, &mut store).await;
                (leave(mail, ended), store)
            }));
        }
        let mut mails = mails.into_iter();
        let mail = mails.next().unwrap();
        drop(mails);
        let mut rng = rng(self.run, 0);
        let leading = lead(&mail, &mut label, &mut rng, &mut stores.label);
        let ended = sendable(leading).await;
        let label = leave(mail, ended);
        let mut ended = Ended {
            label,
            features: Vec::new(),
        };
        for (party, feature) in self.parties().into_iter().skip(1).zip(features) {
            let (feature, store) = feature.await.unwrap();
            ended.features.push(feature);
            stores.features.insert(party, store);
        }
        ended
    }

    /// The trees over the columns of all.
    pub(crate) fn joined(&self, label: &LabelModel, features: &[FeatureModel]) -> Vec<Tree<Rule>> {
        let first = |place: usize| -> usize { self.columns[..=place].iter().map(Vec::len).sum() };
        let rule = |condition: &Condition<Rule>| match *condition {
            Condition::Own(rule) => Ok::<_, ()>(rule),
            Condition::Theirs { holder, split } => {
                let rule = features[holder as usize].rules()[split as usize];
                let column = rule.column + narrow(first(holder as usize));
                Ok(Rule { column, ..rule })
            }
        };
        let trees = label.trees().iter();
        trees.map(|tree| tree.try_map(rule).unwrap()).collect()
    }

    /// The joint model must be that of the learner in one place.
    pub(crate) async fn check(&self) {
        let (label, features) = self.fit().await;
        let pooled = self.pooled_fit();
        assert_eq!(label.base_score(), pooled.model.base_score());
        assert_eq!(self.joined(&label, &features), pooled.model.trees());
    }
}

impl Ended {
    pub(crate) fn all(self) -> (LabelModel, Vec<FeatureModel>) {
        let features = self.features.into_iter().map(Result::unwrap).collect();
        (self.label.unwrap(), features)
    }
}
