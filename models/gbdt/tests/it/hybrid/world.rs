//! A label holder, a coordinator and hospitals, in any world.

use std::collections::BTreeMap;

use consilium_base::Generator;
use consilium_evaluation::Range;
use consilium_gbdt::{
    Column, Cuts, Objective, Rule, Segment, Specification, Table, Tree,
    horizontal::{Feature, Values},
    hybrid::{
        Agreement, Hospital, HospitalSide, HybridError, LabelHolder, LabelSide, Member, Terms,
        coordinate, follow, hear_rows, lead, tell_rows,
    },
    local,
    vertical::{
        self, Condition, FeatureHolder, FeatureModel, FeatureSide, Holder, LabelModel, Price,
    },
};
use consilium_mailbox::{Mailbox, PartyId, RunId, sim::World};
use consilium_secagg::{
    Contribute, Open,
    plain::{PlainAggregator, PlainContributor},
};

use super::wire::{Cutting, read};
pub(crate) use crate::parties::{OPEN, Store, insurer, narrow, party, secret};
use crate::{
    parties::{hospitals, leave, plain, rng, sendable},
    world::{boosting, on, specification, table},
};

pub(crate) fn coordinator() -> PartyId {
    party("coordinator")
}

/// The most rows that a study may have.
const MOST_ROWS: u32 = 1 << 28;

/// The rows of a fit and what was agreed on.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) terms: Terms,
    /// Labels and the label holder's columns, patient by patient.
    pub(crate) table: Table,
    /// Of each hospital, which patients its rows are.
    pub(crate) patients: Vec<Vec<u32>>,
    /// Each hospital's columns.
    pub(crate) columns: Vec<Vec<Column>>,
    /// The further feature holder's, if there is one: those of all rows.
    pub(crate) further: Vec<Column>,
    /// Tells repeated runs apart.
    pub(crate) run: u8,
}

/// What each party of a run came to.
pub(crate) struct Ended {
    pub(crate) label: Result<LabelModel, HybridError>,
    pub(crate) coordinator: Result<(), HybridError>,
    pub(crate) hospitals: Vec<Result<FeatureModel, HybridError>>,
    pub(crate) further: Option<Result<FeatureModel, HybridError>>,
}

/// The drivers' stores of all parties.
#[derive(Default)]
pub(crate) struct Stores {
    pub(crate) label: Store<LabelSide>,
    pub(crate) hospitals: BTreeMap<PartyId, Store<HospitalSide>>,
    pub(crate) further: Option<FeatureSide>,
}

/// The sums of a run: the coordinator's side and the label holder's, and each hospital's of both.
pub(crate) struct Sums<A, C> {
    pub(crate) counts: A,
    pub(crate) ciphertexts: A,
    pub(crate) hospitals: Vec<(C, C)>,
}

impl Case {
    /// The columns of [`table`], the first so many of them at the label holder; the rows divided among
    /// hospitals; nothing is kept back.
    pub(crate) fn new(objective: Objective, own: usize, rows: &[usize]) -> Case {
        let pooled = table(objective, rows.iter().sum(), 7);
        Case::of(specification(objective), &pooled, own, rows)
    }

    pub(crate) fn of(
        specification: Specification,
        pooled: &Table,
        own: usize,
        rows: &[usize],
    ) -> Case {
        let (own, shared) = pooled.columns().split_at(own);
        // The label holder has its patients in another order.
        let backwards = |values: &[f64]| values.iter().rev().copied().collect();
        let turned = |column: &Column| Column {
            name: column.name.clone(),
            values: backwards(&column.values),
        };
        let own: Vec<Column> = own.iter().map(turned).collect();
        let objective = specification.objective;
        let labels = backwards(pooled.labels());
        let (mut patients, mut columns, mut start) = (Vec::new(), Vec::new(), 0);
        for rows in rows {
            let here = start..start + rows;
            start += rows;
            let last = pooled.rows() - 1;
            patients.push(here.clone().map(|row| narrow(last - row)).collect());
            let part = |column: &Column| Column {
                name: column.name.clone(),
                values: column.values[here.clone()].to_vec(),
            };
            columns.push(shared.iter().map(part).collect());
        }
        let feature = |column: &Column| Feature {
            name: column.name.clone(),
            values: Values::Number(Range::new(0.0, 1.0).unwrap()),
        };
        let terms = Terms {
            boosting: boosting(specification),
            label_holder: insurer(),
            label_holder_columns: narrow(own.len()),
            coordinator: coordinator(),
            group: party("hospitals"),
            hospitals: hospitals(rows.len()).collect(),
            rows: narrow(pooled.rows()),
            columns: shared.iter().map(feature).collect(),
            feature_holders: Vec::new(),
            repeated_patients: false,
            colluding: None,
            min_hospitals: Some(1),
            protections: OPEN,
            stride: None,
            price: Price::default(),
        };
        let table = if own.is_empty() {
            Table::of_labels(objective, labels)
        } else {
            Table::new(objective, own, labels)
        };
        Case {
            terms,
            table: table.unwrap(),
            patients,
            columns,
            further: Vec::new(),
            run: 0,
        }
    }

