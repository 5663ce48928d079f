//! Six hospitals' stays, dealt out of one published table, and what goes wrong at two of them.

use anyhow::Context as _;
use consilium_base::Seed;
use consilium_data::Reading;
use consilium_plan::Lang;
use consilium_schema::{Column, Kind, Level, Levels, Schema};
use rand_core::Rng as _;

/// The hospitals, in the order of their names.
pub(super) const PARTIES: [&str; 6] = ["central", "east", "north", "south", "university", "west"];

/// The columns whose codes are read one place beside theirs.
pub(super) const CODED: [&str; 7] = [
    "admission_type_id",
    "discharge_disposition_id",
    "admission_source_id",
    "A1Cresult",
    "metformin",
    "insulin",
    "diagnosis_1",
];

/// The column of the label, and of the patient.
const LABEL: &str = "readmitted";
const PATIENT: &str = "patient";

/// Of four patients one is kept for testing.
const TESTED: u32 = 4;

/// What went wrong before anybody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    /// Each label is the other one with a chance of one half, as when a join has lost its key.
    Labels,
    /// Each code is the next of its list, as when a list was numbered from 0 and is read from 1.
    Codes,
}

impl Mistake {
    /// Its name where programs read it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::Codes => "codes",
        }
    }

    /// What people read.
    pub(super) fn said(self, lang: Lang) -> &'static str {
        match self {
            Self::Labels => lang.pick("labels tossed like coins", "标签随机"),
            Self::Codes => lang.pick("codes shifted by one", "编码错位"),
        }
    }

    /// What went wrong at a hospital.
    pub(super) fn at(party: &str) -> Option<Mistake> {
        match party {
            "south" => Some(Self::Labels),
            "west" => Some(Self::Codes),
            _ => None,
        }
    }
}

/// One hospital's stays.
#[derive(Debug, Clone)]
pub(super) struct Stays {
    pub(super) party: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Whether each row is kept for testing: rows of one patient together.
    tested: Vec<bool>,
}

/// Deals the table out by patients: which hospital a patient goes to follows from a seed, and nothing else.
pub(super) fn deal(packed: &[u8], schema: &Schema, seed: &Seed) -> anyhow::Result<Vec<Stays>> {
    let columns = schema.columns().iter().map(Column::name);
    let header: Vec<String> = columns.map(str::to_owned).collect();
    let patient = place(&header, PATIENT)?;
    let mut hospitals = PARTIES.map(|party| Stays {
        party,
        header: header.clone(),
        rows: Vec::new(),
        tested: Vec::new(),
    });
    let texts = as_texts(&header)?;
    let named: Vec<&str> = header.iter().map(String::as_str).collect();
    Reading::new(&texts).stream_texts(packed, &named, |cells| {
        let row: Vec<String> = cells
            .iter()
            .map(|it| it.unwrap_or_default().to_owned())
            .collect();
        let seed = seed.derive("demo-trust.1.deal", &[row[patient].as_bytes()]);
        let mut drawn = seed.generator();
        let hospital = &mut hospitals[drawn.next_u32() as usize % PARTIES.len()];
        hospital
            .tested
            .push(drawn.next_u32().is_multiple_of(TESTED));
        hospital.rows.push(row);
    })?;
    Ok(hospitals.into())
}

/// A schema by which all cells are read as they are written.
fn as_texts(header: &[String]) -> anyhow::Result<Schema> {
    let columns = header
        .iter()
        .map(|name| format!("[[column]]\nname = {name:?}\ntype = \"text\"\n"));
    Ok(Schema::from_toml(&columns.collect::<String>())?)
}

impl Stays {
    /// The stays with what went wrong at the hospital.
    pub(super) fn mistaken(mut self, schema: &Schema, seed: &Seed) -> anyhow::Result<Stays> {
        match Mistake::at(self.party) {
            None => {}
            Some(Mistake::Labels) => self.toss(seed)?,
            Some(Mistake::Codes) => self.shift(schema)?,
        }
        Ok(self)
    }

    fn toss(&mut self, seed: &Seed) -> anyhow::Result<()> {
        let label = place(&self.header, LABEL)?;
        let seed = seed.derive("demo-trust.1.labels", &[self.party.as_bytes()]);
        let mut drawn = seed.generator();
        for row in &mut self.rows {
            if drawn.next_u32() & 1 == 1 {
                let other = if row[label] == "1" { "0" } else { "1" };
                other.clone_into(&mut row[label]);
            }
        }
        Ok(())
    }

    fn shift(&mut self, schema: &Schema) -> anyhow::Result<()> {
        for column in CODED {
            let levels = levels(schema, column)?;
            let place = place(&self.header, column)?;
            for row in &mut self.rows {
                let known = levels.iter().position(|level| *level == row[place]);
                if let Some(level) = known {
                    row[place].clone_from(&levels[(level + 1) % levels.len()]);
                }
            }
        }
        Ok(())
    }

