use std::{fmt, path::Path};

use consilium_mapping::{Program, Query, QueryError};

use crate::pass::Pass;
use crate::run::{Run, State, is_grouped};
use crate::{Offence, QualityError, Report, RuleSet, offences, scoring};

/// Rules, and where what they are held against lies.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) folder: &'a Path,
    program: &'a Program,
    aside: Option<&'a Path>,
    seed: u64,
    pub(crate) rows: u32,
    left: Option<Left<'a>>,
}

/// Says how many seconds are left for all queries.
#[derive(Clone, Copy)]
struct Left<'a>(&'a dyn Fn() -> u64);

impl fmt::Debug for Left<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Left").finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Scores and counts.
    pub report: Report,
    /// The first rows that break each rule, in the order of the rules; they stay at home.
    pub offences: Vec<Offence>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The queries that have been run.
    pub done: usize,
    /// All of them, as far as is known.
    pub of: usize,
    /// The table whose rows are read now.
    pub table: &'a str,
}

impl<'a> Check<'a> {
    /// Rules over files from that absolute folder.
    pub fn new(rules: &'a RuleSet, folder: &'a Path, program: &'a Program) -> Self {
        Self {
            rules,
            folder,
            program,
            aside: None,
            seed: 1,
            rows: 5,
            left: None,
        }
    }

    /// Lets queries put aside in this folder what doesn't fit in their memory.
    #[must_use]
    pub fn aside(mut self, folder: &'a Path) -> Self {
        self.aside = Some(folder);
        self
    }

    /// Draws intervals by another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many rows are shown of each rule that is broken, at most; 0 looks for none.
    #[must_use]
    pub fn rows(mut self, rows: u32) -> Self {
        self.rows = rows;
        self
    }

    /// Asks before each query how many seconds are left for all that are still to come. Rules whose queries have no
    /// time any more are not run.
    #[must_use]
    pub fn left(mut self, seconds: &'a dyn Fn() -> u64) -> Self {
        self.left = Some(Left(seconds));
        self
    }

    /// Runs the queries, and tells before each how far it is.
    ///
    /// Blocks, for as long as the limits of the rule file allow each query, and [`Check::left`] all of them. What is wrong with one file
    /// or one rule stands in the report; the others are held against their tables all the same.
    ///
    /// # Errors
    ///
    /// A rule whose condition can't be planned, with its place in the rule file; or that no query can be run.
    pub fn run(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Checked, QualityError> {
        let mut run = Run::new(self);
        run.expect(2 * self.rules.tables.len());
        for table in &self.rules.tables {
            run.tell(progress, table);
            run.look(table)?;
        }
        run.sort()?;
        let grouped = run.waiting(|rule| is_grouped(&rule.test));
        run.expect(grouped.len());
        for table in &self.rules.tables {
            run.tell(progress, table);
            let rules = run.waiting(|rule| rule.table == table.name && !is_grouped(&rule.test));
            run.rows(table, &rules)?;
        }
        for number in grouped {
            let rule = &self.rules.rules[number];
            if let (Some(table), State::Waiting) =
                (self.rules.table(&rule.table), &run.states[number])
            {
                run.tell(progress, table);
                run.groups(number, rule)?;
            }
        }
        for number in run.shifted() {
            run.repair(number)?;
        }
        let offences = if self.rows > 0 {
            offences::find(&mut run, progress)?
        } else {
            Vec::new()
        };
        Ok(Checked {
            report: scoring::report(&run, self.seed),
            offences,
        })
    }

    /// Runs a query; none where it gives no row.
    pub(crate) fn query(&self, pass: &Pass) -> Result<Option<consilium_data::Table>, QueryError> {
        let query = self.of(pass);
        match query.rows(&pass.schema, None, 1) {
            Ok(loaded) => Ok(Some(loaded.table)),
            Err(QueryError::NoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn of(&self, pass: &'a Pass) -> Query<'a> {
        let files = pass.mapping.files(self.folder);
        let query = Query::new(&pass.mapping, files, self.program);
        let query = match self.aside {
            Some(folder) => query.aside(folder),
            None => query,
        };
        match self.left {
            Some(Left(left)) => query.within(left()),
            None => query,
        }
    }
}
