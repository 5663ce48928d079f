//! What a label holder has when vertical trees are grown, for attacks on it.
//!
//! `views SETTING.json` runs the protocol in memory between a label holder and one feature holder on
//! drawn columns, opens everything that the label holder was sent with its own keys, and prints one
//! JSON object. `truth` is what only the feature holder knows: an attack may score itself by it.

use std::error::Error;

use consilium_base::{Generator, Seed, Tagged};
use consilium_gbdt::{
    BinRule, Binned, Boosting, Column, Cuts, Objective, Quanta, Rows, Rule, Segment, Specification,
    SumBits, Table,
    vertical::{
        Agreement, Condition, FeatureHolder, FeatureModel, Holder, LabelHolder, LabelModel, Price,
        Protections, Terms, Unwatched, follow, lead,
    },
};
use consilium_lwe::{Native, Packing, Set};
use consilium_mailbox::{Frame, PartyId, RunId, sim::World};
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

use keys::Keys;
use reading::{Examined, Reading};

mod keys;
mod reading;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    rows: usize,
    /// How many columns the label holder has, and the feature holder.
    columns: [usize; 2],
    specification: Specification,
    protections: Protections,
    seed: u64,
}

/// What is printed.
#[derive(Serialize)]
struct Views {
    trees: Vec<Grown>,
    truth: Truth,
}

/// What the label holder has of one tree.
#[derive(Serialize)]
struct Grown {
    tree: u32,
    /// By row, in quanta; 0 if it was not drawn.
    g: Vec<i64>,
    h: Vec<i64>,
    /// The nodes that were examined, in the order of their numbers.
    nodes: Vec<Examined>,
}

#[derive(Serialize)]
struct Truth {
    /// The bin of each row, column by column; that of missing values is 0.
    bins: Vec<Vec<u8>>,
    /// How many bins each column has.
    counts: Vec<usize>,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
#[expect(clippy::print_stdout, reason = "a program for the command line")]
async fn main() -> Outcome<()> {
    let path = std::env::args()
        .nth(1)
        .ok_or("the setting's file is missing")?;
    let setting: Setting = serde_json::from_reader(std::fs::File::open(path)?)?;
    let study = Study::draw(&setting)?;
    let (frames, label, features) = study.fit().await?;
    let cuts = Cuts::of(study.theirs.iter().map(|it| &it.values[..]), study.bins())?;
    let binned = Binned::new(&cuts, study.theirs.iter().map(|it| &it.values[..]));
    let bins = |column| {
        let bins = (0..setting.rows).filter_map(|row| binned.bin(row, column));
        bins.collect()
    };
    let views = Views {
        trees: study.open(&frames, &study.gradients(&label, &features)?)?,
        truth: Truth {
            bins: (0..cuts.columns()).map(bins).collect(),
            counts: (0..cuts.columns()).map(|it| cuts.bins(it)).collect(),
        },
    };
    println!("{}", serde_json::to_string(&views)?);
    Ok(())
}

/// Both parties and their rows.
struct Study {
    agreement: Agreement,
    own: Vec<Column>,
    theirs: Vec<Column>,
    labels: Vec<f64>,
    seed: u64,
}

fn seed(setting: u64, of: &str) -> Seed {
    let tagged = Tagged::new("gbdt-views").number(setting);
    Seed::from_bytes(tagged.field(of.as_bytes()).digest())
}

fn party(name: &str) -> Outcome<PartyId> {
    Ok(name.parse()?)
}

impl Study {
    /// Draws standard normal columns, of which every second leans on the one before, and labels
    /// by the logistic of their sum.
    fn draw(setting: &Setting) -> Outcome<Study> {
        let mut rng = seed(setting.seed, "rows").generator();
        let count = setting.columns.iter().sum::<usize>();
        let mut columns: Vec<Column> = Vec::new();
        for place in 0..count {
            let mut values: Vec<f64> = (0..setting.rows).map(|_| normal(&mut rng)).collect();
            if place % 2 == 1 {
                let before = &columns[place - 1].values;
                let lean = |(value, before): (&mut f64, &f64)| *value = 0.8 * *value + 0.6 * before;
                values.iter_mut().zip(before).for_each(lean);
            }
            let name = format!("x{place}");
            columns.push(Column { name, values });
        }
        let label = |row: usize| {
            let sum: f64 = columns.iter().map(|column| column.values[row]).sum();
            let chance = 1.0 / (1.0 + (1.0 - 2.0 * sum / (count as f64).sqrt()).exp());
            f64::from(u8::from(uniform(&mut rng) < chance))
        };
        let labels = (0..setting.rows).map(label).collect();
        let theirs = columns.split_off(setting.columns[0]);
        let holder = Holder {
            party: party("hospital")?,
            columns: theirs.len().try_into()?,
        };
        let terms = Terms {
            boosting: Boosting::try_from(setting.specification.clone())?,
            rows: setting.rows.try_into()?,
            label_holder: party("insurer")?,
            label_holder_columns: columns.len().try_into()?,
            feature_holders: vec![holder],
            protections: setting.protections,
            set: Set::A,
            stride: None,
            price: Price::default(),
        };
        Ok(Study {
            agreement: Agreement::try_from(terms)?,
            own: columns,
            theirs,
            labels,
            seed: setting.seed,
        })
    }

