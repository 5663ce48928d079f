//! Each rule of the packs: rows that pass, and one that fails.

use std::fmt::Write as _;

use consilium_quality::{Bound, Check, Checked, Date, Given, Outcome, Pack, RuleSet, Test};
use consilium_schema::DateOrder;

use super::*;

mod clinical;
mod insurance;

/// Columns and their cells.
type Cells = &'static [(&'static str, &'static str)];

/// A row of each of a pack's tables; what stands in none of them is empty.
struct Sample {
    pack: &'static str,
    tables: &'static [(&'static str, Cells)],
    /// Sets of rows that break no rule: where they differ from the others.
    good: &'static [(&'static str, &'static [(&'static str, Cells)])],
    /// How the row of a rule's table differs for the rule to be broken, and whether it is there besides
    /// one that does not differ.
    bad: &'static [(&'static str, Copies, Cells)],
    /// Code systems, with the columns that hold their codes: table, column, system, rows.
    codes: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

#[derive(Clone, Copy, PartialEq)]
enum Copies {
    One,
    Two,
}

/// Cells of ids: different in each set of rows, and the same in all tables of one.
const IDS: [&str; 5] = [
    "id",
    "visit_id",
    "patient_id",
    "settlement_id",
    "insured_number",
];

impl Sample {
    fn pack(&self) -> Pack {
        Pack::built_in(self.pack).unwrap()
    }

    /// How the row of a rule's table differs.
    fn broken(&self, id: &str) -> (Copies, Vec<(String, String)>) {
        let mut bad = self.bad.iter();
        if let Some((_, copies, cells)) = bad.find(|(rule, ..)| *rule == id) {
            let cells = cells.iter();
            return (*copies, cells.map(|(name, cell)| own(name, cell)).collect());
        }
        // Ranges are broken from above.
        let pack = self.pack();
        let rule = pack.rules().iter().find(|rule| rule.id == id).unwrap();
        let Test::Range {
            column,
            max: Some(Bound::Number(max)),
            ..
        } = &rule.test
        else {
            panic!("no row breaks {id}");
        };
        let cell = (max + max.abs() / 10.0).to_string();
        (Copies::One, vec![own(column, &cell)])
    }

    /// The rows of a table, as CSV: a set for each name, in which cells may differ.
    fn csv(&self, table: &str, sets: &[&str], broken: bool) -> String {
        let pack = self.pack();
        let columns = pack.tables().iter().find(|it| it.name == table).unwrap();
        let columns: Vec<&str> = columns.columns.keys().map(String::as_str).collect();
        let (_, usual) = self.tables.iter().find(|(name, _)| *name == table).unwrap();
        let mut csv = format!("set,{}\n", columns.join(","));
        let mut row = |set: &str, differs: &[(String, String)]| {
            let cell = |column: &&str| {
                let differing = differs.iter().find(|(name, _)| name == column);
                let usual = usual.iter().find(|(name, _)| name == column);
                match (differing, usual) {
                    (Some((_, cell)), _) => cell.clone(),
                    (None, Some((_, cell))) => (*cell).to_owned(),
                    _ if IDS.contains(column) => format!("{column}-{set}"),
                    _ => String::new(),
                }
            };
            let cells: Vec<String> = columns.iter().map(cell).collect();
            csv += &[set, ",", &cells.join(","), "\n"].concat();
        };
        for set in sets {
            let good = self.good.iter().find(|(name, _)| name == set);
            let tables = good.map(|(_, tables)| *tables).unwrap_or_default();
            let cells = tables.iter().find(|(name, _)| *name == table);
            let cells = cells.map(|(_, cells)| *cells).unwrap_or_default();
            let cells: Vec<_> = cells.iter().map(|(name, cell)| own(name, cell)).collect();
            row(set, &cells);
        }
        for rule in pack.rules().iter().filter(|_| broken) {
            let (copies, cells) = self.broken(&rule.id);
            if rule.table != table {
                row(&rule.id, &[]);
                continue;
            }
            if copies == Copies::Two {
                row(&rule.id, &[]);
            }
            row(&rule.id, &cells);
        }
        csv
    }

