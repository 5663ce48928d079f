//! Rules that look at several rows at once, as queries.

use crate::scope::Scope;
use crate::words::{literal, quote};
use crate::{AddsUp, Rule, Test};

/// A query that gives buckets with how many rows were checked, `c0`, and how many passed, `p0`; none of a
/// rule about single rows.
pub(crate) fn grouped(rule: &Rule, scope: &Scope<'_>, other: Option<&Scope<'_>>) -> Option<String> {
    let bucket = format!("{} AS \"bucket\"", scope.bucket());
    let rows = Judging::new(rule, scope, "bucket", &bucket);
    if let Some((cells, are_there)) = same(&rule.test, scope) {
        // Of rows that are the same all but one fail: groups are counted, and nothing is sorted.
        return Some(format!(
            "SELECT \"bucket\", sum(\"rows\") AS \"c0\", count(*) AS \"p0\" FROM (\n\
             SELECT min({}) AS \"bucket\", count(*) AS \"rows\" FROM {} AS t\n\
             WHERE ({}) AND {are_there}\nGROUP BY {cells})\nGROUP BY \"bucket\"",
            scope.bucket(),
            rows.from,
            rows.applies,
        ));
    }
    let judged = rows.judged(&rule.test, other)?;
    Some(format!(
        "SELECT \"bucket\", count(\"v\") AS \"c0\", sum(CAST(\"v\" AS BIGINT)) AS \"p0\" FROM (\n\
         {judged})\nGROUP BY \"bucket\""
    ))
}

/// The rows of a table, which has a column `consilium row`, by that number, with a condition `v`; none of a
/// rule about single rows.
pub(crate) fn judged(rule: &Rule, scope: &Scope<'_>, other: Option<&Scope<'_>>) -> Option<String> {
    let number = "\"consilium row\" AS \"row\"";
    let rows = Judging::new(rule, scope, "row", number);
    match same(&rule.test, scope) {
        Some((cells, are_there)) => Some(rows.first_of(&cells, &are_there)),
        None => rows.judged(&rule.test, other),
    }
}

/// The cells in which rows must differ, and the condition that they are there.
fn same(test: &Test, scope: &Scope<'_>) -> Option<(String, String)> {
    match test {
        Test::Unique(columns) => {
            let cells = joined(columns.iter().map(|it| scope.cell(it)), ", ");
            let there = joined(columns.iter().map(|it| scope.is_there(it)), " AND ");
            Some((cells, there))
        }
        Test::Duplicates => {
            let cells = scope.columns.iter().map(|it| quote(&it.name));
            Some((joined(cells, ", "), "true".to_owned()))
        }
        _ => None,
    }
}

/// Rows of a table, each with one column besides the verdict.
struct Judging<'a> {
    scope: &'a Scope<'a>,
    from: String,
    applies: String,
    /// The column's name, quoted.
    kept: String,
    /// What it is, with its name.
    besides: &'a str,
}

impl<'a> Judging<'a> {
    fn new(rule: &Rule, scope: &'a Scope<'a>, kept: &str, besides: &'a str) -> Self {
        let applies = rule.applies.as_ref().map(|it| scope.condition(it));
        Self {
            scope,
            from: scope.from(),
            applies: applies.unwrap_or_else(|| "true".to_owned()),
            kept: quote(kept),
            besides,
        }
    }

    fn judged(&self, test: &Test, other: Option<&Scope<'_>>) -> Option<String> {
        Some(match test {
            Test::Overlap { by, from, until } => self.overlap(by, from, until),
            Test::Refers { columns, their, .. } => self.refers(columns, their, other?),
            Test::AddsUp(sum) => self.adds_up(sum, other?),
            _ => return None,
        })
    }

    /// Whether a row is the first of those that are the same.
    fn first_of(&self, cells: &str, are_there: &str) -> String {
        format!(
            "SELECT {}, row_number() OVER (PARTITION BY {cells} ORDER BY \"consilium row\") = 1 AS \"v\"\n\
             FROM {} AS t WHERE ({}) AND {are_there}",
            self.besides, self.from, self.applies,
        )
    }

