//! What vertical training costs: a label holder and feature holders in one process.
//!
//! `vertical [--rows N] [--features 30x30] [--trees N] [--depth N] [--bins N] [--rate X]` fits
//! generated rows.
//! `vertical --train FILE --test FILE --label NAME --features 13x10 --specification FILE.json
//! --predictions FILE` fits those of a file and predicts another. The first so many columns are the
//! label holder's. Both know `--stride N`, `--set a|b`, `--own-trees N`, `--min-side N`,
//! `--min-gap N`, `--min-node N` and `--sum-noise X`; of generated rows nothing is kept back unless told.
//! One line of JSON tells CPU seconds and bytes of each party.

#[path = "shared/files.rs"]
mod files;

use std::{fs::File, str::FromStr};

use consilium_base::{Generator, Seed, Tagged};
use consilium_evaluation::{Scored, auc};
use consilium_gbdt::{
    Boosting, Column, Growing, Objective, Rule, Specification, Table, Tree,
    vertical::{
        Agreement, Condition, FeatureHolder, FeatureModel, Holder, LabelHolder, LabelModel, Price,
        Protections, Terms, Unwatched, follow, lead,
    },
};
use consilium_mailbox::{Mailbox, PartyId, mem};
use files::{Options, Outcome, cpu_seconds, read, write};
use futures_util::future::{try_join, try_join_all};
use rand_core::Rng as _;
use rustix::time::ClockId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a program for the command line")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let options = Options::read()?;
    println!("{}", measure(&options).await?);
    Ok(())
}

/// What is fitted.
struct Case {
    specification: Specification,
    /// The label holder's columns, then each feature holder's.
    columns: Vec<Vec<Column>>,
    labels: Vec<f64>,
    protections: Protections,
}

async fn measure(options: &Options) -> Outcome<Value> {
    let case = match options.get("train") {
        Some(train) => Case::of_file(options, train)?,
        None => Case::generated(options)?,
    };
    let columns = case.columns.iter().map(|it| u32::try_from(it.len()));
    let columns: Vec<u32> = columns.collect::<Result<_, _>>()?;
    let mut parties: Vec<PartyId> = vec!["label-holder".parse()?];
    let mut feature_holders = Vec::new();
    for (place, columns) in columns.iter().enumerate().skip(1) {
        let party: PartyId = format!("feature-holder-{place}").parse()?;
        parties.push(party.clone());
        let columns = *columns;
        feature_holders.push(Holder { party, columns });
    }
    let terms = Terms {
        boosting: Boosting::try_from(case.specification.clone())?,
        rows: u32::try_from(case.labels.len())?,
        label_holder: parties[0].clone(),
        label_holder_columns: columns[0],
        feature_holders,
        protections: case.protections,
        set: choice(options, "set", "a")?,
        stride: options.get("stride").map(str::parse).transpose()?,
        price: Price::default(),
    };
    let agreement = Agreement::try_from(terms)?;
    let table = Table::new(
        case.specification.objective,
        case.columns[0].clone(),
        case.labels,
    )?;

    let (begin, wall) = (cpu(), wall());
    let mut preparing = Vec::new();
    let mut label = LabelHolder::new(&agreement, &table, secret(0))?;
    preparing.push(cpu() - begin);
    let mails = mem::mailboxes(&parties);
    let mut following = Vec::new();
    for (columns, mail) in case.columns.iter().zip(&mails).skip(1) {
        let begin = cpu();
        let place = following.len() as u64 + 1;
        let mut holder = FeatureHolder::new(&agreement, mail.me(), columns, secret(place))?;
        preparing.push(cpu() - begin);
        following.push(async move {
            let mut rng = secret(100 + place).generator();
            follow(mail, &mut holder, &mut rng, &mut Unwatched).await
        });
    }
    let mut rng = secret(100).generator();
    let mut unwatched = Unwatched;
    let leading = lead(&mails[0], &mut label, &mut rng, &mut unwatched);
    let (label_model, feature_models) = try_join(leading, try_join_all(following)).await?;
    let (cpu, wall) = (cpu() - begin, self::wall() - wall);

    if let Some(test) = options.get("test") {
        let (columns, ..) = read(test, options.given("label")?, None)?;
        let means = predict(&label_model, &feature_models, &agreement, &columns)?;
        write(options.given("predictions")?, &means)?;
    }
    let scored = label.margins().iter().zip(table.labels());
    let scored: Vec<Scored> = scored
        .map(|(margin, label)| Scored {
            score: *margin,
            label: *label,
        })
        .collect();
    let accounts = parties.iter().zip(&mails).zip(preparing);
    let accounts = accounts.map(|((party, mail), preparing)| account(party, mail, preparing));
    Ok(json!({
        "bench": "vertical-gbdt",
        "mode": "simulated",
        "params": {
            "rows": table.rows(),
            "features": columns,
            "trees": label_model.trees().len(),
            "stride": agreement.stride(),
            "terms": agreement,
        },
        "ok": true,
        "wall_s": wall,
        "cpu_s": cpu,
        "peak_rss_mb": peak_memory(),
        "auc": auc(&scored),
        "parties": accounts.collect::<Vec<Value>>(),
    }))
}

