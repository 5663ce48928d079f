use std::fmt::Write as _;

use consilium_base::{Seed, Tagged};
use consilium_data::{Reading, Table};
use consilium_schema::Schema;

use super::*;

const M: u64 = 10;

/// A person's row: cells by column.
type Row = Vec<(&'static str, String)>;

/// Gives a person's age, sex and length of stay, and a number that all people have for themselves.
fn person(number: u32) -> Row {
    vec![
        ("id", format!("p{number}")),
        ("age", (drawn(number, 1) % 90).to_string()),
        ("sex", (number % 2).to_string()),
        ("stay", (drawn(number, 2) % 30).to_string()),
    ]
}

fn drawn(number: u32, what: u8) -> u32 {
    let drawn = Tagged::new("participant.1.test").number(number.into());
    let drawn = drawn.field(&[what]).digest();
    u32::from_le_bytes(*drawn.first_chunk().unwrap())
}

fn people(range: std::ops::Range<u32>) -> Vec<Row> {
    range.map(person).collect()
}

/// Changes cells of a column in these rows.
fn with(rows: &[Row], column: &str, cell: impl Fn(usize) -> Option<String>) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for (place, row) in rows.iter_mut().enumerate() {
        let changed = row.iter_mut().find(|(name, _)| *name == column).unwrap();
        if let Some(cell) = cell(place) {
            changed.1 = cell;
        }
    }
    rows
}

/// Adds a column, or gives one another name.
fn besides(rows: &[Row], name: &'static str, cell: impl Fn(usize) -> String) -> Vec<Row> {
    let add = |(place, row): (usize, &Row)| {
        let mut row = row.clone();
        row.push((name, cell(place)));
        row
    };
    rows.iter().enumerate().map(add).collect()
}

fn renamed(rows: &[Row], from: &str, to: &'static str) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        row.iter_mut().find(|(name, _)| *name == from).unwrap().0 = to;
    }
    rows
}

fn table(rows: &[Row]) -> Table {
    let mut schema = String::new();
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| *name).collect();
    for name in &names {
        let is_code = ["id", "years"].contains(name);
        let kind = if is_code { "code" } else { "integer" };
        write!(schema, "[[column]]\nname = \"{name}\"\ntype = \"{kind}\"\n").unwrap();
    }
    let schema = Schema::from_toml(&schema).unwrap();
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cells: Vec<&str> = row.iter().map(|(_, cell)| cell.as_str()).collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    let reading = Reading::new(&schema).stream(std::io::Cursor::new(text));
    reading.unwrap().table
}

/// Gives what is kept of rows in which these columns are measured, "=" and a rule behind their names.
fn imprint(rows: &[Row], measured: &[&str]) -> Imprint {
    let rule = |column: &&str| {
        let (name, rule) = column.split_once('=').unwrap_or((column, ""));
        (name.to_owned(), rule.to_owned())
    };
    let secret = Seed::from_bytes([5; 32]);
    Imprint::of(&table(rows), &measured.iter().map(rule).collect(), &secret)
}

/// Gives how rows stand to earlier ones, as the store gives these back.
fn standing(now: &Imprint, before: &Imprint) -> Standing {
    let kept = Imprint::from_bytes(&before.to_bytes()).unwrap();
    now.standing_to(&kept, M)
}

#[track_caller]
fn assert_standing(now: &[Row], before: &[Row], measured: &[&str], expected: Standing) {
    let [now, before] = [now, before].map(|rows| imprint(rows, measured));
    assert_eq!(standing(&now, &before), expected);
    assert_eq!(standing(&before, &now), expected);
}

#[test]
fn rows_are_too_close_that_are_fewer_or_more_by_less_than_the_minimum() {
    let before = people(0..400);
    for measured in [&["age", "sex", "stay"][..], &["sex"], &["id"]] {
        for (more, expected) in [
            (0, Standing::Apart),
            (1, Standing::TooClose),
            (9, Standing::TooClose),
            (10, Standing::Apart),
            (300, Standing::Apart),
        ] {
            assert_standing(&people(0..400 + more), &before, measured, expected);
        }
    }
}

#[test]
fn a_row_that_changed_counts_once() {
    let before = people(0..400);
    let corrected = |rows: usize| {
        let old = |place: usize| (place < rows).then(|| (200 + place).to_string());
        with(&before, "age", old)
    };
    assert_standing(&corrected(1), &before, &["age", "sex"], Standing::TooClose);
    assert_standing(&corrected(9), &before, &["age", "sex"], Standing::TooClose);
    // Of ten, one may share a counter with another's new age, and be missed.
    assert_standing(&corrected(14), &before, &["age", "sex"], Standing::Apart);
    // Nine have gone, nine have come.
    assert_standing(&people(9..409), &before, &["id"], Standing::TooClose);
}

