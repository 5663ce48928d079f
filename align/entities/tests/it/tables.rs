use consilium_entities::{
    Duplicates, Entities, EntitiesError, Intake, Key, Kind, Part, Reason, Repair, Report, Row,
};
use consilium_schema::Rows;
use serde_json::json;

use crate::citizens::check_by_weights;
use crate::today;

fn key(kinds: &[Kind], duplicates: Duplicates) -> Key {
    let parts = kinds.iter().enumerate().map(|(place, kind)| Part {
        column: format!("c{place}"),
        kind: kind.clone(),
    });
    Key::new(parts.collect(), duplicates).unwrap()
}

fn take(key: &Key, rows: &[&[Option<&str>]]) -> Result<(Entities, Report), EntitiesError> {
    let mut intake = Intake::new(key, today());
    for row in rows {
        intake.push(row)?;
    }
    intake.finish()
}

fn take_one(
    kind: Kind,
    duplicates: Duplicates,
    cells: &[&str],
) -> Result<(Entities, Report), EntitiesError> {
    let key = key(&[kind], duplicates);
    let mut intake = Intake::new(&key, today());
    for cell in cells {
        intake.push(&[Some(cell)])?;
    }
    intake.finish()
}

fn numbers(rows: impl Iterator<Item = Row>) -> Vec<u64> {
    rows.map(Row::number).collect()
}

/// The rows of all keys, keys in the order of their first rows.
fn groups(entities: &Entities) -> Vec<Vec<u64>> {
    let all = 0..entities.len();
    let mut groups: Vec<_> = all.map(|key| numbers(entities.rows(key))).collect();
    groups.sort();
    groups
}

#[test]
fn every_row_is_counted_once_and_named_by_its_number() {
    let key = key(&[Kind::CitizenId, Kind::Phone], Duplicates::First);
    let id = Some("11010519491231002X");
    let phone = Some("13800138000");
    let (entities, report) = take(
        &key,
        &[
            &[id, phone],
            &[Some("1.1E+17"), phone],
            &[id, None],
            &[id, Some("110")],
            &[Some("110105491231002"), Some("'+86 13800138000")],
            &[Some(""), Some("110")],
            &[Some("1.1E+17"), None],
        ],
    )
    .unwrap();
    assert_eq!(groups(&entities), [[1]]);
    assert_eq!(
        serde_json::to_value(&report.counts).unwrap(),
        json!({
            "rows": 7, "valid": 2, "missing": 2, "keys": 1, "repeated_keys": 1, "repeated_rows": 2,
            "frequent_keys": 0,
            "repaired": { "lifted": 1, "apostrophe": 1 },
            "refused": { "scientific": 2, "not-mobile": 1 },
        })
    );
    let scientific = &report.refused[&Reason::Scientific].first;
    assert_eq!(numbers(scientific.iter().map(|issue| issue.row)), [2, 7]);
    assert_eq!(
        report.refused[&Reason::NotMobile].first[0].to_string(),
        "row 4, column \"c1\": not a mobile number of mainland China"
    );
    let repeat = report.repeats[0];
    assert_eq!((repeat.row.number(), repeat.of.number()), (5, 1));
}

#[test]
fn duplicates_are_refused_left_out_or_kept_as_the_plan_says() {
    let cells = ["b", "a", "B", "c", " b "];
    match take_one(Kind::Text, Duplicates::Refuse, &cells) {
        Err(error @ EntitiesError::Duplicates(_)) => {
            assert_eq!(error.stop().code(), "duplicates");
            let report = error.report().unwrap();
            assert_eq!(
                numbers(report.repeats.iter().map(|repeat| repeat.row)),
                [3, 5]
            );
            assert_eq!(
                error.to_string(),
                "3 rows share 1 keys, and the plan refuses duplicates"
            );
        }
        other => panic!("{other:?}"),
    }
    let (first, _) = take_one(Kind::Text, Duplicates::First, &cells).unwrap();
    assert_eq!(groups(&first), [[1], [2], [4]]);
    let (all, report) = take_one(Kind::Text, Duplicates::All, &cells).unwrap();
    assert_eq!(groups(&all), [vec![1, 3, 5], vec![2], vec![4]]);
    assert_eq!(report.counts.keys, Rows(3));
    assert_eq!(
        (all.len(), all.digests().len(), all.is_empty()),
        (3, 3, false)
    );
    assert!(take_one(Kind::Text, Duplicates::Refuse, &["a", "b"]).is_ok());
}