impl Case {
    fn generated(options: &Options) -> Outcome<Case> {
        let shares = shares(options.get("features").unwrap_or("30x30"))?;
        let mut specification = Specification::new(Objective::Logistic);
        specification.trees = number(options, "trees", 10)?;
        specification.learning_rate = number(options, "rate", 0.3)?;
        specification.bins = number(options, "bins", 32)?;
        specification.growth = Growing::DepthWise {
            depth: number(options, "depth", 5)?,
        };
        let open = Protections {
            min_side: 1,
            min_gap: 0,
            min_node: 2,
            own_trees: 0,
            ..Protections::default()
        };
        let (columns, labels) = generate(number(options, "rows", 10_000)?, &shares);
        let rows = (columns, labels);
        Case::split(options, specification, rows, &shares, open)
    }

    fn of_file(options: &Options, train: &str) -> Outcome<Case> {
        let specification = File::open(options.given("specification")?)?;
        let specification: Specification = serde_json::from_reader(specification)?;
        let (columns, labels, _) = read(train, options.given("label")?, None)?;
        let shares = shares(options.given("features")?)?;
        let usual = Protections::default();
        Case::split(options, specification, (columns, labels), &shares, usual)
    }

    fn split(
        options: &Options,
        specification: Specification,
        (mut columns, labels): (Vec<Column>, Vec<f64>),
        shares: &[usize],
        usual: Protections,
    ) -> Outcome<Case> {
        if shares.iter().sum::<usize>() != columns.len() {
            return Err(format!("--features have to be {} in all", columns.len()).into());
        }
        let protections = Protections {
            own_trees: number(options, "own-trees", usual.own_trees)?,
            min_side: number(options, "min-side", usual.min_side)?,
            min_gap: number(options, "min-gap", usual.min_gap)?,
            min_node: number(options, "min-node", usual.min_node)?,
            sum_noise: number(options, "sum-noise", usual.sum_noise)?,
        };
        Ok(Case {
            specification,
            columns: shares
                .iter()
                .map(|share| columns.drain(..*share).collect())
                .collect(),
            labels,
            protections,
        })
    }
}

/// Reads how many columns each party has.
fn shares(text: &str) -> Outcome<Vec<usize>> {
    let shares = text.split('x').map(str::parse);
    Ok(shares.collect::<Result<_, _>>()?)
}