    fn bins(&self) -> u16 {
        self.boosting().specification().bins
    }

    fn boosting(&self) -> &Boosting {
        &self.agreement.terms().boosting
    }

    fn objective(&self) -> Objective {
        self.boosting().specification().objective
    }

    /// Runs the protocol; gives all that was sent, and both parts of the model.
    async fn fit(&self) -> Outcome<(Vec<Frame>, LabelModel, FeatureModel)> {
        let terms = self.agreement.terms();
        let parties = [
            terms.label_holder.clone(),
            terms.feature_holders[0].party.clone(),
        ];
        let world = World::new(self.seed);
        let mails = world.mailboxes(&parties, RunId([1; 16]));
        let table = Table::new(self.objective(), self.own.clone(), self.labels.clone())?;
        let mut leader = LabelHolder::new(&self.agreement, &table, seed(self.seed, "labels"))?;
        let secret = seed(self.seed, "features");
        let mut follower = FeatureHolder::new(&self.agreement, &parties[1], &self.theirs, secret)?;
        let mut keys = Keys::of(self.seed);
        let mut watch = keys.clone();
        let mut rng = seed(self.seed, "dealing").generator();
        let mut unwatched = Unwatched;
        let (label, features) = tokio::join!(
            lead(&mails[0], &mut leader, &mut keys, &mut watch),
            follow(&mails[1], &mut follower, &mut rng, &mut unwatched),
        );
        Ok((world.transcript(), label?, features?))
    }

    /// Gives the rounded gradients of each tree, as the label holder encrypts them.
    fn gradients(
        &self,
        label: &LabelModel,
        features: &FeatureModel,
    ) -> Outcome<Vec<[Vec<i64>; 2]>> {
        let columns = [&self.own[..], &self.theirs[..]].concat();
        let table = Table::new(self.objective(), columns, self.labels.clone())?;
        let cuts = Cuts::of(table.values(), self.bins())?;
        let segment = Segment {
            seed: seed(self.seed, "labels"),
            rows: table.rows(),
        };
        let mut rows = Rows::new(self.boosting(), &table, &cuts, vec![segment])?;
        rows.begin(label.base_score());
        let binned = |rule: Rule, first: usize| {
            let column = rule.column as usize + first;
            let at = |bin: &u8| cuts.threshold(column, *bin) == Some(rule.threshold);
            let bin = (0..=u8::MAX)
                .find(at)
                .ok_or("a threshold is none of the cuts")?;
            let (column, missing) = (u32::try_from(column)?, rule.missing);
            Ok::<_, Box<dyn Error>>(BinRule {
                column,
                bin,
                missing,
            })
        };
        let mut gradients = Vec::new();
        for (number, tree) in (0..).zip(label.trees()) {
            let drawn = rows.draw(number);
            let quanta = Quanta::choose(drawn.totals(), SumBits::WIDEST);
            let rounded = rows.round(&drawn, quanta.ok_or("gradients are not finite")?);
            let sums = |row| rounded.sums(row);
            let all = 0..u32::try_from(table.rows())?;
            gradients.push([
                all.clone().map(|row| sums(row).g).collect(),
                all.map(|row| sums(row).h).collect(),
            ]);
            let joined = tree.try_map(|condition| match *condition {
                Condition::Own(rule) => binned(rule, 0),
                Condition::Theirs { split, .. } => {
                    binned(features.rules()[split as usize], self.own.len())
                }
            });
            rows.add(&joined?);
        }
        Ok(gradients)
    }

    /// Reads what was sent as the label holder does.
    fn open(&self, frames: &[Frame], gradients: &[[Vec<i64>; 2]]) -> Outcome<Vec<Grown>> {
        let rows = self.agreement.terms().rows;
        let packing = Packing::new::<Native>(self.agreement.stride())?;
        let mut trees = Vec::new();
        for (tree, [g, h]) in (0_u32..).zip(gradients) {
            let scope = format!("tree-{tree}");
            let mut reading = Reading::new(Keys::of_tree(self.seed, tree), rows, packing);
            for frame in frames.iter().filter(|frame| *frame.scope == *scope) {
                reading.read(frame)?;
            }
            let (g, h, nodes) = (g.clone(), h.clone(), reading.nodes);
            trees.push(Grown { tree, g, h, nodes });
        }
        Ok(trees)
    }
}

fn uniform(rng: &mut Generator) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Box and Muller, Annals of Mathematical Statistics 29 (1958).
fn normal(rng: &mut Generator) -> f64 {
    let radius = (-2.0 * uniform(rng).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(rng)).cos()
}
