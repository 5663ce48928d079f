use std::fmt::Write as _;

use consilium_data::Reading;
use consilium_mailbox::PartyId;
use consilium_schema::Schema;

use super::*;

const COLUMNS: &str = "[[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 1\n\
     [[column]]\nname = \"ill\"\ntype = \"boolean\"\n";

/// A plan of six institutions of which two may collude.
fn plan(value: &str) -> Plan {
    let party = |name| format!("[[party]]\nname = \"{name}\"\ndata = \"rows\"\n");
    let parties: String = ["a", "b", "c", "d", "e", "f"].map(party).concat();
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"age\"]\n\
         label = {{ column = \"ill\" }}\ntest = {{ split = \"thirds\" }}\n\
         [value]\n{value}\n[protection]\ncolluding = 1\n[limits]\nminimum_cell = 10\n{COLUMNS}{parties}"
    );
    text.parse().unwrap()
}

/// Gives rows with so many people; of one of them another value.
fn table(people: u32, changed: Option<u32>) -> Table {
    let mut text = "age,ill\n".to_owned();
    for person in 0..people {
        let age = f64::from(person * 37 % 1_009) / 1_009.0;
        let age = if changed == Some(person) { 0.5 } else { age };
        writeln!(text, "{age},{}", person % 2).unwrap();
    }
    let schema = Schema::from_toml(COLUMNS).unwrap();
    let reading = Reading::new(&schema).stream(std::io::Cursor::new(text));
    reading.unwrap().table
}

fn task(plan: &Plan) -> &Train {
    match plan.task() {
        Task::Train(task) => task,
        other => panic!("{other:?}"),
    }
}

/// What is kept of two rows of three.
fn fitted(plan: &Plan, table: &Table) -> Imprint {
    let rows: Vec<usize> = (0..table.rows()).filter(|row| row % 3 > 0).collect();
    imprint(task(plan), (table, &rows), &Seed::from_bytes([5; 32]))
}

/// Says what one study finds in the way after another; `is_same_data` is whether their data sets have one name.
fn found(
    (before, rows): (&Plan, &Table),
    (now, table): (&Plan, &Table),
    is_same_data: bool,
    beside: &BTreeSet<PlanHash>,
) -> Vec<Obstacle> {
    let kept = fitted(before, rows).to_bytes();
    let earlier = Earlier {
        study: before.hash(),
        by: before.valuing().unwrap().clone(),
        label: task(before).label.column.clone(),
        is_same_data,
        minimum: before.limits().minimum_cell.0,
        imprint: Imprint::from_bytes(&kept).unwrap(),
    };
    let asking = Asking {
        task: task(now),
        by: now.valuing().unwrap(),
        minimum: now.limits().minimum_cell.0,
        beside,
    };
    obstacles(&asking, &fitted(now, table), &[earlier])
}

#[test]
fn judges_that_differ_by_as_many_as_collude_and_one_are_refused() {
    let judged = |judges: &str| {
        let names: Vec<String> = judges.chars().map(|it| format!("\"{it}\"")).collect();
        plan(&format!("judged_by = [{}]", names.join(", ")))
    };
    let (before, rows) = (judged("abcd"), table(600, None));
    let refused = vec![Obstacle::JudgesDiffer([before.hash()].into())];
    for (judges, is_refused) in [
        ("abc", true),
        ("abcde", true),
        ("abce", true),
        ("abcdef", true),
        ("aef", false),
    ] {
        let now = judged(judges);
        let none = BTreeSet::new();
        let after = found((&before, &rows), (&now, &rows), true, &none);
        assert_eq!(after == refused, is_refused, "{judges}: {after:?}");
        let named = BTreeSet::from([before.hash()]);
        assert_eq!(found((&before, &rows), (&now, &rows), true, &named), []);
        // By another name nearly the same rows are known, and others are not.
        let few_more = table(605, None);
        let after = found((&before, &rows), (&now, &few_more), false, &none);
        assert_eq!(after == refused, is_refused, "{judges}: {after:?}");
        let others = table(900, None);
        assert_eq!(found((&before, &rows), (&now, &others), false, &none), []);
    }
    let same: Vec<PartyId> = before.valuing().unwrap().judges.clone();
    assert_eq!(same.len(), 4);
    let again = plan("judged_by = [\"d\", \"c\", \"b\", \"a\"]\nmethod = \"shapley\"");
    assert_eq!(
        found((&before, &rows), (&again, &rows), true, &BTreeSet::new()),
        []
    );
}

#[test]
fn own_sums_are_not_shown_of_rows_that_differ_by_few_from_those_of_which_they_were() {
    let [shown, again] = ["1.0", "2.0"].map(|penalty| {
        plan(&format!(
            "method = \"shapley\"\n[model]\npenalty = {penalty}"
        ))
    });
    let rows = table(600, None);
    let refused = vec![Obstacle::RowsShown([shown.hash()].into())];
    let none = BTreeSet::new();
    // Of three rows two are fitted: the 100th is tested.
    for (then, is_refused) in [
        (table(600, Some(100)), true),
        (table(600, Some(99)), false),
        (table(603, None), true),
        (table(600, None), false),
        (table(660, None), false),
    ] {
        for same in [true, false] {
            let after = found((&shown, &rows), (&again, &then), same, &none);
            assert_eq!(
                after == refused,
                is_refused,
                "{} rows: {after:?}",
                then.rows()
            );
        }
        let named = BTreeSet::from([shown.hash()]);
        assert_eq!(found((&shown, &rows), (&again, &then), true, &named), []);
        // At home nobody sees them.
        let at_home = plan("method = \"influence\"");
        assert_eq!(found((&at_home, &rows), (&again, &then), true, &none), []);
        assert_eq!(found((&shown, &rows), (&at_home, &then), true, &none), []);
    }
}
