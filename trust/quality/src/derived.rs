//! Rules that every table has, and those that follow from what is declared of it.

use std::collections::{BTreeMap, BTreeSet};

use consilium_schema::{Column, Kind, Level, Levels, Outside, OutsideLevel, RawKind};

use crate::{Bound, Codes, Heading, Names, Origin, Rule, Severity, Table, Test};

/// That a table has the columns that it should have.
pub(crate) fn present(table: &Table) -> Option<Rule> {
    let names = [
        format!("{} has its columns", table.name),
        format!("{} 的列齐全", table.name),
    ];
    let test = Test::Present(table.expects.clone());
    (!table.expects.is_empty()).then(|| Rule {
        origin: Origin::Table,
        ..derived(table, "expects", Heading::Conformity, (names, test))
    })
}

/// That the cells of a table are of the types that it, or packs, declare, where no other rule looks at it.
pub(crate) fn typed(table: &Table, rules: &[Rule]) -> Option<Rule> {
    let is_said = |column: &String| {
        let by_schema = table.schema.as_ref();
        let by_schema = by_schema.is_some_and(|it| it.column(column).is_some());
        by_schema
            || rules.iter().any(|rule| {
                rule.table == table.name
                    && matches!(&rule.test, Test::Typed(columns) if columns.contains(column))
            })
    };
    let declared = table.types.keys().chain(table.pack_types.keys());
    let can_fail = |column: &&String| {
        !matches!(
            table.type_of(column),
            Some(RawKind::Text | RawKind::Category | RawKind::Code) | None
        )
    };
    let columns: BTreeSet<String> = declared
        .filter(can_fail)
        .filter(|it| !is_said(it))
        .cloned()
        .collect();
    let names = [
        format!("cells of {} are of the declared types", table.name),
        format!("{} 的单元格符合声明的类型", table.name),
    ];
    let test = Test::Typed(columns.iter().cloned().collect());
    (!columns.is_empty()).then(|| Rule {
        origin: Origin::Table,
        ..derived(table, "typed", Heading::Conformity, (names, test))
    })
}

/// A rule that follows from what is said of a table.
fn derived(table: &Table, what: &str, heading: Heading, of: ([String; 2], Test)) -> Rule {
    let ([en, zh], test) = of;
    Rule {
        id: format!("{}/{what}", table.name),
        heading,
        severity: Severity::Major,
        weight: 1.0,
        tolerate: 0.0,
        name: Names { en, zh },
        table: table.name.clone(),
        applies: None,
        test,
        systems: BTreeMap::new(),
        source: None,
        certainty: None,
        origin: Origin::Schema,
        adjusted: None,
        is_off: false,
        place: table.place,
    }
}

/// What a table's schema says of its rows: that cells are there and of their types, ranges, levels, and
/// forms of codes.
pub(crate) fn rules(table: &Table) -> Vec<Rule> {
    let Some(schema) = &table.schema else {
        return Vec::new();
    };
    let columns = schema.columns();
    let named = |which: fn(&Column) -> bool| -> Vec<String> {
        let these = columns.iter().filter(|column| which(column));
        these.map(|column| column.name().to_owned()).collect()
    };
    let rule = |what: &str, heading, names, test| {
        derived(table, &format!("schema/{what}"), heading, (names, test))
    };
    let mut rules = vec![rule(
        "complete",
        Heading::Completeness,
        ["cells are there", "单元格有值"].map(str::to_owned),
        Test::Complete(named(|_| true)),
    )];
    let typed = named(|column| !matches!(column.kind(), Kind::Text | Kind::Category(_)));
    if !typed.is_empty() {
        let names = ["cells are of the declared types", "单元格符合声明的类型"].map(str::to_owned);
        rules.push(rule(
            "typed",
            Heading::Conformity,
            names,
            Test::Typed(typed),
        ));
    }
    for column in columns {
        let name = column.name();
        if let Some(bounds) = column.bounds()
            && (bounds.min.is_some() || bounds.max.is_some())
            // What lies outside is a missing cell then.
            && bounds.outside != Outside::Missing
        {
            let names = [
                format!("{name} is within its range"),
                format!("{name} 在声明的范围内"),
            ];
            let test = Test::Range {
                column: name.to_owned(),
                min: bounds.min.map(Bound::Number),
                max: bounds.max.map(Bound::Number),
            };
            rules.push(rule(
                &format!("{name}/range"),
                Heading::Accuracy,
                names,
                test,
            ));
        }
        if let Kind::Category(Levels::Closed {
            levels,
            outside: OutsideLevel::Refuse,
            ..
        }) = column.kind()
        {
            let names = [
                format!("{name} is one of its levels"),
                format!("{name} 是声明的取值之一"),
            ];
            let test = Test::Levels {
                column: name.to_owned(),
                of: levels.iter().map(Level::name).collect(),
            };
            rules.push(rule(
                &format!("{name}/levels"),
                Heading::Conformity,
                names,
                test,
            ));
        }
        let system = column.codes().map(|codes| codes.system().to_owned());
        let known = system.filter(|it| consilium_codes::Form::of_system(it).is_some());
        if let Some(system) = known {
            let names = [
                format!("{name} is written as a code of {system}"),
                format!("{name} 的写法符合 {system}"),
            ];
            let test = Test::Codes(Codes {
                column: name.to_owned(),
                system: Some(system),
                table: None,
                known: false,
                at: None,
                leaf: false,
            });
            rules.push(rule(
                &format!("{name}/code"),
                Heading::Conformity,
                names,
                test,
            ));
        }
    }
    rules
}