    fn check(&self, broken: bool) -> Checked {
        let mut text = format!(
            "title = \"rows\"\npacks = [{:?}]\nas_of = \"2024-12-31\"\n",
            self.pack
        );
        let sets: Vec<&str> = self.good.iter().map(|(name, _)| *name).collect();
        let mut files = Vec::new();
        for (table, _) in self.tables {
            write!(
                text,
                "[[source]]\nname = {table:?}\npath = \"{table}.csv\"\n\
                 [[table]]\nname = {table:?}\nsource = {table:?}\nkey = [\"set\"]\n"
            )
            .unwrap();
            for (_, column, system, _) in self.codes.iter().filter(|(of, ..)| of == table) {
                let codes = format!("{{ system = {system:?}, table = {system:?} }}");
                writeln!(text, "codes = {{ {column} = {codes} }}").unwrap();
            }
            files.push((format!("{table}.csv"), self.csv(table, &sets, broken)));
        }
        for (_, _, system, rows) in self.codes {
            write!(
                text,
                "[[source]]\nname = {system:?}\npath = \"{system}.codes\"\nformat = \"codes\"\n"
            )
            .unwrap();
            let head = format!("system = {system:?}\nversion = \"2024\"\nsource = \"a test\"\n");
            let head = format!("{head}---\ncode,en,parent,from,until,status\n{rows}");
            files.push((format!("{system}.codes"), head));
        }
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        let (house, program) = (House::new(&files), program());
        let schema = |_: &str| Err("there is none".to_owned());
        let today = Date::parse("2024-12-31", DateOrder::Ymd).unwrap();
        let given = Given {
            today,
            schema: &schema,
        };
        let rules = RuleSet::from_toml(&text, given).unwrap();
        let check = Check::new(&rules, house.path(), &program);
        let check = check.aside(house.path()).rows(100);
        check.run(&mut |_| {}).unwrap()
    }

    fn holds(&self) {
        let good = self.check(false);
        for rule in good.report.rules {
            assert_eq!(rule.outcome, Outcome::Applied, "{}", rule.id);
            assert!(rule.checked > 0, "{} looked at no row", rule.id);
            assert_eq!(
                rule.failed, 0,
                "{} is broken by rows that are right",
                rule.id
            );
        }
        let checked = self.check(true);
        let good: Vec<&str> = self.good.iter().map(|(name, _)| *name).collect();
        for rule in self.pack().rules() {
            let id = format!("{}/{}", self.pack, rule.id);
            let offences = checked.offences.iter().filter(|it| it.rule == id);
            let sets = offences.filter_map(|it| it.key.first()?.1.as_deref());
            let sets: Vec<&str> = sets.collect();
            assert!(sets.contains(&&*rule.id), "{id} is not broken: {sets:?}");
            assert!(sets.iter().all(|set| !good.contains(set)), "{id}: {sets:?}");
        }
    }
}

fn own(name: &str, cell: &str) -> (String, String) {
    (name.to_owned(), cell.to_owned())
}

#[test]
fn each_rule_of_medical_insurance_passes_and_fails() {
    insurance::SAMPLE.holds();
}

#[test]
fn each_rule_of_clinical_data_passes_and_fails() {
    clinical::SAMPLE.holds();
}

#[test]
fn who_says_so_is_said_of_every_rule_that_is_not_our_own() {
    use consilium_quality::Certainty;
    for name in Pack::NAMES {
        let pack = Pack::built_in(name).unwrap();
        for rule in pack.rules() {
            let certainty = rule.certainty.expect("certainty is said");
            let has_source = rule.source.is_some();
            assert!(
                has_source || certainty == Certainty::Unverified,
                "{}",
                rule.id
            );
            assert_ne!(rule.name.en, rule.name.zh, "{}", rule.id);
        }
    }
}
