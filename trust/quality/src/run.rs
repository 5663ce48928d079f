//! One run of the queries that rules make.

use std::collections::BTreeMap;

use consilium_mapping::{Fault, OutputColumn, QueryError};
use consilium_schema::TextPlace;

use crate::grouped::grouped;
use crate::pass::{Pass, Writing};
use crate::scope::Scope;
use crate::tally::{self, Count, Tally};
use crate::verdict::{Verdict, of_which, verdicts};
use crate::{Check, Progress, QualityError, Repair, Rows, Rule, RuleError, Table, Test};

mod columns;
mod shapes;

/// What is known of a rule.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// It waits for its query.
    Waiting,
    /// The rule file has switched it off.
    Off,
    NotApplicable(Vec<String>),
    NotRun(Reason),
    /// A tally for each column, or one.
    Counted(Vec<(Option<String>, Tally)>),
}

impl State {
    fn at_first(rule: &Rule) -> State {
        if rule.is_off {
            return State::Off;
        }
        State::Waiting
    }
}

/// Why something was not run, in English and in Chinese.
pub(crate) type Reason = [String; 2];

/// What the queries have given so far.
pub(crate) struct Run<'a> {
    check: &'a Check<'a>,
    /// The columns of tables that can be read.
    shapes: BTreeMap<String, Vec<OutputColumn>>,
    pub(crate) states: Vec<State>,
    pub(crate) sizes: BTreeMap<String, u64>,
    /// What would mend shapes, by the numbers of their rules.
    pub(crate) repairs: BTreeMap<usize, Repair>,
    done: usize,
    of: usize,
}

impl<'a> Run<'a> {
    pub(crate) fn new(check: &'a Check<'a>) -> Self {
        Self {
            check,
            shapes: BTreeMap::new(),
            states: check.rules.rules.iter().map(State::at_first).collect(),
            sizes: BTreeMap::new(),
            repairs: BTreeMap::new(),
            done: 0,
            of: 0,
        }
    }

    pub(crate) fn check(&self) -> &'a Check<'a> {
        self.check
    }

    pub(crate) fn tell(&mut self, progress: &mut dyn FnMut(Progress<'_>), table: &Table) {
        progress(Progress {
            done: self.done,
            of: self.of,
            table: &table.name,
        });
        self.done += 1;
    }

    pub(crate) fn expect(&mut self, more: usize) {
        self.of += more;
    }

    fn rules(&self) -> &'a [Rule] {
        &self.check.rules.rules
    }

