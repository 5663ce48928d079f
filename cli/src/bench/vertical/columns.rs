//! Made-up columns of the same people, as files of the parties that know them.

use std::{
    fmt,
    fs::File,
    io::{BufWriter, Write as _},
    ops::Range,
    path::Path,
    str::FromStr,
};

use anyhow::Context as _;
use consilium_base::{Generator, Seed};
use rand_core::Rng as _;

use super::plans::declared;
use crate::local::inputs::PartyData;

/// How many columns each party has, the one with the labels first.
#[derive(Clone, Debug)]
pub(super) struct Features(Vec<u16>);

const MOST_PARTIES: usize = 8;
const MOST_COLUMNS: u16 = 1_000;

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<String> = self.0.iter().map(u16::to_string).collect();
        f.write_str(&columns.join("x"))
    }
}

impl FromStr for Features {
    type Err = String;

    fn from_str(text: &str) -> Result<Features, String> {
        let number = |text: &str| {
            text.parse()
                .ok()
                .filter(|it| (1..=MOST_COLUMNS).contains(it))
        };
        let columns: Option<Vec<u16>> = text.split('x').map(number).collect();
        let of_several = |columns: &Vec<u16>| (2..=MOST_PARTIES).contains(&columns.len());
        let columns = columns.filter(of_several).map(Features);
        columns.ok_or_else(|| {
            format!(
                "it is written NxM, or NxMxK to {MOST_PARTIES} parties, 1 to {MOST_COLUMNS} each"
            )
        })
    }
}

/// People whom parties know, each by other columns.
///
/// Columns are normal, and all of them count for the label; the first column of the label holder and
/// of the next party count together as well. A row follows from its number alone.
pub(super) struct People<'a> {
    pub(super) rows: u32,
    pub(super) features: &'a Features,
    /// At how many hospitals the columns of the party after the label holder lie; none: at itself.
    pub(super) hospitals: Option<u32>,
}

/// Who has which part of the table.
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<u32>,
}

/// What the holder of a part has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Columns and labels of all.
    LabelHolder,
    /// Columns of its own people.
    Hospital,
    /// Columns of all.
    FeatureHolder,
}

/// Whence all rows are drawn.
const SEED: [u8; 32] = [10; 32];

impl People<'_> {
    /// Gives who has what, the one with the labels first.
    pub(super) fn holders(&self) -> Vec<Holder> {
        let mut holders: Vec<Holder> = Vec::new();
        let mut others = 0;
        for (place, columns) in self.columns().enumerate() {
            let hospitals = self.hospitals.filter(|_| place == 1);
            let role = match (place, hospitals) {
                (0, _) => Role::LabelHolder,
                (_, Some(_)) => Role::Hospital,
                (_, None) => Role::FeatureHolder,
            };
            let parts = hospitals.unwrap_or(1);
            others += u32::from(role == Role::FeatureHolder);
            for part in 0..parts {
                holders.push(Holder {
                    name: match role {
                        Role::LabelHolder => "label-holder".to_owned(),
                        Role::Hospital => format!("hospital-{}", part + 1),
                        Role::FeatureHolder => format!("feature-holder-{others}"),
                    },
                    role,
                    columns: columns.clone(),
                    rows: self.share(part, parts)..self.share(part + 1, parts),
                });
            }
        }
        holders
    }

    /// Gives the first row of a part of so many.
    fn share(&self, part: u32, parts: u32) -> u32 {
        let first = u64::from(self.rows) * u64::from(part) / u64::from(parts);
        u32::try_from(first).expect("it is no more than all rows")
    }

    /// Writes each party's file, in an order of its own.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<Vec<PartyData>> {
        let slopes = self.slopes();
        let mut sets = Vec::new();
        for (place, holder) in self.holders().into_iter().enumerate() {
            let has_label = holder.role == Role::LabelHolder;
            let file = folder.join(format!("{}.csv", holder.name));
            let created = File::create_new(&file).with_context(|| file.display().to_string())?;
            let mut to = BufWriter::new(created);
            write!(to, "id")?;
            if has_label {
                write!(to, ",label")?;
            }
            for column in holder.columns.clone() {
                write!(to, ",x{column}")?;
            }
            writeln!(to)?;
            for at in holder.rows.clone() {
                let number = if place % 2 == 0 {
                    at
                } else {
                    holder.rows.end - 1 - (at - holder.rows.start)
                };
                let (values, label) = self.row(number, &slopes);
                write!(to, "{:09}", 100_000_007 + number)?;
                if has_label {
                    write!(to, ",{}", u8::from(label))?;
                }
                for value in &values[holder.columns.clone()] {
                    write!(to, ",{value:.3}")?;
                }
                writeln!(to)?;
            }
            to.flush()?;
            let key = "[[column]]\nname = \"id\"\ntype = \"code\"\n";
            sets.push(PartyData {
                party: holder.name.parse()?,
                name: "bench".into(),
                file,
                schema: format!("{key}{}", declared(holder.columns, has_label, "column")),
                splits: Vec::new(),
                codes: Vec::new(),
            });
        }
        Ok(sets)
    }

    /// Gives the numbers of each party's columns.
    fn columns(&self) -> impl Iterator<Item = Range<usize>> {
        let parties = self.features.0.iter();
        parties.scan(0, |end, columns| {
            let begin = *end;
            *end += usize::from(*columns);
            Some(begin..*end)
        })
    }

    fn slopes(&self) -> Vec<f64> {
        let columns = self.columns().last().map_or(0, |of_last| of_last.end);
        let mut rng = Seed::from_bytes(SEED)
            .derive("bench.1.slopes", &[])
            .generator();
        let scale = 2.0 / (columns as f64).sqrt();
        (0..columns).map(|_| scale * normal(&mut rng)).collect()
    }

    fn row(&self, number: u32, slopes: &[f64]) -> (Vec<f64>, bool) {
        let seed = Seed::from_bytes(SEED).derive("bench.1.row", &[&number.to_le_bytes()]);
        let mut rng = seed.generator();
        let values: Vec<f64> = slopes.iter().map(|_| normal(&mut rng)).collect();
        let linear: f64 = values.iter().zip(slopes).map(|(x, slope)| x * slope).sum();
        let second = usize::from(self.features.0[0]);
        let predictor = linear + 0.5 * values[0] * values[second];
        let label = uniform(&mut rng) < 1.0 / (1.0 + (-predictor).exp());
        (values, label)
    }
}

