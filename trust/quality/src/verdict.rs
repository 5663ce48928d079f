//! A rule as a condition over one row: true, false, or missing where it says nothing.

use crate::scope::{Scope, list};
use crate::words::{literal, words};
use crate::{Bound, Codes, Date, Origin, Rule, Shape, Test};

/// A condition of a rule over a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The column, where each cell counts.
    pub(crate) column: Option<String>,
    /// In SQL.
    pub(crate) sql: String,
}

/// The conditions of a rule about single rows, wherever it applies; none of one that is about several.
pub(crate) fn verdicts(rule: &Rule, scope: &Scope<'_>, as_of: Date) -> Vec<Verdict> {
    let each = |columns: &[String], condition: &dyn Fn(&str) -> String| -> Vec<Verdict> {
        let verdict = |column: &String| Verdict {
            column: Some(column.clone()),
            sql: condition(column),
        };
        columns.iter().map(verdict).collect()
    };
    let one = |sql: String| vec![Verdict { column: None, sql }];
    match &rule.test {
        Test::Complete(columns) => each(columns, &|column| scope.is_there(column)),
        Test::Typed(of) => {
            let of = match rule.origin {
                // Packs have types for names that are not bound, too.
                Origin::Table => columns(rule, scope),
                _ => of.clone(),
            };
            each(&of, &|column| typed(column, rule, scope))
        }
        // Of anything but a condition the planner says that it is none.
        Test::Holds(sql) => one(format!("({}) AND true", scope.condition(sql))),
        Test::Range { column, min, max } => one(range(column, (min, max), scope)),
        Test::Levels { column, of } => one(format!("{} IN ({})", scope.text(column), list(of))),
        Test::Matches { column, pattern } => one(format!(
            "regexp_like({}, {})",
            scope.text(column),
            literal(pattern)
        )),
        Test::Codes(codes) => one(of_codes(codes, scope)),
        Test::Fresh { column, days } => {
            let day = scope.day(column);
            let earliest = as_of.days().saturating_sub(days_of(*days));
            let earliest =
                Date::at(earliest).map_or_else(|| "0001-01-01".to_owned(), |it| it.to_string());
            one(format!(
                "{day} >= DATE '{earliest}' AND {day} <= DATE '{as_of}'"
            ))
        }
        Test::Delay { from, to, days } => {
            let between = format!("{} - {}", scope.day(to), scope.day(from));
            one(format!("{between} BETWEEN 0 AND {days}"))
        }
        Test::Shape(shape) => {
            let cells = shape.against.cells(&shape.value(scope)).into_iter();
            cells.map(|sql| Verdict { column: None, sql }).collect()
        }
        Test::Accessible
        | Test::Present(_)
        | Test::Unique { .. }
        | Test::Duplicates
        | Test::AddsUp(_)
        | Test::Refers { .. }
        | Test::Overlap { .. } => Vec::new(),
    }
}

