//! Rules from what is typed.

use consilium_codes::Form;
use consilium_data::Date;
use consilium_schema::{DateOrder, MOST_NAME, TextPlace, is_plain};
use regex::Regex;

use toml::Spanned;

use crate::condition;
use crate::house::House;
use crate::raw::{
    RawAddsUp, RawBound, RawCodes, RawLevel, RawRange, RawRefers, RawRule, RawUnique,
};
use crate::rules::{positive, shown, sql, unknown_system, wrong};
use crate::{AddsUp, Bound, Codes, Names, Origin, Rule, RuleError, RuleFault, Shape, Table, Test};

/// Reads the rules of one text.
pub(crate) struct Reader<'a> {
    text: &'a str,
    tables: &'a [Table],
    house: &'a House,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, tables: &'a [Table], house: &'a House) -> Self {
        Self {
            text,
            tables,
            house,
        }
    }

    /// Checks one rule over the tables.
    pub(crate) fn rule(&self, raw: RawRule, origin: Origin) -> Result<Rule, RuleError> {
        let id = shown(&raw.id, "rule", self.text)?;
        let place = TextPlace::of(self.text, raw.id.span().start);
        let table = raw.table.get_ref().clone();
        let weight = match &raw.weight {
            Some(weight) => positive(weight, "rule", &id, self.text)?,
            None => 1.0,
        };
        let tolerate = match &raw.tolerate {
            Some(tolerate) => share(tolerate, &id, self.text)?,
            None => 0.0,
        };
        self.known(&table)
            .map_err(|fault| self.at_table(&raw, &id, fault))?;
        let name = raw.name.clone().unwrap_or_else(|| Names {
            en: id.clone(),
            zh: id.clone(),
        });
        if !is_plain(&name.en, MOST_NAME) || !is_plain(&name.zh, MOST_NAME) {
            return Err(wrong(place, "rule", &id, RuleFault::Hidden));
        }
        let applies = raw.applies.as_ref().map(|it| sql(it, self.text));
        let holds = raw.holds.as_ref().map(|it| sql(it, self.text));
        for condition in applies.iter().chain(&holds) {
            let parsed = condition::of_row(condition);
            parsed.map_err(|(place, fault)| wrong(place, "rule", &id, fault))?;
        }
        let fail = |fault| wrong(place, "rule", &id, fault);
        Ok(Rule {
            heading: raw.heading,
            severity: raw.severity,
            weight,
            tolerate,
            name,
            table,
            applies,
            systems: raw.systems.clone(),
            source: raw.source.clone(),
            certainty: raw.certainty,
            test: self.test(raw).map_err(fail)?,
            origin,
            adjusted: None,
            is_off: false,
            place,
            id,
        })
    }

    fn at_table(&self, raw: &RawRule, id: &str, fault: RuleFault) -> RuleError {
        let place = TextPlace::of(self.text, raw.table.span().start);
        wrong(place, "rule", id, fault)
    }

    fn known(&self, table: &str) -> Result<(), RuleFault> {
        if self.tables.iter().any(|it| it.name == table) {
            return Ok(());
        }
        Err(RuleFault::Unknown {
            what: "table",
            name: table.to_owned(),
            known: self.tables.iter().map(|it| it.name.clone()).collect(),
        })
    }

    /// The one test of a rule.
    fn test(&self, raw: RawRule) -> Result<Test, RuleFault> {
        let mut tests = Vec::new();
        if let Some(columns) = raw.complete {
            tests.push(Test::Complete(some(columns, "complete")?));
        }
        if let Some(columns) = raw.typed {
            let table = self
                .tables
                .iter()
                .find(|it| it.name == *raw.table.get_ref());
            let none = |it: &&String| table.and_then(|table| table.type_of(it)).is_none();
            if let Some(column) = columns.iter().find(none) {
                return Err(RuleFault::Unknown {
                    what: "declared type of column",
                    name: column.clone(),
                    known: Vec::new(),
                });
            }
            tests.push(Test::Typed(some(columns, "typed")?));
        }
        if let Some(condition) = raw.holds {
            tests.push(Test::Holds(sql(&condition, self.text)));
        }
        if let Some(raw) = raw.range {
            tests.push(range(raw)?);
        }
        if let Some(raw) = raw.levels {
            let of = raw.of.into_iter().map(|level| match level {
                RawLevel::Whole(level) => level.to_string(),
                RawLevel::Text(level) => level,
            });
            tests.push(Test::Levels {
                column: raw.column,
                of: some(of.collect(), "levels.of")?,
            });
        }
        if let Some(raw) = raw.matches {
            tests.push(Test::Matches {
                column: raw.column,
                pattern: whole(&raw.pattern)?,
            });
        }
        if let Some(raw) = raw.codes {
            tests.push(self.codes(raw)?);
        }
        if let Some(raw) = raw.unique {
            let (columns, id) = match raw {
                RawUnique::Columns(columns) => (columns, Vec::new()),
                RawUnique::Named(raw) => (raw.columns, some(raw.id, "unique.id")?),
            };
            tests.push(Test::Unique {
                columns: some(columns, "unique")?,
                id,
            });
        }
        if raw.duplicates == Some(true) {
            tests.push(Test::Duplicates);
        }
        if let Some(raw) = raw.adds_up {
            tests.push(self.adds_up(raw)?);
        }
        if let Some(raw) = raw.refers {
            tests.push(self.refers(raw)?);
        }
        if let Some(raw) = raw.overlap {
            tests.push(Test::Overlap {
                by: some(raw.by, "overlap.by")?,
                from: raw.from,
                until: raw.until,
                id: raw.id,
            });
        }
        if let Some(raw) = raw.fresh {
            tests.push(Test::Fresh {
                column: raw.column,
                days: raw.days,
            });
        }
        if let Some(raw) = raw.delay {
            tests.push(Test::Delay {
                from: raw.from,
                to: raw.to,
                days: raw.days,
            });
        }
        if let Some(raw) = raw.shape {
            tests.push(Test::Shape(Shape::read(raw)?));
        }
        let one: [Test; 1] = tests.try_into().map_err(|_| RuleFault::Tests)?;
        let [test] = one;
        Ok(test)
    }

    fn codes(&self, raw: RawCodes) -> Result<Test, RuleFault> {
        if let Some(system) = raw
            .system
            .as_ref()
            .filter(|it| Form::of_system(it).is_none())
        {
            return Err(unknown_system(system.clone()));
        }
        if let Some(table) = &raw.table {
            let known = || self.house.names().map(str::to_owned);
            if !known().any(|it| it == *table) {
                return Err(RuleFault::Unknown {
                    what: "source",
                    name: table.clone(),
                    known: known().collect(),
                });
            }
        }
        Ok(Test::Codes(Codes {
            known: raw.known || raw.table.is_some() || raw.at.is_some() || raw.leaf,
            column: raw.column,
            system: raw.system,
            table: raw.table,
            at: raw.at,
            leaf: raw.leaf,
        }))
    }

    fn adds_up(&self, raw: RawAddsUp) -> Result<Test, RuleFault> {
        let (of, amount) = raw.of.split_once('.').ok_or(RuleFault::Number {
            key: "adds_up.of",
            expected: "a table and its column, as in \"fees.amount\"",
        })?;
        self.known(of)?;
        if !(raw.within >= 0.0 && raw.within.is_finite()) {
            return Err(RuleFault::Number {
                key: "adds_up.within",
                expected: "a number of at least 0",
            });
        }
        let by = some(raw.by, "adds_up.by")?;
        Ok(Test::AddsUp(AddsUp {
            of: of.to_owned(),
            amount: amount.to_owned(),
            their: as_many(raw.their, &by, "adds_up.their")?,
            by,
            to: raw.to,
            within: raw.within,
            none_is_zero: raw.none_is_zero,
            together: raw.together,
        }))
    }

    fn refers(&self, raw: RawRefers) -> Result<Test, RuleFault> {
        self.known(&raw.to)?;
        let columns = some(raw.columns, "refers.columns")?;
        Ok(Test::Refers {
            their: as_many(raw.their, &columns, "refers.their")?,
            columns,
            to: raw.to,
        })
    }
}

