//! The four hospitals of the demo, with their data inside the program.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use consilium_data::{
    Reading,
    design::{Design, MissingFeatures},
};
use consilium_glm::{
    Column, ConstantColumns, Family, Kind, Range, Regression, Specification, Table,
};
use consilium_mailbox::PartyId;
use consilium_schema::{Kind as SchemaKind, Label, LabelRule, Schema};
use consilium_secagg::Bits;

const SCHEMA: &str = include_str!("../../../examples/heart-disease/schema.toml");
const SPLIT: &str = include_str!("../../../examples/heart-disease/flamby_split.csv");
const FILES: [(&str, &[u8]); 4] = [
    (
        "cleveland",
        include_bytes!("../../../examples/heart-disease/processed.cleveland.data"),
    ),
    (
        "hungarian",
        include_bytes!("../../../examples/heart-disease/processed.hungarian.data"),
    ),
    (
        "switzerland",
        include_bytes!("../../../examples/heart-disease/processed.switzerland.data"),
    ),
    (
        "va",
        include_bytes!("../../../examples/heart-disease/processed.va.data"),
    ),
];
const FEATURES: [&str; 10] = [
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak",
];

/// One hospital with its rows.
#[derive(Debug)]
pub(crate) struct Hospital {
    pub(crate) party: PartyId,
    pub(crate) train: Sample,
    pub(crate) test: Sample,
}

/// Rows for one purpose.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) table: Table,
    /// Where in the hospital's file each row stands, counted from 1.
    pub(crate) row_numbers: Vec<usize>,
}

/// Gives what is to be fitted: FLamby's 13 features, and the penalty of its benchmark.
pub(crate) fn regression() -> anyhow::Result<Regression> {
    let schema = Schema::from_toml(SCHEMA)?;
    let columns = schema
        .design_names(&FEATURES)?
        .into_iter()
        .map(|name| {
            let declared = schema
                .column(&name)
                .map(|column| (column.kind(), column.bounds()));
            let kind = match declared {
                Some((SchemaKind::Number(_) | SchemaKind::Integer(_), bounds)) => {
                    let bounds = bounds.with_context(|| format!("column {name} has no range"))?;
                    let range = bounds.min.zip(bounds.max);
                    let range = range.and_then(|(min, max)| Range::new(min, max));
                    Kind::Number(range.with_context(|| format!("column {name} has no range"))?)
                }
                _ => Kind::Binary,
            };
            Ok(Column {
                name,
                kind,
                mark_missing: false,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let specification = Specification {
        family: Family::Logistic,
        columns,
        labels: Range::new(0.0, 1.0).context("0 is below 1")?,
        penalty: 1.0,
        minimum_count: 10,
        constant_columns: ConstantColumns::Refuse,
        most_rows: 100_000,
        most_contributors: FILES.len(),
        bits: Bits::WIDEST,
    };
    Ok(Regression::try_from(specification)?)
}

/// Reads the hospitals' files.
pub(crate) fn load(regression: &Regression) -> anyhow::Result<Vec<Hospital>> {
    let schema = Schema::from_toml(SCHEMA)?;
    let label = Label {
        column: "num".into(),
        rule: LabelRule::Above(0.0),
    };
    let split = split()?;
    FILES
        .iter()
        .map(|(name, bytes)| {
            let read = Reading::new(&schema).stream(*bytes);
            let loaded = read.with_context(|| format!("reading the rows of {name}"))?;
            let design = Design::new(
                &loaded.table,
                &FEATURES,
                Some(&label),
                MissingFeatures::Drop,
            )?;
            let sample = |purpose| {
                sample(regression, &design, |row| {
                    split.get(&(*name, row)).copied() == Some(purpose)
                })
            };
            let (train, test) = (sample(Purpose::Train)?, sample(Purpose::Test)?);
            let placed = train.row_numbers.len() + test.row_numbers.len();
            ensure!(
                placed == design.rows,
                "the split of {name} misses a complete row"
            );
            Ok(Hospital {
                party: name.parse()?,
                train,
                test,
            })
        })
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Purpose {
    Train,
    Test,
}

/// Reads which row of which hospital serves which purpose.
fn split() -> anyhow::Result<HashMap<(&'static str, usize), Purpose>> {
    let mut lines = SPLIT.lines();
    ensure!(
        lines.next() == Some("hospital,line,split"),
        "the split has another header"
    );
    lines
        .map(|line| {
            let [hospital, row, purpose] = line.split(',').collect::<Vec<_>>()[..] else {
                anyhow::bail!("a line of the split has not three fields");
            };
            let purpose = match purpose {
                "train" => Purpose::Train,
                "test" => Purpose::Test,
                other => anyhow::bail!("the split knows no purpose {other:?}"),
            };
            Ok(((hospital, row.parse()?), purpose))
        })
        .collect()
}

fn sample(
    regression: &Regression,
    design: &Design,
    belongs: impl Fn(usize) -> bool,
) -> anyhow::Result<Sample> {
    let rows = (0..design.rows).filter(|row| belongs(design.row_numbers[*row]));
    let (mut features, mut labels, mut row_numbers) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        features.extend_from_slice(design.row(row));
        labels.push(design.y[row]);
        row_numbers.push(design.row_numbers[row]);
    }
    Ok(Sample {
        table: Table::new(regression, features, labels)?,
        row_numbers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hospitals_have_the_rows_of_flambys_split() {
        let regression = regression().expect("it is well formed");
        let hospitals = load(&regression).expect("the files are whole");
        let rows: Vec<_> = hospitals
            .iter()
            .map(|h| (h.party.as_str(), h.train.table.rows(), h.test.table.rows()))
            .collect();
        assert_eq!(
            rows,
            [
                ("cleveland", 199, 104),
                ("hungarian", 172, 89),
                ("switzerland", 30, 16),
                ("va", 85, 45),
            ]
        );
        assert_eq!(regression.specification().columns.len(), 13);
    }
}