fn days_of(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// Whether a cell that is there is of the declared type.
fn typed(column: &str, rule: &Rule, scope: &Scope<'_>) -> String {
    use consilium_schema::{Kind, RawKind};
    let there = scope.is_there(column);
    let schema = scope
        .table
        .schema
        .as_ref()
        .filter(|_| rule.origin == Origin::Schema);
    let declared = schema.and_then(|schema| schema.column(column));
    let number = scope.number(column);
    // The largest size up to which every whole number has a double of its own.
    let whole = || {
        format!("coalesce({number} = floor({number}) AND abs({number}) <= 9007199254740992, false)")
    };
    let text = scope.text(column);
    let fits = match declared.map(consilium_schema::Column::kind) {
        Some(Kind::Number(_)) => format!("{number} IS NOT NULL"),
        Some(Kind::Integer(_)) => whole(),
        Some(Kind::Date(order)) => format!("to_day({text}, {}) IS NOT NULL", literal(order.name())),
        Some(Kind::Boolean) => format!("{} IS NOT NULL", scope.flag(column)),
        Some(Kind::Code { width: Some(width) }) => format!("char_length({text}) = {width}"),
        Some(_) => "true".to_owned(),
        None => match scope.table.type_of(column) {
            Some(RawKind::Integer) => whole(),
            Some(RawKind::Number | RawKind::Date | RawKind::Boolean) => {
                format!("{} IS NOT NULL", scope.cell(column))
            }
            _ => "true".to_owned(),
        },
    };
    format!("CASE WHEN {there} THEN {fits} END")
}

fn range(column: &str, ends: (&Option<Bound>, &Option<Bound>), scope: &Scope<'_>) -> String {
    let end = |bound: &Option<Bound>, sign: &str| {
        bound.map(|bound| match bound {
            Bound::Number(number) => {
                format!("{} {sign} CAST({number:?} AS DOUBLE)", scope.number(column))
            }
            Bound::Day(day) => format!("{} {sign} DATE '{day}'", scope.day(column)),
        })
    };
    let both = [end(ends.0, ">="), end(ends.1, "<=")];
    both.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
}

/// The system and the table of a rule's codes, as rule and table say.
pub(crate) fn of_which<'a>(
    codes: &'a Codes,
    scope: &Scope<'a>,
) -> (Option<&'a str>, Option<&'a str>) {
    let bound = scope.table.codes.get(&codes.column);
    let system = codes.system.as_deref();
    let table = codes.table.as_deref();
    (
        system.or_else(|| bound.map(|it| it.system.as_str())),
        table.or_else(|| bound.and_then(|it| it.table.as_deref())),
    )
}

fn of_codes(codes: &Codes, scope: &Scope<'_>) -> String {
    let text = scope.text(&codes.column);
    let (system, table) = of_which(codes, scope);
    let Some(table) = table.filter(|_| codes.known) else {
        let system = literal(system.unwrap_or_default());
        return format!(
            "CASE WHEN {text} IS NOT NULL THEN normal_code({system}, {text}) IS NOT NULL END"
        );
    };
    let table = literal(table);
    let may_be = if codes.leaf {
        "= 'valid'"
    } else {
        "IN ('valid', 'header')"
    };
    match codes.at.as_ref().map(|it| scope.day(it)) {
        Some(day) => format!(
            "CASE WHEN {day} IS NOT NULL THEN code_validity({table}, {text}, {day}) {may_be} END"
        ),
        None => format!("code_validity({table}, {text}, CAST(NULL AS DATE)) {may_be}"),
    }
}

/// The names of columns that a rule looks at, each once.
pub(crate) fn columns(rule: &Rule, scope: &Scope<'_>) -> Vec<String> {
    let mut columns: Vec<String> = match &rule.test {
        Test::Complete(columns) | Test::Typed(columns) | Test::Refers { columns, .. } => {
            columns.clone()
        }
        Test::Unique { columns, id } => columns.iter().chain(id).cloned().collect(),
        Test::Holds(_) | Test::Duplicates | Test::Accessible | Test::Present(_) => Vec::new(),
        Test::Range { column, .. }
        | Test::Levels { column, .. }
        | Test::Matches { column, .. }
        | Test::Shape(Shape { column, .. })
        | Test::Fresh { column, .. } => vec![column.clone()],
        Test::Codes(codes) => [Some(&codes.column), codes.at.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        Test::AddsUp(sum) => sum.by.iter().chain([&sum.to]).cloned().collect(),
        Test::Overlap {
            by,
            from,
            until,
            id,
        } => by.iter().chain([from, until]).chain(id).cloned().collect(),
        Test::Delay { from, to, .. } => vec![from.clone(), to.clone()],
    };
    let mut conditions = Vec::new();
    if let Test::Holds(sql) = &rule.test {
        conditions.push(sql);
    }
    conditions.extend(&rule.applies);
    for sql in conditions {
        let named = words(&sql.text).into_iter().filter(|word| !word.is_part);
        let declared = named.map(|word| word.name);
        let table = scope.table;
        columns.extend(declared.filter(|it| {
            scope.has(it) || table.type_of(it).is_some() || table.expects.contains(it)
        }));
    }
    if matches!((&rule.test, &rule.origin), (Test::Typed(_), Origin::Table)) {
        columns.retain(|it| scope.has(it) || scope.table.types.contains_key(it));
    }
    let mut seen = std::collections::HashSet::new();
    columns.retain(|it| seen.insert(it.clone()));
    columns
}
