//! The first rows that break rules.

use std::collections::BTreeMap;

use consilium_data::Values;

use crate::grouped::judged;
use crate::pass::Writing;
use crate::run::{Run, State, is_grouped};
use crate::scope::Scope;
use crate::verdict::{Verdict, columns, verdicts};
use crate::{Offence, Progress, QualityError, Rows, Rule, Table, Test};

/// What numbers the rows of a table, from 1.
const NUMBER: &str = "CAST(row_number() OVER () AS BIGINT) AS \"consilium row\"";

/// The most columns that are shown of a row where a rule looks at all of them.
const SHOWN: usize = 20;

/// How many rows are fetched by one query: as many numbers stand in a text of a bounded length.
const FETCHED: usize = 20_000;

/// Rows by their numbers, for rules by theirs.
type Found = BTreeMap<usize, Vec<u64>>;

/// Cells of rows by their numbers.
type Cells = BTreeMap<u64, Vec<Option<String>>>;

/// Finds the first rows of each rule that is broken.
pub(crate) fn find(
    run: &mut Run<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Offence>, QualityError> {
    let set = run.check().rules;
    let mut broken: Vec<usize> = Vec::new();
    for (number, state) in run.states.iter().enumerate() {
        let fails = |(_, tally): &(_, crate::tally::Tally)| {
            let sum = tally.sum();
            sum.passed < sum.checked
        };
        let is_broken = matches!(state, State::Counted(parts) if parts.iter().any(fails));
        let has_rows = !matches!(set.rules[number].test, Test::Accessible | Test::Present(_));
        if is_broken && has_rows {
            broken.push(number);
        }
    }
    let mut offences = Vec::new();
    for table in &set.tables {
        let of_table = broken.iter().copied();
        let of_table: Vec<usize> = of_table
            .filter(|it| set.rules[*it].table == table.name)
            .collect();
        if of_table.is_empty() {
            continue;
        }
        let (several, single): (Vec<usize>, Vec<usize>) = of_table
            .iter()
            .partition(|it| is_grouped(&set.rules[**it].test));
        run.expect(several.len() + usize::from(!single.is_empty()) + 1);
        let mut found = Found::new();
        if !single.is_empty() {
            run.tell(progress, table);
            found.extend(of_single(run, table, &single)?);
        }
        for number in several {
            run.tell(progress, table);
            found.insert(number, of_several(run, &set.rules[number])?);
        }
        run.tell(progress, table);
        offences.extend(shown(run, table, &found)?);
    }
    offences.sort_by_key(|(number, offence)| (*number, offence.row));
    Ok(offences.into_iter().map(|(_, offence)| offence).collect())
}

/// The numbers of the first rows that break rules about single rows, in one query.
fn of_single(run: &Run<'_>, table: &Table, rules: &[usize]) -> Result<Found, QualityError> {
    let set = run.check().rules;
    let Some(scope) = run.scope(&table.name) else {
        return Ok(Found::new());
    };
    let verdict = |number: &usize| {
        let all = verdicts(&set.rules[*number], &scope, set.as_of);
        // A row breaks a rule once, by however many cells.
        let all: Vec<String> = all.iter().map(|it| format!("({})", it.sql)).collect();
        let sql = match run.fullest(*number).and_then(|cell| all.get(cell)) {
            Some(fullest) => format!("NOT {fullest}"),
            None => all.join(" AND "),
        };
        let one = Verdict { column: None, sql };
        (*number, vec![one])
    };
    let judged: Vec<(usize, Vec<Verdict>)> = rules.iter().map(verdict).collect();
    let mut writing = Writing::default();
    let most = run.check().rows;
    let first = (0..judged.len())
        .map(|at| format!("first_rows(\"v{at}\", \"consilium row\", {most}) AS \"r{at}\""));
    let first: Vec<String> = first.collect();
    writing.push(&format!(
        "SELECT {} FROM (\nSELECT \"consilium row\"",
        first.join(", ")
    ));
    run.write_verdicts(&mut writing, &scope, &judged);
    writing.push(&format!("\nFROM (SELECT *, {NUMBER} FROM "));
    writing.push_rows(table);
    writing.push(" AS t) AS t)");
    let names = (0..judged.len()).map(|at| (format!("r{at}"), "text"));
    let pass = writing.finish(&set.house, &names.collect::<Vec<_>>())?;
    let rows = match run.check().query(&pass) {
        Ok(rows) => rows,
        // They were counted, and are not shown.
        Err(error) => return run.reason(&pass, error).map(|_| Found::new()),
    };
    let Some(rows) = rows else {
        return Ok(Found::new());
    };
    let numbers = judged.iter().enumerate().map(|(at, (number, _))| {
        let texts = texts(&rows, &format!("r{at}"));
        let text = texts.into_iter().flatten().next().unwrap_or_default();
        let rows = text.split_whitespace().filter_map(|it| it.parse().ok());
        (*number, rows.collect())
    });
    Ok(numbers.collect())
}

/// The numbers of the first rows that break a rule about several rows.
fn of_several(run: &Run<'_>, rule: &Rule) -> Result<Vec<u64>, QualityError> {
    let set = run.check().rules;
    let other = rule.test.other().and_then(|table| run.scope(table));
    let Some(scope) = run.scope(&rule.table) else {
        return Ok(Vec::new());
    };
    let numbered = Table {
        rows: Rows::Query(crate::Sql {
            text: format!("SELECT *, {NUMBER} FROM {} AS t", scope.from()),
            place: rule.place,
        }),
        ..scope.table.clone()
    };
    let scope = Scope {
        table: &numbered,
        ..scope
    };
    let Some(judged) = judged(rule, &scope, other.as_ref()) else {
        return Ok(Vec::new());
    };
    let mut writing = Writing::default();
    let most = run.check().rows;
    let sql = format!(
        "SELECT CAST(\"row\" AS VARCHAR) AS \"n\" FROM (\n{judged})\nWHERE NOT \"v\" ORDER BY \"row\" LIMIT {most}"
    );
    writing.push_of(&rule.id, rule.place, &sql);
    let pass = writing.finish(&set.house, &[("n".to_owned(), "text")])?;
    let rows = match run.check().query(&pass) {
        Ok(rows) => rows,
        Err(error) => return run.reason(&pass, error).map(|_| Vec::new()),
    };
    let rows = rows.map(|rows| texts(&rows, "n")).unwrap_or_default();
    let numbers = rows.into_iter().flatten();
    Ok(numbers.filter_map(|it| it.parse().ok()).collect())
}

/// Fetches rows of a table by their numbers, with the cells of key and rules.
fn shown(
    run: &Run<'_>,
    table: &Table,
    found: &Found,
) -> Result<Vec<(usize, Offence)>, QualityError> {
    let set = run.check().rules;
    let Some(scope) = run.scope(&table.name) else {
        return Ok(Vec::new());
    };
    let mut numbers: Vec<u64> = found.values().flatten().copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let looked_at = |number: usize| -> Vec<String> {
        let rule = &set.rules[number];
        match rule.test {
            Test::Duplicates => {
                let all = scope.columns.iter().take(SHOWN);
                all.map(|it| it.name.clone()).collect()
            }
            _ => columns(rule, &scope),
        }
    };
    let mut wanted: Vec<String> = table.key.clone();
    wanted.extend(found.keys().flat_map(|number| looked_at(*number)));
    wanted.sort();
    wanted.dedup();
    let mut rows_by_number = Cells::new();
    for numbers in numbers.chunks(FETCHED) {
        rows_by_number.extend(fetched(run, &scope, numbers, &wanted)?);
    }
    let of_row = |row: &[Option<String>], columns: &[String]| -> Vec<(String, Option<String>)> {
        let cell = |column: &String| {
            let number = wanted.iter().position(|it| it == column);
            let cell = number.and_then(|it| row.get(it).cloned());
            (column.clone(), cell.flatten())
        };
        columns.iter().map(cell).collect()
    };
    let file = match &table.rows {
        Rows::Source(source) => set.house.path(source).map(str::to_owned),
        Rows::Query(_) => None,
    };
    let mut offences = Vec::new();
    for (number, rows) in found {
        let columns = looked_at(*number);
        for row in rows {
            let Some(cells) = rows_by_number.get(row) else {
                continue;
            };
            let offence = Offence {
                rule: set.rules[*number].id.clone(),
                table: table.name.clone(),
                file: file.clone(),
                row: *row,
                key: of_row(cells, &table.key),
                cells: of_row(cells, &columns),
            };
            offences.push((*number, offence));
        }
    }
    Ok(offences)
}

/// Fetches columns of the rows of these numbers, of which there is one at least.
fn fetched(
    run: &Run<'_>,
    scope: &Scope<'_>,
    numbers: &[u64],
    columns: &[String],
) -> Result<Cells, QualityError> {
    let mut writing = Writing::default();
    writing.push("SELECT CAST(\"consilium row\" AS VARCHAR) AS \"n\"");
    let mut names = vec![("n".to_owned(), "text")];
    for (at, column) in columns.iter().enumerate() {
        let cell = scope.raw(column);
        writing.push(&format!(", CAST({cell} AS VARCHAR) AS \"x{at}\""));
        names.push((format!("x{at}"), "text"));
    }
    writing.push(&format!("\nFROM (SELECT *, {NUMBER} FROM "));
    writing.push_rows(scope.table);
    let list: Vec<String> = numbers.iter().map(u64::to_string).collect();
    // The limit lets the reader stop at the last of them.
    writing.push(&format!(
        " AS t LIMIT {}) AS t\nWHERE \"consilium row\" IN ({})",
        numbers.last().copied().unwrap_or_default(),
        list.join(", ")
    ));
    let pass = writing.finish(&run.check().rules.house, &names)?;
    let rows = match run.check().query(&pass) {
        Ok(Some(rows)) => rows,
        Ok(None) => return Ok(Cells::new()),
        Err(error) => return run.reason(&pass, error).map(|_| Cells::new()),
    };
    let mut cells: Vec<_> = (0..columns.len())
        .map(|at| texts(&rows, &format!("x{at}")).into_iter())
        .collect();
    let row = |number: Option<String>| {
        let row = cells.iter_mut().map(|it| it.next().flatten()).collect();
        Some((number?.parse().ok()?, row))
    };
    Ok(texts(&rows, "n").into_iter().filter_map(row).collect())
}

fn texts(rows: &consilium_data::Table, name: &str) -> Vec<Option<String>> {
    match rows.column(name).map(|it| &it.values) {
        Some(Values::Texts(texts)) => texts.iter().map(|it| it.map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