/// Draws a standard normal number: Box and Muller, Annals of Mathematical Statistics 29 (1958).
fn normal(rng: &mut Generator) -> f64 {
    let radius = (-2.0 * uniform(rng).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(rng)).cos()
}

fn uniform(rng: &mut Generator) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::PartyId;

    use super::*;

    #[test]
    fn columns_are_shared_out_one_party_after_the_other() {
        let features: Features = "3x2x4".parse().unwrap();
        let people = People {
            rows: 20,
            features: &features,
            hospitals: None,
        };
        let columns: Vec<_> = people.columns().collect();
        assert_eq!(columns, [0..3, 3..5, 5..9]);
        for text in ["30", "30x0", "x", "30 x 30", "1001x1", &["2"; 9].join("x")] {
            assert!(text.parse::<Features>().is_err(), "{text}");
        }
    }

    #[test]
    fn hospitals_share_out_the_rows_and_all_else_stays_as_it_is() {
        let features: Features = "3x2x4".parse().unwrap();
        let parts = |hospitals| {
            let people = People {
                rows: 1_000,
                features: &features,
                hospitals,
            };
            let parts = people.holders().into_iter();
            parts
                .map(|it| (it.name, it.columns, it.rows))
                .collect::<Vec<_>>()
        };
        let part = |name: &str, columns, rows| (name.to_owned(), columns, rows);
        let label_holder = part("label-holder", 0..3, 0..1_000);
        let all = [
            label_holder.clone(),
            part("feature-holder-1", 3..5, 0..1_000),
            part("feature-holder-2", 5..9, 0..1_000),
        ];
        assert_eq!(parts(None), all);
        let shared = [
            label_holder,
            part("hospital-1", 3..5, 0..333),
            part("hospital-2", 3..5, 333..666),
            part("hospital-3", 3..5, 666..1_000),
            part("feature-holder-1", 5..9, 0..1_000),
        ];
        assert_eq!(parts(Some(3)), shared);
        for (name, ..) in parts(Some(100)) {
            assert!(name.parse::<PartyId>().is_ok(), "{name}");
        }
    }

    #[test]
    fn a_row_follows_from_its_number_and_labels_from_its_columns() {
        let features: Features = "2x2".parse().unwrap();
        let people = People {
            rows: 2_000,
            features: &features,
            hospitals: None,
        };
        let slopes = people.slopes();
        let rows: Vec<_> = (0..people.rows)
            .map(|row| people.row(row, &slopes))
            .collect();
        assert_eq!(rows[7], people.row(7, &slopes));
        let along = |row: &Vec<f64>| -> f64 { row.iter().zip(&slopes).map(|(x, s)| x * s).sum() };
        let mean = |wanted: bool| {
            let of = rows.iter().filter(|(_, label)| *label == wanted);
            let sum: f64 = of.clone().map(|(row, _)| along(row)).sum();
            sum / of.count() as f64
        };
        assert!(mean(true) > mean(false) + 0.5);
    }
}