#[test]
fn one_row_is_a_set_and_all_rows_may_be_one_key() {
    let (one, _) = take_one(Kind::Text, Duplicates::Refuse, &["a"]).unwrap();
    assert_eq!(groups(&one), [[1]]);
    let (same, report) = take_one(Kind::Text, Duplicates::All, &["a"; 300]).unwrap();
    assert_eq!((same.len(), same.rows(0).len()), (1, 300));
    assert_eq!(report.repeats.len(), Report::MOST_ISSUES);
    assert_eq!(report.repeats[19].row.number(), 21);
}

#[test]
fn as_many_rows_are_named_as_are_asked_for() {
    for (most, named) in [(0, 0), (30, 30), (usize::MAX, 50)] {
        let key = key(&[Kind::Phone], Duplicates::All);
        let mut intake = Intake::new(&key, today()).naming(most);
        for _ in 0..50 {
            intake.push(&[Some("13800138000")]).unwrap();
            intake.push(&[Some("110")]).unwrap();
        }
        let (_, report) = intake.finish().unwrap();
        assert_eq!(report.refused[&Reason::NotMobile].first.len(), named);
        assert_eq!(report.repeats.len(), named.min(49));
        assert_eq!(report.counts.refused[&Reason::NotMobile], Rows(50));
        assert_eq!(report.unnamed_refusals(), 50 - named as u64);
    }
}

#[test]
fn a_frequent_key_is_named_by_its_first_row() {
    let of_nobody = |rows: usize| vec!["1900-01-01"; rows];
    let people: Vec<String> = (1..=22).map(|day| format!("1985-03-{day:02}")).collect();
    let people = || people.iter().map(String::as_str);
    let date = || Kind::Date { serials: false };
    // 22 people and 17 rows of nobody, 39 rows of 23 keys: ten times the average is 16.96.
    let found = |rows, most| {
        let cells: Vec<&str> = people().chain(of_nobody(rows)).collect();
        let key = key(&[date()], Duplicates::All);
        let mut intake = Intake::new(&key, today()).naming(most);
        for cell in &cells {
            intake.push(&[Some(cell)]).unwrap();
        }
        intake.finish().unwrap().1
    };
    let report = found(17, 1);
    assert_eq!(report.counts.frequent_keys, Rows(1));
    let [frequent] = report.frequent[..] else {
        panic!("one is named")
    };
    assert_eq!((frequent.first.number(), frequent.rows), (23, Rows(17)));
    assert_eq!(
        (found(17, 0).frequent.len(), found(17, 0).unnamed_frequent()),
        (0, 1)
    );
    assert_eq!(found(16, 1).counts.frequent_keys, Rows(0));

    // Where everybody has many rows, many are not unusual.
    let everybody: Vec<&str> = people().flat_map(|day| [day; 30]).collect();
    let (_, report) = take_one(date(), Duplicates::All, &everybody).unwrap();
    assert_eq!(report.counts.frequent_keys, Rows(0));
}

#[test]
fn a_table_without_a_valid_key_is_an_error_with_its_report() {
    for cells in [&[][..], &["", "1.1E+17", "no"]] {
        let error = take_one(Kind::CitizenId, Duplicates::All, cells).unwrap_err();
        assert_eq!(error.stop().code(), "no-keys");
        let report = error.report().unwrap();
        assert_eq!(report.counts.rows, Rows::from(cells.len()));
    }
}

#[test]
fn a_row_of_another_width_is_named() {
    let key = key(&[Kind::Text, Kind::Name], Duplicates::All);
    let error = take(&key, &[&[Some("a"), Some("b")], &[Some("a")]]).unwrap_err();
    assert_eq!(error.to_string(), "row 2 has 1 cells, the key has 2 parts");
    assert_eq!(error.stop().code(), "column-count");
    assert!(error.report().is_none());
}

#[test]
fn shared_keys_stand_in_one_order_whatever_the_order_of_the_rows() {
    let (ours, _) = take_one(Kind::Text, Duplicates::First, &["x", "a", "b", "c"]).unwrap();
    let (theirs, _) = take_one(Kind::Text, Duplicates::First, &["c", "y", "b", "z", "a"]).unwrap();
    let shared = |one: &Entities, other: &Entities| {
        let kept = |digest: &&_| other.digests().any(|theirs| theirs == *digest);
        one.digests().filter(kept).copied().collect::<Vec<_>>()
    };
    assert_eq!(shared(&ours, &theirs).len(), 3);
    assert_eq!(shared(&ours, &theirs), shared(&theirs, &ours));
    assert!(ours.digests().is_sorted());
}

