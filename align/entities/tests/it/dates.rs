use consilium_base::UnixTime;
use consilium_data::Date;
use consilium_entities::{Day, Reason};
use consilium_schema::DateOrder;

use crate::{DATE, SERIAL, normal};

#[test]
fn a_day_is_one_day_however_it_is_written() {
    for cell in [
        "20240131",
        "2024-1-31",
        "2024-01-31",
        "2024/1/31",
        "2024.1.31",
        "2024年1月31日",
        "2024 年 01 月 31 日",
        "２０２４／１／３１",
        "2024-01-31 00:00:00",
        "2024-01-31T00:00:00.000",
        "2024/1/31 0:00",
        "20240131 00:00:00",
    ] {
        for kind in [DATE, SERIAL] {
            assert_eq!(normal(&kind, cell).as_deref(), Ok("20240131"), "{cell}");
        }
    }
}

#[test]
fn what_is_no_certain_day_is_refused_with_its_reason() {
    let cases = [
        ("24-1-31", Reason::ShortYear),
        ("24年1月31日", Reason::ShortYear),
        ("240131", Reason::ShortYear),
        ("31/1/2024", Reason::NotADate),
        ("2023-02-29", Reason::NotADate),
        ("1900-02-29", Reason::NotADate),
        ("0000-01-01", Reason::NotADate),
        ("2024-1", Reason::NotADate),
        ("2024-1-31-1", Reason::NotADate),
        ("2024-+1-31", Reason::NotADate),
        ("2024-001-31", Reason::NotADate),
        ("2024131", Reason::NotADate),
        ("年月日", Reason::NotADate),
        ("2024-01-31 08:00", Reason::TimeOfDay),
        ("2024-01-30T16:00:00Z", Reason::TimeOfDay),
        ("2024-01-31T00:00:00+08:00", Reason::TimeOfDay),
        ("9999-12-31", Reason::Placeholder),
        ("99990101", Reason::Placeholder),
        ("45322", Reason::Serial),
        ("2024", Reason::Serial),
    ];
    for (cell, reason) in cases {
        assert_eq!(normal(&DATE, cell), Err(reason), "{cell}");
    }
}

#[test]
fn serial_numbers_are_read_where_they_are_permitted() {
    // The first is an example of ECMA-376-1, section 18.17.4.1; serial 60 is its 29 February 1900.
    let cases = [
        ("38749", "20060201"),
        ("25569", "19700101"),
        ("36526", "20000101"),
        ("45322", "20240131"),
        ("10000", "19270518"),
        ("99999", "21731013"),
    ];
    for (serial, day) in cases {
        assert_eq!(normal(&SERIAL, serial).as_deref(), Ok(day));
    }
    assert_eq!(normal(&SERIAL, "2024"), Err(Reason::Serial));
    assert_eq!(normal(&SERIAL, "45322.5"), Err(Reason::TimeOfDay));
    assert_eq!(normal(&SERIAL, "240131"), Err(Reason::ShortYear));
}

#[test]
fn a_day_of_any_century_is_the_day_that_the_reader_of_tables_reads() {
    let first = Date::parse("0001-01-01", DateOrder::Ymd).unwrap().days();
    let last = Date::parse("9999-12-31", DateOrder::Ymd).unwrap().days();
    assert_eq!(Day::since_1970(first - 1), None);
    assert_eq!(Day::since_1970(last + 1), None);
    let near = -60_000..60_000;
    for days in (first..=last).step_by(89).chain(near).chain([last]) {
        let ours = Day::since_1970(days).unwrap().to_string();
        let theirs = Date::parse(&ours, DateOrder::Ymd);
        assert_eq!(theirs.map(Date::days), Some(days), "{ours}");
    }
}

#[test]
fn every_month_is_as_long_as_the_reader_of_tables_has_it() {
    for year in 1895..=2105_u16 {
        for month in 0..=13 {
            for day in 0..=32 {
                let written = format!("{year}/{month}/{day}");
                let ours = normal(&DATE, &written).ok();
                let theirs = Date::parse(&written, DateOrder::Ymd);
                let theirs = theirs.map(|date| date.to_string().replace('-', ""));
                assert_eq!(ours, theirs, "{written}");
                let made = Day::new(year, month, day).map(|day| day.to_string());
                assert_eq!(made, ours, "{written}");
            }
        }
    }
}

#[test]
fn a_day_in_china_begins_eight_hours_before_that_of_greenwich() {
    let in_china = |seconds| Day::in_china(UnixTime(seconds)).to_string();
    assert_eq!(in_china(16 * 3_600 - 1), "19700101");
    assert_eq!(in_china(16 * 3_600), "19700102");
    assert_eq!(in_china(i64::MAX), "99991231");
}

#[test]
fn the_end_of_time_is_no_panic() {
    for days in [i32::MIN, i32::MAX, i32::MAX - 2_440_588] {
        assert_eq!(Day::since_1970(days), None);
    }
}