/// Draws normal columns, all of which count, and one of each party's that count together.
fn generate(rows: usize, shares: &[usize]) -> (Vec<Column>, Vec<f64>) {
    let mut rng = secret(4).generator();
    let columns = shares.iter().sum();
    let second = shares[0] % columns;
    let slopes: Vec<f64> = (0..columns).map(|_| normal(&mut rng)).collect();
    let scale = 2.0 / (columns as f64).sqrt();
    let mut values = vec![Vec::with_capacity(rows); columns];
    let mut labels = Vec::with_capacity(rows);
    for _ in 0..rows {
        let row: Vec<f64> = (0..columns).map(|_| normal(&mut rng)).collect();
        let linear: f64 = row.iter().zip(&slopes).map(|(x, w)| x * w).sum();
        let predictor = scale * linear + 0.5 * row[0] * row[second];
        labels.push(f64::from(
            uniform(&mut rng) < 1.0 / (1.0 + (-predictor).exp()),
        ));
        for (values, value) in values.iter_mut().zip(row) {
            values.push(value);
        }
    }
    let named = values.into_iter().enumerate();
    let named = named.map(|(place, values)| Column {
        name: format!("x{place}"),
        values,
    });
    (named.collect(), labels)
}

/// Draws a standard normal number: Box and Muller, Annals of Mathematical Statistics 29 (1958).
fn normal(rng: &mut Generator) -> f64 {
    let radius = (-2.0 * uniform(rng).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(rng)).cos()
}

fn uniform(rng: &mut Generator) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Predicts with the parts of the model joined.
fn predict(
    label: &LabelModel,
    features: &[FeatureModel],
    agreement: &Agreement,
    columns: &[Column],
) -> Outcome<Vec<f64>> {
    let terms = agreement.terms();
    let join = |condition: &Condition<Rule>| match *condition {
        Condition::Own(rule) => Ok::<Rule, std::convert::Infallible>(rule),
        Condition::Theirs { holder, split } => {
            let before = terms.feature_holders.iter().take(holder as usize);
            let before: u32 = before.map(|it| it.columns).sum();
            let rule = features[holder as usize].rules()[split as usize];
            let column = terms.label_holder_columns + before + rule.column;
            Ok(Rule { column, ..rule })
        }
    };
    let trees = label.trees().iter().map(|tree| tree.try_map(join));
    let trees: Vec<Tree<Rule>> = trees.collect::<Result<_, _>>()?;
    let rows = columns.first().map_or(0, |column| column.values.len());
    let mean = |row: usize| {
        let goes_left = |rule: &Rule| rule.goes_left(columns[rule.column as usize].values[row]);
        let grown: f64 = trees.iter().map(|tree| tree.value(goes_left)).sum();
        label.objective().mean(label.base_score() + grown)
    };
    Ok((0..rows).map(mean).collect())
}

fn account(party: &PartyId, mail: &Mailbox, preparing: f64) -> Value {
    let account = mail.account();
    let total = account.total();
    let steps = account.steps().filter(|(_, step)| !step.cpu.is_zero());
    let mut steps: serde_json::Map<String, Value> = steps
        .map(|(label, step)| (label.to_owned(), step.cpu.as_secs_f64().into()))
        .collect();
    steps.insert("preparing".to_owned(), preparing.into());
    json!({
        "party": party,
        "cpu_s": preparing + total.cpu.as_secs_f64(),
        "sent_bytes": total.sent_bytes,
        "received_bytes": total.received_bytes,
        "steps": steps,
    })
}

fn number<T: FromStr<Err: std::error::Error + 'static>>(
    options: &Options,
    name: &str,
    usual: T,
) -> Outcome<T> {
    Ok(options.get(name).map_or(Ok(usual), str::parse)?)
}

fn choice<T: DeserializeOwned>(options: &Options, name: &str, usual: &str) -> Outcome<T> {
    let text = options.get(name).unwrap_or(usual);
    Ok(serde_json::from_value(text.into())?)
}

fn secret(party: u64) -> Seed {
    Seed::from_bytes(Tagged::new("example.1.secret").number(party).digest())
}

fn cpu() -> f64 {
    cpu_seconds(ClockId::ProcessCPUTime)
}

fn wall() -> f64 {
    cpu_seconds(ClockId::Monotonic)
}

/// Gives the most memory that was resident, in megabytes; none where the system doesn't say.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