    /// Gives the last so many of the hospitals' columns to a further feature holder.
    pub(crate) fn with_further(mut self, columns: usize) -> Case {
        let pooled = self.pooled();
        let kept = pooled.columns().len() - columns;
        self.further = pooled.columns()[kept..].to_vec();
        for of_hospital in &mut self.columns {
            of_hospital.truncate(of_hospital.len() - columns);
        }
        let terms = &mut self.terms;
        terms.columns.truncate(terms.columns.len() - columns);
        terms.feature_holders.push(Holder {
            party: party("fund"),
            columns: narrow(columns),
        });
        self
    }

    /// Lets the label holder's only column say what the labels are, so that it splits the root.
    pub(crate) fn with_telling_column(mut self) -> Case {
        let objective = self.terms.boosting.specification().objective;
        let rows = narrow(self.table.rows());
        let values: Vec<f64> = (0..rows).map(|patient| f64::from(patient % 2)).collect();
        let name = self.table.columns()[0].name.clone();
        let labels = values.clone();
        let column = Column { name, values };
        self.table = Table::new(objective, vec![column], labels).unwrap();
        self
    }

    pub(crate) fn agreement(&self) -> Agreement {
        Agreement::try_from(self.terms.clone()).unwrap()
    }

    pub(crate) fn hospitals(&self) -> Vec<PartyId> {
        self.terms.hospitals.clone()
    }

    /// The hospitals, and how many rows each has.
    pub(crate) fn members(&self) -> Vec<Member> {
        let hospitals = self.hospitals().into_iter().zip(&self.patients);
        let members = hospitals.map(|(party, patients)| Member {
            party,
            rows: narrow(patients.len()),
        });
        members.collect()
    }

    /// What follows from the number of rows that the label holder told.
    fn told(&self, rows: u32) -> Agreement {
        let terms = Terms {
            rows,
            ..self.terms.clone()
        };
        Agreement::try_from(terms).unwrap()
    }

    /// The label holder, the coordinator, the hospitals, the further feature holder.
    pub(crate) fn parties(&self) -> Vec<PartyId> {
        let further = self.terms.feature_holders.iter();
        let further = further.map(|holder| holder.party.clone()).collect();
        [vec![insurer(), coordinator()], self.hospitals(), further].concat()
    }

    /// All columns and rows in one place.
    pub(crate) fn pooled(&self) -> Table {
        let rows = self.patients.concat();
        let of_rows =
            |values: &[f64]| -> Vec<f64> { rows.iter().map(|row| values[*row as usize]).collect() };
        let own = self.table.columns().iter().map(|column| Column {
            name: column.name.clone(),
            values: of_rows(&column.values),
        });
        let mut columns: Vec<Column> = own.collect();
        for (place, feature) in self.terms.columns.iter().enumerate() {
            let parts = self.columns.iter().map(|of_hospital| &of_hospital[place]);
            columns.push(Column {
                name: feature.name.clone(),
                values: parts.flat_map(|column| column.values.clone()).collect(),
            });
        }
        columns.extend_from_slice(&self.further);
        let objective = self.terms.boosting.specification().objective;
        Table::new(objective, columns, of_rows(self.table.labels())).unwrap()
    }

    /// The cut points that the coordinator told, after those of the label holder's columns.
    pub(crate) fn cuts(&self, world: &World) -> Cuts {
        let told = world
            .transcript()
            .iter()
            .find_map(|frame| match read(frame) {
                Some(Cutting::Cut(cuts)) => Some(cuts),
                _ => None,
            });
        let pooled = self.pooled();
        let own = pooled.values().take(self.table.columns().len());
        let bins = self.terms.boosting.specification().bins;
        let mut cuts: Vec<Vec<f64>> = Vec::new();
        if own.len() > 0 {
            let own = Cuts::of(own, bins).unwrap();
            cuts.extend(own.iter().map(<[f64]>::to_vec));
        }
        cuts.extend(told.unwrap().iter().map(<[f64]>::to_vec));
        if !self.further.is_empty() {
            let further = self.further.iter().map(|column| &column.values[..]);
            let further = Cuts::of(further, bins).unwrap();
            cuts.extend(further.iter().map(<[f64]>::to_vec));
        }
        Cuts::new(cuts).unwrap()
    }