/// An expression that fits the whole of a text wherever the given one fits all of it.
fn whole(pattern: &str) -> Result<String, RuleFault> {
    // By itself first: a bracket of its own must not close ours.
    let given = Regex::new(pattern).map_err(|error| RuleFault::Pattern {
        message: error.to_string().replace('\n', " "),
    })?;
    let between = format!("^(?:{given})$");
    if Regex::new(&between).is_ok() {
        return Ok(between);
    }
    // A comment of its own ends with its line.
    Ok(format!("^(?:{given}\n)$"))
}

fn some<T>(list: Vec<T>, key: &'static str) -> Result<Vec<T>, RuleFault> {
    if list.is_empty() {
        return Err(RuleFault::Empty { key });
    }
    Ok(list)
}

/// The columns of another table, which are called as ours where nothing is said.
fn as_many(
    their: Option<Vec<String>>,
    ours: &[String],
    key: &'static str,
) -> Result<Vec<String>, RuleFault> {
    let their = their.unwrap_or_else(|| ours.to_vec());
    if their.len() == ours.len() {
        return Ok(their);
    }
    let expected = "as many columns as those they are held against";
    Err(RuleFault::Number { key, expected })
}

fn range(raw: RawRange) -> Result<Test, RuleFault> {
    let (min, max) = (bound(raw.min)?, bound(raw.max)?);
    let fault = |expected| {
        let key = "range";
        Err(RuleFault::Number { key, expected })
    };
    match (min, max) {
        (None, None) => return fault("a min, a max or both"),
        (Some(Bound::Number(min)), Some(Bound::Number(max))) if min > max => {
            return fault("a min that is not above max");
        }
        (Some(Bound::Day(min)), Some(Bound::Day(max))) if min > max => {
            return fault("a min that is not after max");
        }
        (Some(Bound::Number(_)), Some(Bound::Day(_)))
        | (Some(Bound::Day(_)), Some(Bound::Number(_))) => {
            return fault("two numbers or two days");
        }
        _ => {}
    }
    Ok(Test::Range {
        column: raw.column,
        min,
        max,
    })
}