    /// Whether those that began before it have ended. What is there again under its key is a duplicate, and
    /// does not overlap with itself.
    fn overlap(&self, by: &[String], begins: &str, until: &str) -> String {
        let who = joined(numbered("k", by.len()), ", ");
        let rows = format!(
            "SELECT {}, {}, {} AS \"f\", {} AS \"u\"",
            self.besides,
            cells("k", by, self.scope),
            self.scope.day(begins),
            self.scope.day(until),
        );
        let from = format!("FROM {} AS t WHERE ({})", self.from, self.applies);
        let there = format!(
            "{} AND \"f\" IS NOT NULL AND \"u\" IS NOT NULL",
            are_there(by.len())
        );
        let key = self.scope.table.key.iter();
        let key = joined(key.map(|it| self.scope.text(it)), ", ");
        let (rows, tie) = if key.is_empty() {
            (format!("{rows} {from})\nWHERE {there}"), "")
        } else {
            // Of two that begin and end together it is the same one in whatever order rows stand.
            let once = format!(
                "SELECT *, row_number() OVER (PARTITION BY {who}, \"f\", \"u\", \"tie\" ORDER BY \"f\") AS \"copy\"\n\
                 FROM (\n{rows}, concat_ws(chr(31), {key}) AS \"tie\" {from})\nWHERE {there})\nWHERE \"copy\" = 1"
            );
            (once, ", \"tie\"")
        };
        format!(
            "SELECT {}, coalesce(max(\"u\") OVER (PARTITION BY {who} ORDER BY \"f\", \"u\"{tie}\n\
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) <= \"f\", true) AS \"v\" FROM (\n{rows}",
            self.kept,
        )
    }

    /// Whether the other table has a row with the same.
    fn refers(&self, columns: &[String], their: &[String], other: &Scope<'_>) -> String {
        // What is on the left is kept in memory: the other table's keys, not these rows.
        format!(
            "SELECT {}, CASE WHEN {} THEN \"there\" IS NOT NULL END AS \"v\" FROM (\n\
             SELECT DISTINCT {}, true AS \"there\" FROM {} AS t) AS o RIGHT JOIN (\n\
             SELECT {}, {} FROM {} AS t WHERE ({})) AS w ON {}",
            self.kept,
            are_there(columns.len()),
            cells("o", their, other),
            other.from(),
            self.besides,
            cells("k", columns, self.scope),
            self.from,
            self.applies,
            are_same(columns.len()),
        )
    }

    /// Whether the other table's rows with the same come to what this one says.
    fn adds_up(&self, sum: &AddsUp, other: &Scope<'_>) -> String {
        // Decimals give the same sum in any order.
        let exact = |cell: String| format!("TRY_CAST({cell} AS DECIMAL(38, 6))");
        format!(
            "SELECT {}, abs(\"sum\" - \"total\") <= CAST({} AS DECIMAL(38, 6)) AS \"v\" FROM (\n\
             SELECT {keys}, sum(\"part\") AS \"sum\" FROM (\n\
             SELECT {}, {} AS \"part\" FROM {} AS t) GROUP BY {keys}) AS o RIGHT JOIN (\n\
             SELECT {}, {}, {} AS \"total\" FROM {} AS t WHERE ({})) AS w ON {}",
            self.kept,
            literal(&sum.within.to_string()),
            cells("o", &sum.their, other),
            exact(other.number(&sum.amount)),
            other.from(),
            self.besides,
            cells("k", &sum.by, self.scope),
            exact(self.scope.number(&sum.to)),
            self.from,
            self.applies,
            are_same(sum.by.len()),
            keys = joined(numbered("o", sum.by.len()), ", "),
        )
    }
}

fn joined(texts: impl Iterator<Item = String>, between: &str) -> String {
    texts.collect::<Vec<_>>().join(between)
}

/// `"k0"`, `"k1"`, …
fn numbered(stem: &str, many: usize) -> impl Iterator<Item = String> {
    (0..many).map(move |at| format!("\"{stem}{at}\""))
}

/// The cells of columns, under such names.
fn cells(stem: &str, columns: &[String], scope: &Scope<'_>) -> String {
    let named = columns.iter().zip(numbered(stem, columns.len()));
    joined(
        named.map(|(column, name)| format!("{} AS {name}", scope.cell(column))),
        ", ",
    )
}

fn are_there(many: usize) -> String {
    let there = numbered("k", many).map(|it| format!("{it} IS NOT NULL"));
    joined(there, " AND ")
}

fn are_same(many: usize) -> String {
    let pairs = numbered("k", many).zip(numbered("o", many));
    joined(
        pairs.map(|(own, other)| format!("{own} = {other}")),
        " AND ",
    )
}