    /// The fit of the learner in one place.
    pub(crate) fn pooled_fit(&self, cuts: &Cuts) -> local::Fit {
        let table = self.pooled();
        let segment = Segment {
            seed: secret(0),
            rows: table.rows(),
        };
        local::fit_on(&self.terms.boosting, &table, cuts, vec![segment], on).unwrap()
    }

    /// Sums in the clear.
    pub(crate) fn plain(&self) -> Sums<PlainAggregator, PlainContributor> {
        let hospitals = self.hospitals();
        let contributor = |aggregator| PlainContributor { aggregator };
        let both = |_: &PartyId| (contributor(coordinator()), contributor(insurer()));
        Sums {
            counts: plain(&hospitals, hospitals.len()),
            ciphertexts: plain(&hospitals, hospitals.len()),
            hospitals: hospitals.iter().map(both).collect(),
        }
    }

    /// Goes on from what is stored, with sums in the clear.
    pub(crate) async fn run(&self, world: &World, stores: &mut Stores) -> Ended {
        self.run_through(world, stores, self.plain()).await.0
    }

    /// Goes on from what is stored, with any kind of sums; gives the hospitals' back.
    pub(crate) async fn run_through<A, C>(
        &self,
        world: &World,
        stores: &mut Stores,
        sums: Sums<A, C>,
    ) -> (Ended, Vec<(C, C)>)
    where
        A: Open + Send + 'static,
        C: Contribute + Send + 'static,
    {
        let Sums {
            mut counts,
            mut ciphertexts,
            hospitals,
        } = sums;
        let mut mails = world
            .mailboxes(&self.parties(), RunId([self.run; 16]))
            .into_iter();
        let [mail, coordinating] = [mails.next().unwrap(), mails.next().unwrap()];
        let agreement = self.agreement();
        let case = self.clone();
        let coordinating = tokio::spawn(async move {
            let ended = match hear_rows(&coordinating, &insurer(), &[], 3..=MOST_ROWS).await {
                Ok(rows) => coordinate(&coordinating, &case.told(rows), &mut counts).await,
                Err(error) => Err(error),
            };
            leave(coordinating, ended)
        });
        let mut mails: Vec<Mailbox> = mails.collect();
        let further = mails.split_off(self.columns.len()).pop();
        let further = further.map(|mail| {
            let kept = stores.further.take();
            tokio::spawn(self.further(mail, kept))
        });
        let mut running = Vec::new();
        let mails = mails.into_iter();
        for (place, (mail, (mut counts, mut sums))) in mails.zip(hospitals).enumerate() {
            let mut store = stores.hospitals.remove(mail.me()).unwrap_or_default();
            let (case, mut rng) = (self.clone(), rng(self.run, 1 + place as u64));
            running.push(tokio::spawn(async move {
                let both = (&mut counts, &mut sums);
                let ended = case.hospital(place, &mail, both, &mut rng, &mut store);
                let ended = ended.await;
                (leave(mail, ended), store, (counts, sums))
            }));
        }
        let mut label =
            LabelHolder::new(&agreement, &self.table, &self.patients, secret(0)).unwrap();
        if let Some(side) = &stores.label.kept {
            label = label.resume(side.clone()).unwrap();
        }
        let mut rng = rng(self.run, 0);
        let store = &mut stores.label;
        let further_holders = &self.parties()[2 + self.columns.len()..];
        let others = (&coordinator(), further_holders);
        let ended = match tell_rows(&mail, others, &self.members()).await {
            Ok(_) => sendable(lead(&mail, &mut label, &mut ciphertexts, &mut rng, store)).await,
            Err(error) => Err(error),
        };
        let label = leave(mail, ended);
        let (mut ended, mut sums) = (Vec::new(), Vec::new());
        for (party, hospital) in self.hospitals().into_iter().zip(running) {
            let (model, store, both) = hospital.await.unwrap();
            ended.push(model);
            sums.push(both);
            stores.hospitals.insert(party, store);
        }
        let mut ended = Ended {
            label,
            coordinator: coordinating.await.unwrap(),
            hospitals: ended,
            further: None,
        };
        if let Some(further) = further {
            let (model, kept) = further.await.unwrap();
            (ended.further, stores.further) = (Some(model), kept);
        }
        (ended, sums)
    }

