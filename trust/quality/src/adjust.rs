//! What a rule file makes of rules that are not its own.

use consilium_schema::{TextPlace, is_plain};
use toml::Spanned;

use crate::raw::RawAdjust;
use crate::read::share;
use crate::rules::{positive, shown, sql, wrong};
use crate::{Origin, Rule, RuleError, RuleFault, Sql, Test, condition};

/// The most letters of a reason.
const MOST_REASON: usize = 500;

/// Changes rules of packs, of schemas and of tables' types as a rule file says.
///
/// # Errors
///
/// If there is no such rule, it is the file's own, or nothing or too much is said of it.
pub(crate) fn adjust(
    rules: &mut [Rule],
    adjustments: &[RawAdjust],
    text: &str,
) -> Result<(), RuleError> {
    for raw in adjustments {
        let id = shown(&raw.rule, "rule", text)?;
        let at = |begins| TextPlace::of(text, begins);
        let fail = |place, fault| Err(wrong(place, "adjust", &id, fault));
        let place = at(raw.rule.span().start);
        if !is_plain(raw.reason.get_ref(), MOST_REASON) {
            return fail(at(raw.reason.span().start), RuleFault::Reason);
        }
        let milder = [
            raw.severity.is_some(),
            raw.weight.is_some(),
            raw.tolerate.is_some(),
            raw.unless.is_some(),
        ];
        if raw.off == milder.contains(&true) {
            return fail(place, RuleFault::Adjusts);
        }
        // A pack's rule over several tables has as many ids.
        let meant = |rule: &&mut Rule| {
            let behind = rule.id.strip_prefix(id.as_str());
            behind.is_some_and(|it| it.is_empty() || it.starts_with('@'))
        };
        let mut found = false;
        for rule in rules.iter_mut().filter(meant) {
            if rule.origin == Origin::File || rule.test == Test::Accessible {
                return fail(place, RuleFault::Own);
            }
            if rule.adjusted.is_some() {
                return fail(place, RuleFault::Twice);
            }
            one(rule, raw, text)?;
            found = true;
        }
        if !found {
            let (what, known) = ("rule", Vec::new());
            let name = id.clone();
            return fail(place, RuleFault::Unknown { what, name, known });
        }
    }
    Ok(())
}

fn one(rule: &mut Rule, raw: &RawAdjust, text: &str) -> Result<(), RuleError> {
    rule.adjusted = Some(raw.reason.get_ref().clone());
    rule.is_off = raw.off;
    if let Some(severity) = raw.severity {
        rule.severity = severity;
    }
    if let Some(weight) = &raw.weight {
        rule.weight = positive(weight, "weight", &rule.id, text)?;
    }
    if let Some(tolerate) = &raw.tolerate {
        rule.tolerate = share(tolerate, &rule.id, text)?;
    }
    if let Some(unless) = &raw.unless {
        rule.applies = Some(except(rule, unless, text)?);
    }
    Ok(())
}

/// The condition of a rule, but for rows of which another is true.
fn except(rule: &Rule, unless: &Spanned<String>, text: &str) -> Result<Sql, RuleError> {
    let unless = sql(unless, text);
    let parsed = condition::of_row(&unless);
    parsed.map_err(|(place, fault)| wrong(place, "adjust", &rule.id, fault))?;
    let other = format!("NOT coalesce((\n{}\n), false)", unless.text);
    Ok(Sql {
        text: match &rule.applies {
            Some(applies) => format!("{other} AND (\n{}\n)", applies.text),
            None => other,
        },
        // The first line is ours.
        place: TextPlace {
            line: unless.place.line.saturating_sub(1).max(1),
            column: unless.place.column,
        },
    })
}
