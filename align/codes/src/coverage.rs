use std::collections::BTreeMap;

use serde::Serialize;

use crate::{CodeMap, CodeTable, Day, Form, Mapping, Unclear, Validity};

/// How well a map and a table cover the codes of a file, by distinct codes, rows and money.
#[derive(Debug)]
pub struct Coverage<'a> {
    form: Form,
    map: Option<&'a CodeMap>,
    table: Option<&'a CodeTable>,
    seen: BTreeMap<(String, Option<Day>), Weight>,
}

/// A number of codes, the rows that hold them, and the money of these rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Weight {
    /// Distinct codes in normal form; texts that have none count as they are written.
    pub codes: u64,
    /// Rows.
    pub rows: u64,
    /// Money, in the unit of the file; 0 where none was given.
    pub money: f64,
}

/// What is found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CoverageReport {
    /// All rows that hold a code.
    pub total: Weight,
    /// Rows without one.
    pub empty_rows: u64,
    /// Texts that are no code of the system, by reason.
    pub unclear: BTreeMap<&'static str, Weight>,
    /// Codes by how well the map knows them.
    pub mapping: BTreeMap<Mapping, Weight>,
    /// Ambiguous codes by how many ways they have.
    pub ways: BTreeMap<u64, Weight>,
    /// Codes by whether the table has them on the day of their row.
    pub validity: BTreeMap<Validity, Weight>,
    /// The codes with most money, then rows, that are not mapped exactly or not valid.
    pub offenders: Vec<Offender>,
}

/// A code that wants somebody's attention.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offender {
    /// In normal form, or as it is written where it has none.
    pub code: String,
    /// Why it has none.
    pub unclear: Option<Unclear>,
    /// How well the map knows it.
    pub mapping: Option<Mapping>,
    /// In how many ways it can be written.
    pub ways: u64,
    /// The worst that the table says of it.
    pub validity: Option<Validity>,
    /// Its rows and money.
    #[serde(flatten)]
    pub weight: Weight,
}

impl<'a> Coverage<'a> {
    /// Begins for codes of a form, with a map, a table, or both.
    pub fn new(form: Form, map: Option<&'a CodeMap>, table: Option<&'a CodeTable>) -> Coverage<'a> {
        Coverage {
            form,
            map,
            table,
            seen: BTreeMap::new(),
        }
    }

    /// Takes a row: its code as it is written, its day, its money.
    pub fn push(&mut self, code: &str, day: Option<Day>, money: f64) {
        let key = (code.to_owned(), day);
        let weight = self.seen.entry(key).or_default();
        weight.rows += 1;
        weight.money += money;
    }

    /// Counts; at most `most` offenders are named.
    pub fn report(self, most: usize) -> CoverageReport {
        let mut report = CoverageReport::default();
        let mut codes: BTreeMap<String, Found> = BTreeMap::new();
        for ((written, day), weight) in self.seen {
            let (code, unclear) = match self.form.normalise(&written) {
                Ok(normal) => (normal.code, None),
                Err(Unclear::Empty) => {
                    report.empty_rows += weight.rows;
                    continue;
                }
                Err(unclear) => (written, Some(unclear)),
            };
            let validity = self
                .table
                .filter(|_| unclear.is_none())
                .map(|it| it.validity(&code, day));
            let found = codes.entry(code).or_default();
            found.unclear = unclear;
            found.all.add(weight);
            if let Some(validity) = validity {
                found.validity.entry(validity).or_default().add(weight);
            }
        }
        for (code, found) in codes {
            report.take(code, &found, self.map);
        }
        let order = |a: &Offender, b: &Offender| {
            let by_money = b.weight.money.total_cmp(&a.weight.money);
            by_money
                .then(b.weight.rows.cmp(&a.weight.rows))
                .then(a.code.cmp(&b.code))
        };
        report.offenders.sort_by(order);
        report.offenders.truncate(most);
        report
    }
}

/// What is known of one code.
#[derive(Default)]
struct Found {
    unclear: Option<Unclear>,
    all: Weight,
    validity: BTreeMap<Validity, Weight>,
}

impl CoverageReport {
    fn take(&mut self, code: String, found: &Found, map: Option<&CodeMap>) {
        let one = Weight {
            codes: 1,
            ..found.all
        };
        self.total.add(one);
        let map = map.filter(|_| found.unclear.is_none());
        let mapping = map.map(|map| map.mapping(&code));
        let ways = map
            .and_then(|map| map.get(&code))
            .map_or(0, crate::Entry::ways);
        if let Some(unclear) = found.unclear {
            self.unclear.entry(unclear.name()).or_default().add(one);
        }
        if let Some(mapping) = mapping {
            self.mapping.entry(mapping).or_default().add(one);
        }
        if mapping == Some(Mapping::Ambiguous) {
            self.ways.entry(ways).or_default().add(one);
        }
        for (validity, weight) in &found.validity {
            self.validity.entry(*validity).or_default().add(Weight {
                codes: 1,
                ..*weight
            });
        }
        let validity = found.validity.keys().max().copied();
        let is_sound = found.unclear.is_none()
            && mapping.is_none_or(|it| it == Mapping::Exact)
            && validity.is_none_or(|it| it == Validity::Valid);
        if !is_sound {
            let unclear = found.unclear;
            self.offenders.push(Offender {
                code,
                unclear,
                mapping,
                ways,
                validity,
                weight: one,
            });
        }
    }
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.codes += other.codes;
        self.rows += other.rows;
        self.money += other.money;
    }
}