    /// A hospital's part.
    async fn hospital<C: Contribute>(
        &self,
        place: usize,
        mail: &Mailbox,
        both: (&mut C, &mut C),
        rng: &mut Generator,
        store: &mut Store<HospitalSide>,
    ) -> Result<FeatureModel, HybridError> {
        let columns = self.columns[place].clone();
        let own = narrow(columns[0].values.len());
        let rows = hear_rows(mail, &insurer(), &[own], own..=MOST_ROWS).await?; // s0
        let secret = secret(1 + place as u64);
        let mut hospital = Hospital::new(&self.told(rows), mail.me(), columns, secret)?;
        if let Some(side) = &store.kept {
            hospital = hospital.resume(side.clone());
        }
        follow(mail, &hospital, both, rng, store).await
    }

    /// The further feature holder's part, which is that of a fit over split columns.
    fn further(
        &self,
        mail: Mailbox,
        kept: Option<FeatureSide>,
    ) -> impl Future<Output = (Result<FeatureModel, HybridError>, Option<FeatureSide>)> + use<>
    {
        let agreement = self.agreement();
        let (secret, mut rng) = (secret(99), rng(self.run, 99));
        let holder = FeatureHolder::new(agreement.whole(), mail.me(), &self.further, secret);
        let mut holder = holder.unwrap();
        let mut store = Store::default();
        if let Some(side) = kept {
            store.kept = Some(side.clone());
            holder = holder.resume(side).unwrap();
        }
        let parts: Vec<u32> = self.members().iter().map(|it| it.rows).collect();
        let rows = self.terms.rows;
        async move {
            let ended = match hear_rows(&mail, &insurer(), &parts, rows..=rows).await {
                Ok(_) => vertical::follow(&mail, &mut holder, &mut rng, &mut store).await,
                Err(error) => return (Err(error), store.kept),
            };
            let ended = ended.map_err(HybridError::from);
            if ended.is_ok() {
                mail.finish();
            }
            (ended, store.kept)
        }
    }

    /// The trees over the columns of all; the further feature holder's part comes after the hospitals'.
    pub(crate) fn joined(&self, label: &LabelModel, hospitals: &[FeatureModel]) -> Vec<Tree<Rule>> {
        let (hospitals, further) = hospitals.split_at(self.columns.len());
        for hospital in hospitals {
            assert_eq!(hospital, &hospitals[0]);
        }
        let first = narrow(self.table.columns().len());
        let last = first + narrow(self.terms.columns.len());
        let rule = |condition: &Condition<Rule>| match *condition {
            Condition::Own(rule) => Ok::<_, ()>(rule),
            Condition::Theirs { holder, split } => {
                let (model, first) = match holder {
                    0 => (&hospitals[0], first),
                    _ => (&further[0], last),
                };
                let rule = model.rules()[split as usize];
                let column = rule.column + first;
                Ok(Rule { column, ..rule })
            }
        };
        let trees = label.trees().iter();
        trees.map(|tree| tree.try_map(rule).unwrap()).collect()
    }

    /// The joint model must be that of the learner in one place.
    pub(crate) async fn check(&self) {
        let world = World::new(1);
        let (label, hospitals) = self.run(&world, &mut Stores::default()).await.all();
        self.check_model(&world, &label, &hospitals);
    }

    pub(crate) fn check_model(
        &self,
        world: &World,
        label: &LabelModel,
        hospitals: &[FeatureModel],
    ) {
        let pooled = self.pooled_fit(&self.cuts(world));
        assert_eq!(label.base_score(), pooled.model.base_score());
        assert_eq!(self.joined(label, hospitals), pooled.model.trees());
        let splits = hospitals[0].rules().len();
        assert!(splits > 0, "the hospitals' columns have splits");
    }
}

impl Ended {
    /// The label holder's part of the model, the hospitals', the further feature holder's.
    pub(crate) fn all(self) -> (LabelModel, Vec<FeatureModel>) {
        let label = self.label.unwrap();
        self.coordinator.unwrap();
        let hospitals = self.hospitals.into_iter().map(Result::unwrap);
        let further = self.further.into_iter().map(Result::unwrap);
        (label, hospitals.chain(further).collect())
    }
}