fn bound(raw: Option<RawBound>) -> Result<Option<Bound>, RuleFault> {
    let expected = "a finite number, or a day as in \"2026-01-31\"";
    let fault = RuleFault::Number {
        key: "range",
        expected,
    };
    Ok(match raw {
        None => None,
        #[expect(
            clippy::cast_precision_loss,
            reason = "bounds of values that are read as numbers"
        )]
        Some(RawBound::Whole(whole)) => Some(Bound::Number(whole as f64)),
        Some(RawBound::Number(number)) if number.is_finite() => Some(Bound::Number(number)),
        Some(RawBound::Number(_)) => return Err(fault),
        Some(RawBound::Day(day)) => {
            Some(Bound::Day(Date::parse(&day, DateOrder::Ymd).ok_or(fault)?))
        }
    })
}

/// A share that is tolerated.
pub(crate) fn share(raw: &Spanned<f64>, id: &str, text: &str) -> Result<f64, RuleError> {
    let share = *raw.get_ref();
    if (0.0..1.0).contains(&share) {
        return Ok(share);
    }
    let place = TextPlace::of(text, raw.span().start);
    let (key, expected) = ("tolerate", "a share from 0 to below 1");
    Err(wrong(
        place,
        "rule",
        id,
        RuleFault::Number { key, expected },
    ))
}
