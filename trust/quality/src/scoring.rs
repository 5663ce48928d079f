//! From tallies to a report.

use crate::bootstrap::{Counted, Draws};
use crate::report::FORMAT;
use crate::run::{Run, State};
use crate::shaped::shaped;
use crate::tally::Tally;
use crate::{
    ColumnCount, Heading, HeadingResult, Outcome, Report, Rule, RuleResult, Score, Table, TableSize,
};

/// The report of what was counted, with intervals drawn by a seed.
pub(crate) fn report(run: &Run<'_>, seed: u64) -> Report {
    let set = run.check().rules;
    let draws = Draws::new(seed);
    let mut counted = Vec::new();
    let mut results = Vec::with_capacity(set.rules.len());
    for (rule, state) in set.rules.iter().zip(&run.states) {
        let (mut tally, mut columns) = (Tally::none(), Vec::new());
        if let State::Counted(parts) = state {
            for (column, part) in parts {
                let sum = part.sum();
                columns.extend(column.as_ref().map(|column| ColumnCount {
                    column: column.clone(),
                    checked: sum.checked,
                    failed: sum.checked.saturating_sub(sum.passed),
                }));
                match part {
                    Tally::Single(_) | Tally::Shape(_) => tally = part.clone(),
                    Tally::Rows(_) => tally.add(part),
                }
            }
        }
        let sum = tally.sum();
        results.push(RuleResult {
            id: rule.id.clone(),
            name: rule.name.clone(),
            heading: rule.heading,
            severity: rule.severity,
            weight: rule.weight,
            tolerate: rule.tolerate,
            table: rule.table.clone(),
            origin: rule.origin.clone(),
            source: rule.source.clone(),
            certainty: rule.certainty,
            adjusted: rule.adjusted.clone(),
            outcome: outcome(rule, state),
            checked: sum.checked,
            failed: sum.checked.saturating_sub(sum.passed),
            score: draws.rule(&tally),
            columns,
            shape: shaped(rule, &tally, run.repairs.get(&results.len())),
        });
        counted.push((rule, tally));
    }
    let of_rules: Vec<Counted<'_>> = counted
        .iter()
        .map(|(rule, tally)| Counted {
            heading: rule.heading,
            counts: rule.counts(),
            tally,
        })
        .collect();
    // That a table can be read is no merit, and that it can't be is a fault.
    let weight = |heading, score: Score| match heading {
        Heading::Accessibility if score.score >= 100.0 => 0.0,
        _ => set.weight(heading),
    };
    let (scores, total) = draws.headings(&of_rules, weight);
    let headings = Heading::ALL.into_iter().filter_map(|heading| {
        let score = *scores.get(&heading)?;
        let rules = results
            .iter()
            .filter(|it| it.heading == heading && it.score.is_some());
        Some(HeadingResult {
            heading,
            weight: weight(heading, score),
            score,
            rules: rules.count() as u64,
        })
    });
    let headings = headings.collect();
    let many =
        |which: fn(&RuleResult) -> bool| results.iter().filter(|it| which(it)).count() as u64;
    let not_run = many(|it| matches!(it.outcome, Outcome::NotRun { .. }));
    let unchecked = many(|it| it.outcome == Outcome::Applied && it.checked == 0);
    let size = |table: &Table| TableSize {
        name: table.name.clone(),
        rows: run.sizes.get(&table.name).copied(),
    };
    Report {
        format: FORMAT,
        title: set.title.clone(),
        as_of: set.as_of.to_string(),
        rules_hash: set.hash.clone(),
        code_tables: set.code_tables.clone(),
        seed,
        tables: set.tables.iter().map(size).collect(),
        not_run,
        unchecked,
        unused: run.unused(),
        rules: results,
        headings,
        total,
    }
}

fn outcome(rule: &Rule, state: &State) -> Outcome {
    match state {
        State::Counted(_) => Outcome::Applied,
        State::NotApplicable(missing) => Outcome::NotApplicable {
            missing: missing.clone(),
        },
        State::NotRun([en, zh]) => Outcome::NotRun {
            en: en.clone(),
            zh: zh.clone(),
        },
        State::Off => Outcome::Off,
        State::Waiting => Outcome::NotApplicable {
            missing: vec![rule.table.clone()],
        },
    }
}