/// An id that ends in `000` with a check digit that fits.
fn round_but_sound() -> String {
    let bodies = (0..300).map(|day| {
        let (month, day) = (day / 25 + 1, day % 25 + 1);
        format!("1101051949{month:02}{day:02}100")
    });
    let mut sound = bodies.filter(|body| check_by_weights(body) == '0');
    sound.next().unwrap() + "0"
}

#[test]
fn an_id_that_may_be_rounded_is_believed_only_in_a_sound_table() {
    let round = round_but_sound();
    let sound = [round.as_str(), "11010519491231002X"];
    let (_, report) = take_one(Kind::CitizenId, Duplicates::Refuse, &sound).unwrap();
    assert_eq!(report.counts.valid, Rows(2));

    let damaged = [round.as_str(), "11010519491231002X", "110105194912310000"];
    let (entities, report) = take_one(Kind::CitizenId, Duplicates::Refuse, &damaged).unwrap();
    assert_eq!(groups(&entities), [[2]]);
    assert_eq!(
        (report.counts.valid, report.counts.refused[&Reason::Rounded]),
        (Rows(1), Rows(2))
    );
    let named = report.refused[&Reason::Rounded].first.iter();
    assert_eq!(numbers(named.map(|issue| issue.row)), [1, 3]);
}

#[test]
fn damage_in_one_part_of_a_key_says_nothing_about_another() {
    let number = crate::insurance(&[18]);
    let key = key(
        &[Kind::CitizenId, number, Kind::CitizenId],
        Duplicates::Refuse,
    );
    let (sound, round) = ("11010519491231002X", round_but_sound());
    let (card, lost) = ("123456789012345678", "123456789012345000");
    let row = |id, card, other| [Some(id), Some(card), Some(other)];
    let lost_card = row(sound, lost, sound);
    let (_, report) = take(&key, &[&row(&round, card, sound), &lost_card]).unwrap();
    assert_eq!(report.counts.valid, Rows(1));

    let lost_id = row(sound, card, "110105194912310000");
    let error = take(&key, &[&row(&round, card, &round), &lost_id]).unwrap_err();
    let refused = &error.report().unwrap().refused[&Reason::Rounded].first;
    let columns = refused.iter().map(|issue| issue.column.as_str());
    assert_eq!(columns.collect::<Vec<_>>(), ["c2", "c2"]);
}

#[test]
fn nothing_that_may_be_logged_holds_a_value() {
    let canary = "11010519491231002X";
    let key = key(&[Kind::CitizenId, Kind::Text], Duplicates::First);
    let bytes = key.bytes(&[Some(canary), Some(canary)], today()).unwrap();
    let normal = Kind::CitizenId.normalise(canary, today());
    let mut intake = Intake::new(&key, today());
    intake.push(&[Some(canary), Some(canary)]).unwrap();
    intake
        .push(&[Some("11010519491231002Y"), Some(canary)])
        .unwrap();
    let digest = bytes.digest().expose()[..4].to_vec();
    let before = format!("{bytes:?} {normal:?} {intake:?} {:?}", bytes.digest());
    let (entities, report) = intake.finish().unwrap();
    let counts = serde_json::to_string(&report.counts).unwrap();
    let said = format!("{before} {entities:?} {report:?} {counts}");
    assert!(!said.contains("19491231"), "{said}");
    assert!(
        !said.contains(&format!("{digest:?}").replace(['[', ']'], "")),
        "{said}"
    );
    assert_eq!(report.counts.repaired.get(&Repair::Lifted), None);
}

#[test]
fn the_digest_of_a_key_never_changes() {
    let key = key(&[Kind::CitizenId], Duplicates::First);
    let bytes = key.bytes(&[Some("11010519491231002X")], today()).unwrap();
    assert_eq!(bytes.expose(), b"\x01\x12\0\0\x0011010519491231002X");
    let begins = [0xd8, 0x13, 0xda, 0x58, 0x51, 0x55, 0xd3, 0x4d];
    assert_eq!(bytes.digest().expose()[..8], begins);
}