#[test]
fn cells_of_two_people_that_changed_in_two_columns_are_two_rows_that_are_too_few() {
    let before = people(0..400);
    let one = with(&before, "age", |row| (row == 3).then(|| "99".to_owned()));
    let both = with(&one, "stay", |row| (row == 70).then(|| "31".to_owned()));
    assert_standing(&both, &before, &["age", "stay"], Standing::TooClose);
}

#[test]
fn cells_that_two_people_exchange_show_in_their_rows() {
    let before = people(0..400);
    let exchanged = with(&before, "sex", |row| match row {
        2 => Some("1".to_owned()),
        3 => Some("0".to_owned()),
        _ => None,
    });
    assert_standing(&exchanged, &before, &["age", "sex"], Standing::TooClose);
    // By itself the column tells the same as before.
    assert_standing(&exchanged, &before, &["sex"], Standing::Apart);
}

#[test]
fn a_column_in_which_all_rows_differ_hides_nothing_be_it_measured_or_not() {
    let day =
        |rows: Vec<Row>, day: usize| besides(&rows, "exported", |row| (day + row).to_string());
    let before = day(people(0..400), 1_000);
    let (same, more) = (day(people(0..400), 5_000), day(people(0..401), 5_000));
    for measured in [&["age", "sex"][..], &["sex"], &["sex", "exported"]] {
        assert_standing(&more, &before, measured, Standing::TooClose);
        assert_standing(&same, &before, measured, Standing::Apart);
    }
}

#[test]
fn a_column_that_nobody_measures_may_differ_by_a_few() {
    let before = people(0..400);
    let moved = with(&before, "stay", |row| (row < 3).then(|| "31".to_owned()));
    assert_standing(&moved, &before, &["age", "sex"], Standing::Apart);
}

#[test]
fn a_column_made_of_another_is_no_way_round_rows_that_came_or_changed() {
    let grouped = |rows: Vec<Row>| {
        let group = |row: usize| (rows[row][1].1.parse::<u32>().unwrap() / 10).to_string();
        besides(&rows, "group", group)
    };
    let before = imprint(&grouped(people(0..400)), &["age"]);
    for (people, expected) in [
        (people(0..400), Standing::Apart),
        (people(0..401), Standing::TooClose),
        (people(0..409), Standing::TooClose),
        (people(0..410), Standing::Apart),
        // One has gone, another one has come.
        (people(1..401), Standing::AskedOtherwise),
        (people(1_000..1_401), Standing::Apart),
    ] {
        let now = imprint(&grouped(people), &["group"]);
        assert_eq!(standing(&now, &before), expected);
    }
}

#[test]
fn rows_too_few_to_be_told_apart_need_a_word_where_a_column_differs_by_a_few() {
    // A year later: all are older, and one more has come.
    let older = |rows: &[Row]| {
        with(rows, "age", |row| {
            Some((rows[row][1].1.parse::<u32>().unwrap() + 100).to_string())
        })
    };
    let without_id = |rows: Vec<Row>| -> Vec<Row> {
        let rest = |row: Row| row.into_iter().skip(1).collect();
        rows.into_iter().map(rest).collect()
    };
    let measured = ["age", "sex"];
    let later = |count| without_id(older(&people(0..count)));
    let first = |count| without_id(people(0..count));
    assert_standing(&later(46), &first(45), &measured, Standing::AskedOtherwise);
    assert_standing(&later(45), &first(45), &measured, Standing::Apart);
    assert_standing(&later(70), &first(45), &measured, Standing::Apart);
}

#[test]
fn rows_that_nothing_tells_apart_need_a_word_where_a_column_differs_by_a_few() {
    // Of few values each; one more has come, and another column is not what it was.
    let few = |count, shift: usize| -> Vec<Row> {
        let row = |place: usize| {
            let cells = [
                ("sex", place % 2),
                ("died", place % 7 / 6),
                ("ward", place % 20 + shift),
            ];
            Vec::from(cells.map(|(name, cell)| (name, cell.to_string())))
        };
        (0..count).map(row).collect()
    };
    let measured = ["sex", "died", "ward"];
    let (before, now) = (few(1_000, 0), few(1_001, 50));
    assert_standing(&now, &before, &measured, Standing::AskedOtherwise);
    assert_standing(&few(1_000, 50), &before, &measured, Standing::Apart);
}

#[test]
fn other_people_of_whom_as_many_are_alike_are_told_apart_by_what_differs() {
    let (before, other) = (people(0..400), people(1_000..1_403));
    assert_standing(&other, &before, &["age", "sex"], Standing::Apart);
    assert_standing(&other, &before, &["sex", "id"], Standing::Apart);
    // Of a column of two values alone nobody knows: it may be all that has not changed of the same people.
    assert_standing(&other, &before, &["sex"], Standing::TooClose);
}