    /// A table with its columns, where it can be read.
    pub(crate) fn scope(&self, table: &str) -> Option<Scope<'_>> {
        let columns = self.shapes.get(table)?;
        let table = self.check.rules.table(table)?;
        Some(Scope {
            table,
            columns,
            as_of: self.check.rules.as_of,
            is_clean: matches!(&table.rows, Rows::Source(it) if self.check.rules.house.is_text(it)),
        })
    }

    /// The numbers of rules that wait.
    pub(crate) fn waiting(&self, which: impl Fn(&Rule) -> bool) -> Vec<usize> {
        let numbers = 0..self.rules().len();
        let waits = |number: &usize| matches!(self.states[*number], State::Waiting);
        numbers
            .filter(|number| waits(number) && which(&self.rules()[*number]))
            .collect()
    }

    /// Looks at the columns of a table; one that can't be read has no other rule than that it can.
    pub(crate) fn look(&mut self, table: &Table) -> Result<(), QualityError> {
        let mut writing = Writing::default();
        writing.push("SELECT * FROM ");
        writing.push_rows(table);
        writing.push(" AS t");
        let house = &self.check.rules.house;
        let pass = writing.finish(house, &[("bucket".to_owned(), "integer")])?;
        match self.check.of(&pass).plan() {
            Ok(columns) => {
                self.shapes.insert(table.name.clone(), columns);
                self.access(table, None);
                Ok(())
            }
            Err(error) => {
                let is_over = matches!(error, QueryError::Over);
                let reason = self.reason(&pass, error)?;
                self.access(table, Some(&reason));
                if is_over {
                    // Nobody has tried to read it.
                    self.skip(table, &reason);
                }
                Ok(())
            }
        }
    }

    /// Says of all rules of a table that they were not run.
    fn skip(&mut self, table: &Table, reason: &Reason) {
        for (state, rule) in self.states.iter_mut().zip(&self.check.rules.rules) {
            if rule.table == table.name && !rule.is_off {
                *state = State::NotRun(reason.clone());
            }
        }
    }

    /// Counts whether a table can be read; where it can't, no other rule of it is run.
    fn access(&mut self, table: &Table, refused: Option<&Reason>) {
        let passed = u64::from(refused.is_none());
        for (number, rule) in self.rules().iter().enumerate() {
            if rule.is_off {
                continue;
            }
            let uses = rule.table == table.name || rule.test.other() == Some(&table.name);
            if rule.table == table.name && rule.test == Test::Accessible {
                let count = Count { checked: 1, passed };
                self.states[number] = State::Counted(vec![(None, Tally::Single(count))]);
            } else if let (true, Some(reason)) = (uses, refused) {
                self.states[number] = State::NotRun(reason.clone());
            }
        }
    }

    /// Holds all rules about single rows of a table against it in one query; where a value or a limit breaks
    /// it off, halves of them, until the rule is found that can't be run.
    pub(crate) fn rows(&mut self, table: &Table, rules: &[usize]) -> Result<(), QualityError> {
        let Some(scope) = self.scope(&table.name) else {
            return Ok(());
        };
        let as_of = self.check.rules.as_of;
        let judged = rules.iter().map(|number| {
            let rule = &self.rules()[*number];
            (*number, verdicts(rule, &scope, as_of))
        });
        let judged: Vec<(usize, Vec<Verdict>)> = judged.collect();
        let pass = self.row_pass(&scope, &judged)?;
        let outcome = self.check.query(&pass);
        let lacking = match &outcome {
            Err(error) => self.lacking(error, &scope, rules),
            Ok(_) => Vec::new(),
        };
        match outcome {
            Err(error) if !lacking.is_empty() => {
                let reason = self.reason(&pass, error)?;
                for number in &lacking {
                    self.states[*number] = State::NotRun(reason.clone());
                }
                let others = rules.iter().copied().filter(|it| !lacking.contains(it));
                self.rows(table, &others.collect::<Vec<_>>())?;
            }
            Ok(rows) => {
                let conditions = judged.iter().map(|(_, verdicts)| verdicts.len()).sum();
                let mut tallies = rows
                    .as_ref()
                    .map(|rows| tally::read(rows, conditions))
                    .unwrap_or_default()
                    .into_iter();
                let size = rows.map_or(0, |rows| tally::total(&rows, "rows"));
                self.sizes.insert(table.name.clone(), size);
                for (number, verdicts) in judged {
                    let counted = verdicts.into_iter().map(|verdict| {
                        let tally = tallies.next().unwrap_or_else(Tally::none);
                        (verdict.column, tally)
                    });
                    let mut counted: Vec<_> = counted.collect();
                    if let Test::Shape(shape) = &self.rules()[number].test {
                        let cells: Vec<Tally> = counted.drain(..).map(|it| it.1).collect();
                        let tally = Tally::of_shape(&cells, shape.against.shares());
                        counted.push((None, tally));
                    }
                    self.states[number] = State::Counted(counted);
                }
            }
            Err(error) if rules.len() > 1 && is_of_some_rule(&error) => {
                let (first, second) = rules.split_at(rules.len() / 2);
                self.rows(table, first)?;
                self.rows(table, second)?;
            }
            Err(error) => {
                if matches!(&error, QueryError::Fault(Fault::Query { .. })) {
                    self.blame(&scope, &judged)?;
                }
                let is_source = matches!(&error, QueryError::Fault(Fault::Source { .. }));
                let reason = self.reason(&pass, error)?;
                if is_source {
                    self.access(table, Some(&reason));
                }
                for number in rules {
                    self.states[*number] = State::NotRun(reason.clone());
                }
            }
        }
        Ok(())
    }

    /// The rules that need a table of codes which can't be read: the table's own rows can.
    fn lacking(&self, error: &QueryError, scope: &Scope<'_>, rules: &[usize]) -> Vec<usize> {
        let QueryError::Fault(Fault::Source { name, .. } | Fault::NoFile { name, .. }) = error
        else {
            return Vec::new();
        };
        let needs = |number: &usize| match &self.rules()[*number].test {
            Test::Codes(codes) => of_which(codes, scope).1 == Some(name),
            _ => false,
        };
        if scope.table.reads(name) {
            return Vec::new();
        }
        rules.iter().copied().filter(|it| needs(it)).collect()
    }

    /// Finds the rule whose condition can't be planned: of a type that doesn't fit the engine tells no place.
    fn blame(
        &self,
        scope: &Scope<'_>,
        judged: &[(usize, Vec<Verdict>)],
    ) -> Result<(), QualityError> {
        for one in judged {
            let pass = self.row_pass(scope, std::slice::from_ref(one))?;
            if let Err(error) = self.check.of(&pass).plan() {
                self.reason(&pass, error)?;
            }
        }
        Ok(())
    }

    fn row_pass(
        &self,
        scope: &Scope<'_>,
        judged: &[(usize, Vec<Verdict>)],
    ) -> Result<Pass, QualityError> {
        let mut writing = Writing::default();
        let mut columns = vec![
            ("bucket".to_owned(), "integer"),
            ("rows".to_owned(), "integer"),
        ];
        writing.push("SELECT \"bucket\", count(*) AS \"rows\"");
        for at in 0..judged.iter().map(|(_, verdicts)| verdicts.len()).sum() {
            let v = format!(
                ", count(\"v{at}\") AS \"c{at}\", sum(CAST(\"v{at}\" AS BIGINT)) AS \"p{at}\""
            );
            writing.push(&v);
            columns.push((format!("c{at}"), "integer"));
            columns.push((format!("p{at}"), "integer"));
        }
        writing.push(&format!(" FROM (\nSELECT {} AS \"bucket\"", scope.bucket()));
        self.write_verdicts(&mut writing, scope, judged);
        writing.push("\nFROM ");
        writing.push_rows(scope.table);
        writing.push(" AS t)\nGROUP BY \"bucket\"");
        Ok(writing.finish(&self.check.rules.house, &columns)?)
    }

    /// Writes `, condition AS "v0"`, …, each on a line of its own.
    pub(crate) fn write_verdicts(
        &self,
        writing: &mut Writing,
        scope: &Scope<'_>,
        judged: &[(usize, Vec<Verdict>)],
    ) {
        let mut at = 0;
        for (number, verdicts) in judged {
            let rule = &self.rules()[*number];
            if let Test::Codes(codes) = &rule.test
                && let Some(table) = of_which(codes, scope).1
            {
                writing.needs(table);
            }
            let place = match &rule.test {
                Test::Holds(sql) => sql.place,
                _ => rule.place,
            };
            for verdict in verdicts {
                writing.push(",");
                match &rule.applies {
                    // Each on lines of its own, by which it is found again.
                    Some(applies) => {
                        writing.push_of(&rule.id, applies.place, "CASE WHEN (");
                        writing.push(&scope.condition(applies));
                        writing.push(") THEN (");
                        writing.push_of(&rule.id, place, &verdict.sql);
                        writing.push(") END");
                    }
                    None => writing.push_of(&rule.id, place, &verdict.sql),
                }
                writing.push(&format!(" AS \"v{at}\""));
                at += 1;
            }
        }
    }

    /// Holds a rule that looks at several rows against its table.
    pub(crate) fn groups(&mut self, number: usize, rule: &Rule) -> Result<(), QualityError> {
        let other = rule.test.other().and_then(|table| self.scope(table));
        let scope = self.scope(&rule.table);
        let sql = scope.and_then(|scope| grouped(rule, &scope, other.as_ref()));
        let Some(sql) = sql else {
            return Ok(());
        };
        let pass = {
            let mut writing = Writing::default();
            writing.push_of(&rule.id, rule.place, &sql);
            let columns = ["bucket", "c0", "p0"].map(|name| (name.to_owned(), "integer"));
            writing.finish(&self.check.rules.house, &columns)?
        };
        self.states[number] = match self.check.query(&pass) {
            Ok(rows) => {
                let tally = rows.and_then(|rows| tally::read(&rows, 1).pop());
                State::Counted(vec![(None, tally.unwrap_or_else(Tally::none))])
            }
            // Nothing else of it is written by people.
            Err(error) => State::NotRun(self.reason(&pass, error).map_err(|error| {
                let applies = rule.applies.as_ref();
                at(error, applies.map_or(rule.place, |it| it.place))
            })?),
        };
        Ok(())
    }

    /// Why a query fails, if the report may say so: a rule that is wrong is told at once, and so is that
    /// no query can be run.
    pub(crate) fn reason(&self, pass: &Pass, error: QueryError) -> Result<Reason, QualityError> {
        if let Some(wrong) = pass.fault_of_rule(&error, &self.check.rules.house) {
            return Err(wrong.into());
        }
        match &error {
            QueryError::Fault(Fault::Request) => Err(error.into()),
            QueryError::Fault(fault) => Ok([fault.to_string(), fault.in_chinese()]),
            QueryError::Died { .. }
            | QueryError::Stream
            | QueryError::Over
            | QueryError::Rows(_) => Ok([error.to_string(), error.in_chinese()]),
            _ => Err(error.into()),
        }
    }
}

/// Whether one rule of several may be why a query fails, and the others could be run without it.
fn is_of_some_rule(error: &QueryError) -> bool {
    matches!(
        error,
        QueryError::Fault(
            Fault::Value { .. }
                | Fault::Internal { .. }
                | Fault::Memory { .. }
                | Fault::Time { .. }
                | Fault::Aside { .. }
                | Fault::Disk
        ) | QueryError::Died { .. }
            | QueryError::Stream
            | QueryError::Rows(_)
    )
}

/// Whether a test looks at several rows.
pub(crate) fn is_grouped(test: &Test) -> bool {
    matches!(
        test,
        Test::Unique { .. }
            | Test::Duplicates
            | Test::AddsUp(_)
            | Test::Refers { .. }
            | Test::Overlap { .. }
    )
}

/// What is wrong with a rule, at that place.
fn at(error: QualityError, place: TextPlace) -> QualityError {
    match error {
        QualityError::Rule(RuleError::Query { rule, message, .. }) => RuleError::Query {
            place,
            rule,
            message,
        }
        .into(),
        other => other,
    }
}
