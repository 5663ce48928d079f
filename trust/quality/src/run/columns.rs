//! Whether the columns are there that rules need.

use super::{Reason, Run, State};
use crate::rules::wrong;
use crate::scope::Scope;
use crate::tally::{Count, Tally};
use crate::verdict::{columns, of_which};
use crate::{Origin, QualityError, Rule, RuleFault, Test};

impl Run<'_> {
    /// Says of rules whether their columns are there.
    pub(crate) fn sort(&mut self) -> Result<(), QualityError> {
        for table in &self.check.rules.tables {
            let Some(scope) = self.scope(&table.name) else {
                continue;
            };
            let named = table.key.iter().chain(table.types.keys());
            let mut named = named.chain(table.codes.keys());
            let absent = named.find(|it| !scope.has(it) && !table.expects.contains(it));
            if let Some(name) = absent {
                let fault = no_column(name, &scope);
                return Err(wrong(table.place, "table", &table.name, fault).into());
            }
            let lost = table.expects.iter().filter(|it| !scope.has(it));
            let checked = table.expects.len() as u64;
            let count = Count {
                checked,
                passed: checked - lost.count() as u64,
            };
            for (number, rule) in self.rules().iter().enumerate() {
                let is_it = rule.table == table.name && matches!(rule.test, Test::Present(_));
                if is_it && !rule.is_off {
                    self.states[number] = State::Counted(vec![(None, Tally::Single(count))]);
                }
            }
        }
        for number in self.waiting(|_| true) {
            let rule = &self.rules()[number];
            let missing = self.missing(rule);
            if missing.is_empty() {
                continue;
            }
            if let Some(scope) = self.scope(&rule.table) {
                if missing.iter().all(|it| scope.table.expects.contains(it)) {
                    self.states[number] = State::NotRun(lost(&missing));
                    continue;
                }
                if matches!(rule.origin, Origin::File | Origin::Schema) {
                    let fault = no_column(&missing[0], &scope);
                    return Err(wrong(rule.place, "rule", &rule.id, fault).into());
                }
            }
            self.states[number] = State::NotApplicable(missing);
        }
        Ok(())
    }

    /// Names that tables bind and nothing uses, as `table.name`: no rule, no pack's table, no key and no code system.
    pub(crate) fn unused(&self) -> Vec<String> {
        let mut unused = Vec::new();
        for table in &self.check.rules.tables {
            let Some(scope) = self.scope(&table.name) else {
                continue;
            };
            let looks = |rule: &Rule, name: &String| {
                let own = rule.table == table.name && columns(rule, &scope).contains(name);
                own || rule.test.looks_at(&table.name, name)
            };
            let is_used = |name: &&String| {
                table.pack_types.contains_key(*name)
                    || table.key.contains(name)
                    || table.codes.contains_key(*name)
                    || self.rules().iter().any(|rule| looks(rule, name))
            };
            let names = table.columns.keys().filter(|name| !is_used(name));
            unused.extend(names.map(|name| format!("{}.{name}", table.name)));
        }
        unused
    }

    /// What a rule needs and does not find.
    fn missing(&self, rule: &Rule) -> Vec<String> {
        let Some(scope) = self.scope(&rule.table) else {
            return vec![rule.table.clone()];
        };
        let named = columns(rule, &scope);
        if named.is_empty()
            && let (Test::Typed(of), Origin::Table) = (&rule.test, &rule.origin)
        {
            // Types of packs alone, of which no name is bound.
            return of.clone();
        }
        // Rows are told apart by their key.
        let named = named.into_iter().chain(scope.table.key.iter().cloned());
        let mut missing: Vec<String> = named.filter(|it| !scope.has(it)).collect();
        if let Some(other) = rule.test.other() {
            match (self.scope(other), &rule.test) {
                (None, _) => missing.push(other.to_owned()),
                (Some(scope), Test::AddsUp(sum)) => {
                    let their = sum.their.iter().chain([&sum.amount]);
                    let absent = their.filter(|it| !scope.has(it));
                    missing.extend(absent.map(|it| format!("{other}.{it}")));
                }
                (Some(scope), Test::Refers { their, .. }) => {
                    let absent = their.iter().filter(|it| !scope.has(it));
                    missing.extend(absent.map(|it| format!("{other}.{it}")));
                }
                _ => {}
            }
        }
        if let Test::Codes(codes) = &rule.test {
            let (system, table) = of_which(codes, &scope);
            if table.is_none() && (codes.known || system.is_none()) {
                missing.push(format!("codes.{}", codes.column));
            }
        }
        for (column, systems) in &rule.systems {
            let bound = scope.table.codes.get(column);
            if !bound.is_some_and(|it| systems.contains(&it.system)) {
                missing.push(format!("codes.{column}"));
            }
        }
        missing
    }
}

/// Why rules whose columns a file has lost are not run.
fn lost(columns: &[String]) -> Reason {
    [
        format!("the table has no column {}", columns.join(", ")),
        format!("表中没有列 {}", columns.join("、")),
    ]
}

fn no_column(name: &str, scope: &Scope<'_>) -> RuleFault {
    const LISTED: usize = 20;
    let own = scope.columns.iter().map(|it| it.name.clone());
    let bound = scope.table.columns.keys().cloned();
    RuleFault::Unknown {
        what: "column",
        name: name.to_owned(),
        known: bound.chain(own).take(LISTED).collect(),
    }
}
