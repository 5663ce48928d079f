//! Rules that look at several rows at once, as queries.

use crate::scope::{Scope, Sort};
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
        Test::Unique { columns, id } if id.is_empty() => {
            // What is not of the declared type is the matter of another rule.
            let cell = |it: &String| scope.compared(it, scope.sort(it));
            let there = columns.iter().map(|it| format!("{} IS NOT NULL", cell(it)));
            let there = joined(there, " AND ");
            Some((joined(columns.iter().map(cell), ", "), there))
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
            Test::Overlap {
                by,
                from,
                until,
                id,
            } => self.overlap(by, (from, until), id),
            Test::Unique { columns, id } => self.once(columns, id),
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

    /// Whether a thing is the first of those that are the same; rows of one thing are one.
    fn once(&self, columns: &[String], id: &[String]) -> String {
        let same = joined(numbered("k", columns.len()), ", ");
        let named = joined(id.iter().map(|it| self.scope.is_there(it)), " AND ");
        format!(
            "SELECT {kept}, row_number() OVER (PARTITION BY {same} ORDER BY {kept}, \"one\") = 1 AS \"v\" FROM (\n\
             SELECT min({kept}) AS {kept}, {same}, \"one\" FROM (\n\
             SELECT {}, {}, {} AS \"one\" FROM {} AS t WHERE ({}) AND {named})\n\
             WHERE {}\nGROUP BY {same}, \"one\")",
            self.besides,
            cells("k", columns, self.scope),
            self.scope.joined(id),
            self.from,
            self.applies,
            are_there(columns.len()),
            kept = self.kept,
        )
    }

    /// Whether those that began before it have ended. Rows that are the same in all cells, or in what names a
    /// stay, are one: it does not overlap with itself.
    fn overlap(&self, by: &[String], (begins, until): (&str, &str), id: &[String]) -> String {
        let who = joined(numbered("k", by.len()), ", ");
        let one = match id {
            [] => self.scope.row(),
            id => self.scope.joined(id),
        };
        let applies = std::iter::once(format!("({})", self.applies));
        let applies = applies.chain(id.iter().map(|it| self.scope.is_there(it)));
        let applies = joined(applies, " AND ");
        // Of two that begin and end together it is the same one in whatever order rows stand.
        format!(
            "SELECT {kept}, coalesce(max(\"u\") OVER (PARTITION BY {who} ORDER BY \"f\", \"u\", \"one\"\n\
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) <= \"f\", true) AS \"v\" FROM (\n\
             SELECT min({kept}) AS {kept}, {who}, \"one\", min(\"f\") AS \"f\", max(\"u\") AS \"u\" FROM (\n\
             SELECT {}, {}, {} AS \"f\", {} AS \"u\", {one} AS \"one\" FROM {} AS t WHERE {applies})\n\
             WHERE {} AND \"f\" IS NOT NULL AND \"u\" IS NOT NULL\nGROUP BY {who}, \"one\")",
            self.besides,
            cells("k", by, self.scope),
            self.scope.day(begins),
            self.scope.day(until),
            self.from,
            are_there(by.len()),
            kept = self.kept,
        )
    }

    /// Whether the other table has a row with the same.
    fn refers(&self, columns: &[String], their: &[String], other: &Scope<'_>) -> String {
        let (own, their) = self.alike(columns, their, other);
        // What is on the left is kept in memory: the other table's keys, not these rows.
        format!(
            "SELECT {}, CASE WHEN {} THEN \"there\" IS NOT NULL END AS \"v\" FROM (\n\
             SELECT DISTINCT {their}, true AS \"there\" FROM {} AS t) AS o RIGHT JOIN (\n\
             SELECT {}, {own} FROM {} AS t WHERE ({})) AS w ON {}",
            self.kept,
            are_there(columns.len()),
            other.from(),
            self.besides,
            self.from,
            self.applies,
            are_same(columns.len()),
        )
    }

    /// Whether the other table's rows with the same come to what this one says.
    fn adds_up(&self, sum: &AddsUp, other: &Scope<'_>) -> String {
        // Decimals give the same sum in any order.
        let exact = |cell: String| format!("TRY_CAST({cell} AS DECIMAL(38, 6))");
        let (own, their) = self.alike(&sum.by, &sum.their, other);
        let own_keys = joined(numbered("k", sum.by.len()), ", ");
        // One part that can't be read leaves the sum unknown.
        let whole = "CASE WHEN count(*) = count(\"part\") THEN sum(\"part\") END";
        let none = if sum.none_is_zero { "0" } else { "NULL" };
        let total = if sum.together {
            format!(
                "CASE WHEN count(*) OVER (PARTITION BY {own_keys}) = count(\"own\") OVER (PARTITION BY {own_keys})\n\
                 THEN sum(\"own\") OVER (PARTITION BY {own_keys}) END"
            )
        } else {
            "\"own\"".to_owned()
        };
        format!(
            "SELECT {kept}, CASE WHEN {there} THEN abs(CASE WHEN \"parts\" IS NULL THEN {none} ELSE \"sum\" END - \"total\")\n\
             <= CAST({} AS DECIMAL(38, 6)) END AS \"v\" FROM (\n\
             SELECT {keys}, {whole} AS \"sum\", count(*) AS \"parts\" FROM (\n\
             SELECT {their}, {} AS \"part\" FROM {} AS t) GROUP BY {keys}) AS o RIGHT JOIN (\n\
             SELECT {kept}, {own_keys}, {total} AS \"total\" FROM (\n\
             SELECT {}, {own}, {} AS \"own\" FROM {} AS t WHERE ({}))) AS w ON {}",
            literal(&sum.within.to_string()),
            exact(other.number(&sum.amount)),
            other.from(),
            self.besides,
            exact(self.scope.number(&sum.to)),
            self.from,
            self.applies,
            are_same(sum.by.len()),
            kept = self.kept,
            there = are_there(sum.by.len()),
            keys = joined(numbered("o", sum.by.len()), ", "),
        )
    }

    /// Cells of both tables under the names `k0`, … and `o0`, …: of one sort, or else as texts.
    fn alike(&self, own: &[String], their: &[String], other: &Scope<'_>) -> (String, String) {
        let pairs = own.iter().zip(their).enumerate();
        let pairs = pairs.map(|(at, (own, their))| {
            let is_alike = self.scope.sort(own) == other.sort(their);
            let cell = |scope: &Scope<'_>, name: &str| {
                let cell = scope.compared(name, scope.sort(name));
                if is_alike {
                    return cell;
                }
                let text = scope.compared(name, Sort::Text);
                format!("CASE WHEN {cell} IS NOT NULL THEN {text} END")
            };
            let own = format!("{} AS \"k{at}\"", cell(self.scope, own));
            let their = format!("{} AS \"o{at}\"", cell(other, their));
            (own, their)
        });
        let (own, their): (Vec<String>, Vec<String>) = pairs.unzip();
        (own.join(", "), their.join(", "))
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
        named.map(|(column, name)| {
            let cell = scope.compared(column, scope.sort(column));
            format!("{cell} AS {name}")
        }),
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