    /// As a hospital keeps them.
    pub(super) fn csv(&self) -> anyhow::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.into_inner().context("writing stays")
    }

    /// Which rows serve for what, as a split of a data set has it.
    pub(super) fn split(&self) -> String {
        let line = |(row, tested): (usize, &bool)| {
            let part = if *tested { "test" } else { "train" };
            format!("{row},{part}\n")
        };
        let lines = (1..).zip(&self.tested).map(line);
        std::iter::once("row,split\n".to_owned())
            .chain(lines)
            .collect()
    }

    /// Whether a row, counted from 1, is kept for testing.
    pub(super) fn is_tested(&self, row: usize) -> bool {
        row.checked_sub(1)
            .and_then(|row| self.tested.get(row).copied())
            .unwrap_or(false)
    }
}

fn place(header: &[String], column: &str) -> anyhow::Result<usize> {
    let place = header.iter().position(|name| name == column);
    place.with_context(|| format!("the table has no column {column}"))
}

fn levels(schema: &Schema, column: &str) -> anyhow::Result<Vec<String>> {
    let kind = schema.column(column).map(Column::kind);
    match kind {
        Some(Kind::Category(Levels::Closed { levels, .. })) => {
            Ok(levels.iter().map(Level::name).collect())
        }
        _ => anyhow::bail!("the schema has no levels of {column}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SCHEMA: &str = include_str!("../../../../examples/diabetes/schema.toml");
    /// Stays, two of each patient, over all codes; every third patient comes back.
    const STAYS: usize = 6000;

    fn dealt() -> (Schema, Seed, Vec<Stays>) {
        let (schema, seed) = (
            Schema::from_toml(SCHEMA).unwrap(),
            Seed::from_bytes([0; 32]),
        );
        let names = schema.columns().iter().map(Column::name);
        let mut text = names.clone().collect::<Vec<_>>().join(",") + "\n";
        for row in 0..STAYS {
            let cell = |name: &str| match name {
                PATIENT => (row / 2).to_string(),
                LABEL => usize::from(row.is_multiple_of(6)).to_string(),
                name => match levels(&schema, name) {
                    // One cell of a list is missing.
                    Ok(levels) => levels
                        .get(row % (levels.len() + 1))
                        .cloned()
                        .unwrap_or_default(),
                    Err(_) => "1".to_owned(),
                },
            };
            text += &names.clone().map(cell).collect::<Vec<_>>().join(",");
            text += "\n";
        }
        let dealt = deal(text.as_bytes(), &schema, &seed).unwrap();
        (schema, seed, dealt)
    }

    #[test]
    fn stays_of_one_patient_stay_together_and_none_is_lost() {
        let (_, _, dealt) = dealt();
        assert_eq!(dealt.iter().map(|it| it.rows.len()).sum::<usize>(), STAYS);
        let mut places: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
        for stays in &dealt {
            let rows = stays.rows.len();
            assert!((800..1200).contains(&rows), "{rows}");
            for (row, tested) in stays.rows.iter().zip(&stays.tested) {
                let place = places.entry(&row[0]).or_insert((stays.party, *tested));
                assert_eq!(*place, (stays.party, *tested), "patient {}", row[0]);
            }
        }
    }

    #[test]
    fn shifted_codes_are_codes_and_half_the_labels_are_wrong() {
        let (schema, seed, dealt) = dealt();
        for sound in dealt {
            let mistaken = sound.clone().mistaken(&schema, &seed).unwrap();
            let differing = |column: &str| {
                let place = place(&sound.header, column).unwrap();
                let rows = sound.rows.iter().zip(&mistaken.rows);
                let there = rows.filter(|(row, _)| !row[place].is_empty());
                let (mut differ, mut all) = (0_u32, 0_u32);
                for (sound, mistaken) in there {
                    all += 1;
                    differ += u32::from(sound[place] != mistaken[place]);
                }
                f64::from(differ) / f64::from(all)
            };
            let (codes, labels) = match Mistake::at(sound.party) {
                None => (0.0..=0.0, 0.0..=0.0),
                Some(Mistake::Codes) => (1.0..=1.0, 0.0..=0.0),
                Some(Mistake::Labels) => (0.0..=0.0, 0.42..=0.58),
            };
            for column in CODED {
                assert!(
                    codes.contains(&differing(column)),
                    "{} {column}",
                    sound.party
                );
                let place = place(&mistaken.header, column).unwrap();
                let levels = levels(&schema, column).unwrap();
                let mut cells = mistaken.rows.iter().map(|row| &row[place]);
                assert!(
                    cells.all(|it| it.is_empty() || levels.contains(it)),
                    "{column}"
                );
            }
            assert!(labels.contains(&differing(LABEL)), "{}", sound.party);
        }
    }

    #[test]
    fn a_split_says_of_each_row_what_it_serves_for() {
        let (_, _, dealt) = dealt();
        let split = dealt[0].split();
        let lines: Vec<&str> = split.lines().collect();
        assert_eq!(
            (lines[0], lines.len() - 1),
            ("row,split", dealt[0].rows.len())
        );
        for (row, line) in (1..).zip(&lines[1..]) {
            let part = if dealt[0].is_tested(row) {
                "test"
            } else {
                "train"
            };
            assert_eq!(*line, format!("{row},{part}"));
        }
    }
}
