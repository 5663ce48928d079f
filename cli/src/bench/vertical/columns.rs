//! Made-up columns of the same people, as files of the parties that know them.

use std::{
    fmt::{self, Write as _},
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    str::FromStr,
};

use anyhow::Context as _;
use consilium_base::{Generator, Seed};
use rand_core::Rng as _;

use super::name;
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

/// People whom all parties know, each by other columns.
///
/// Columns are normal, and all of them count for the label; the first column of the label holder and
/// of the next party count together as well. A row follows from its number alone.
pub(super) struct People<'a> {
    pub(super) rows: u32,
    pub(super) features: &'a Features,
}

/// Whence all rows are drawn.
const SEED: [u8; 32] = [10; 32];
/// What the key's column holds, in the words of a plan.
const KEY: &str = "[[key.part]]\ncolumn = \"id\"\nkind = \"insurance-number\"\nlengths = [9]\n\
                   characters = \"digits\"\n";

impl People<'_> {
    /// Writes the plan of the alignment.
    pub(super) fn alignment(&self) -> String {
        let parties = self.features.0.len();
        let protocol = if parties == 2 { "vole" } else { "star" };
        let party = |place| format!("[[party]]\nname = \"{}\"\ndata = \"bench\"\n", name(place));
        let parties: String = (0..parties).map(party).collect();
        format!(
            "title = \"bench\"\npurpose = \"measuring\"\nkind = \"align\"\n{KEY}\
             [align]\nprotocol = \"{protocol}\"\n[limits]\nmost_rows = {}\n\
             [patience]\nanswer = \"30m\"\n{parties}",
            self.rows
        )
    }

    /// Declares what each party brings, in the words of a plan.
    pub(super) fn parties(&self) -> String {
        let mut text = String::new();
        for (place, columns) in self.columns().enumerate() {
            let features: Vec<String> = columns.clone().map(|at| format!("\"x{at}\"")).collect();
            let name = name(place);
            let label = if place == 0 {
                "label = { column = \"label\" }\n"
            } else {
                ""
            };
            write!(
                text,
                "[[party]]\nname = \"{name}\"\ndata = \"bench\"\nfeatures = [{}]\n{label}{}",
                features.join(", "),
                declared(columns, place == 0, "party.column"),
            )
            .expect("a string takes all");
        }
        text
    }

    /// Writes each party's file, in an order of its own.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<Vec<PartyData>> {
        let slopes = self.slopes();
        let mut sets = Vec::new();
        for (place, columns) in self.columns().enumerate() {
            let name = name(place);
            let file = folder.join(format!("{name}.csv"));
            let created = File::create_new(&file).with_context(|| file.display().to_string())?;
            let mut to = BufWriter::new(created);
            write!(to, "id")?;
            if place == 0 {
                write!(to, ",label")?;
            }
            for column in columns.clone() {
                write!(to, ",x{column}")?;
            }
            writeln!(to)?;
            for at in 0..self.rows {
                let number = if place % 2 == 0 {
                    at
                } else {
                    self.rows - 1 - at
                };
                let (values, label) = self.row(number, &slopes);
                write!(to, "{:09}", 100_000_007 + number)?;
                if place == 0 {
                    write!(to, ",{}", u8::from(label))?;
                }
                for value in &values[columns.clone()] {
                    write!(to, ",{value:.3}")?;
                }
                writeln!(to)?;
            }
            to.flush()?;
            let key = "[[column]]\nname = \"id\"\ntype = \"code\"\n";
            sets.push(PartyData {
                party: name.parse()?,
                name: "bench".into(),
                file,
                schema: format!("{key}{}", declared(columns, place == 0, "column")),
                splits: Vec::new(),
            });
        }
        Ok(sets)
    }

    /// Gives the numbers of each party's columns.
    fn columns(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
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

/// Declares columns under a key, in the words of a plan or a schema.
fn declared(columns: std::ops::Range<usize>, has_label: bool, key: &str) -> String {
    let number = |column| {
        format!("[[{key}]]\nname = \"x{column}\"\ntype = \"number\"\nmin = -10\nmax = 10\n")
    };
    let label = format!("[[{key}]]\nname = \"label\"\ntype = \"boolean\"\n");
    let columns: String = columns.map(number).collect();
    if has_label { columns + &label } else { columns }
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
    use super::*;

    #[test]
    fn columns_are_shared_out_one_party_after_the_other() {
        let features: Features = "3x2x4".parse().unwrap();
        let people = People {
            rows: 20,
            features: &features,
        };
        let columns: Vec<_> = people.columns().collect();
        assert_eq!(columns, [0..3, 3..5, 5..9]);
        for text in ["30", "30x0", "x", "30 x 30", "1001x1", &["2"; 9].join("x")] {
            assert!(text.parse::<Features>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_row_follows_from_its_number_and_labels_from_its_columns() {
        let features: Features = "2x2".parse().unwrap();
        let people = People {
            rows: 2_000,
            features: &features,
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