#[test]
fn a_column_under_another_name_or_of_another_type_is_the_same() {
    let before = people(0..400);
    let measured = imprint(&before, &["age", "sex"]);
    for (rows, expected) in [
        (people(0..400), Standing::Apart),
        (people(0..401), Standing::TooClose),
    ] {
        let now = renamed(&renamed(&rows, "age", "years"), "sex", "gender");
        assert_eq!(
            standing(&imprint(&now, &["years", "gender"]), &measured),
            expected
        );
        assert_eq!(standing(&imprint(&now, &["gender"]), &measured), expected);
    }
}

#[test]
fn the_order_of_rows_and_of_columns_changes_nothing() {
    let before = people(0..400);
    let mut now = before.clone();
    now.reverse();
    for row in &mut now {
        row.reverse();
    }
    assert_standing(&now, &before, &["age", "sex"], Standing::Apart);
    now.pop();
    assert_standing(&now, &before, &["age", "sex"], Standing::TooClose);
}

#[test]
fn another_rule_for_the_same_rows_is_told_and_for_other_rows_it_is_free() {
    let (before, other) = (people(0..400), people(400..900));
    let first = imprint(&before, &["age=above 72", "sex"]);
    for (rows, measured, expected) in [
        (&before, &["age=above 72", "sex"][..], Standing::Apart),
        (&before, &["age=above 73", "sex"], Standing::AskedOtherwise),
        (&before, &["age=above 73"], Standing::AskedOtherwise),
        (&before, &["sex", "stay=quantiles"], Standing::Apart),
        (&other, &["age=above 73", "sex"], Standing::Apart),
    ] {
        assert_eq!(
            standing(&imprint(rows, measured), &first),
            expected,
            "{measured:?}"
        );
    }
    let years = imprint(&renamed(&before, "age", "years"), &["years=above 73"]);
    assert_eq!(standing(&years, &first), Standing::AskedOtherwise);
}

fn answered(study: u8, minimum: u64, imprint: Option<Imprint>) -> Earlier {
    Earlier {
        study: PlanHash::from_bytes([study; 32]),
        minimum,
        imprint,
    }
}

#[test]
fn a_study_that_is_named_is_no_obstacle_and_none_whose_rows_are_not_known_is_passed_over() {
    let now = imprint(&people(0..400), &["age=b"]);
    let earlier = [
        answered(1, M, Some(imprint(&people(0..400), &["age=a"]))),
        answered(2, M, Some(imprint(&people(0..400), &["age=b"]))),
        answered(3, M, Some(Imprint::default())),
        answered(4, M, None),
    ];
    let found = |beside: &[u8]| {
        let beside = beside
            .iter()
            .map(|study| PlanHash::from_bytes([*study; 32]));
        obstacle(&now, &earlier, (M, &beside.collect()))
    };
    let named = |studies: &[u8]| {
        let studies = studies
            .iter()
            .map(|study| PlanHash::from_bytes([*study; 32]));
        Some(Obstacle::CohortAskedOtherwise(studies.collect()))
    };
    assert_eq!(found(&[]), named(&[1, 4]));
    assert_eq!(found(&[1]), named(&[4]));
    assert_eq!(found(&[1, 2, 4]), None);
}

#[test]
fn no_name_lets_rows_pass_that_are_too_close_and_the_larger_minimum_counts() {
    let now = imprint(&people(0..405), &["age"]);
    let before = |minimum| {
        [answered(
            1,
            minimum,
            Some(imprint(&people(0..400), &["age"])),
        )]
    };
    let beside = BTreeSet::from([PlanHash::from_bytes([1; 32])]);
    for (minimum, earlier, is_close) in [(M, 3, true), (3, M, true), (5, 5, false), (3, 4, false)] {
        let found = obstacle(&now, &before(earlier), (minimum, &beside));
        assert_eq!(found == Some(Obstacle::CohortTooClose), is_close);
    }
}

#[test]
fn what_is_kept_has_a_bounded_size_and_damage_shows() {
    let mut rows = people(0..2_000);
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        rows = besides(&rows, name, |row| (row * name.len() * 31 % 997).to_string());
    }
    let bytes = imprint(&rows, &["age", "sex"]).to_bytes();
    // Two that are measured, eight beside, and the rows.
    assert!(
        (11 * 1_024..11 * 1_200).contains(&bytes.len()),
        "{}",
        bytes.len()
    );
    assert!(Imprint::from_bytes(&bytes[..bytes.len() - 1]).is_none());
    let secrets = [5, 6].map(|byte| {
        let rules = [("age".to_owned(), String::new())].into();
        Imprint::of(
            &table(&people(0..50)),
            &rules,
            &Seed::from_bytes([byte; 32]),
        )
    });
    assert_eq!(secrets[0].standing_to(&secrets[1], M), Standing::Apart);
}
