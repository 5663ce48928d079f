use std::ops::RangeInclusive;

use consilium_schema::{
    DateOrder, MOST_NAME, RawColumn, RawKind, RawLevel, RawMarker, Rows, is_plain,
};

use super::Remark;
use super::evidence::Evidence;
use crate::cells::{exact, parse_number};

/// A number of at most this many digits is exact as an `f64`.
const EXACT_DIGITS: usize = 15;
const MOST_LEVELS: usize = 30;
const FEW_NUMBERS: RangeInclusive<usize> = 2..=12;

/// Guesses the declaration of one column.
pub(super) fn column(name: &str, evidence: &Evidence) -> (RawColumn, Vec<Remark>) {
    let mut remarks = Vec::new();
    let guess = guess(name, evidence);
    let mut column = RawColumn::new(name, guess.kind);
    column.order = guess.order;
    let mut markers: Vec<&str> = evidence.hard.keys().copied().collect();
    if guess.soft_are_missing {
        for (marker, rows) in &evidence.soft {
            markers.push(marker);
            let marker = (*marker).to_owned();
            remarks.push(Remark::TakenAsMissing {
                marker,
                rows: Rows(*rows),
            });
        }
    }
    column.missing = markers
        .into_iter()
        .map(|text| RawMarker::Text(text.to_owned()))
        .collect();
    remarks.extend(guess.remark);
    match guess.kind {
        RawKind::Category => column.levels = Some(levels(evidence)),
        RawKind::Code => column.width = width(evidence),
        RawKind::Number | RawKind::Integer => number_remarks(evidence, &mut remarks),
        RawKind::Text | RawKind::Boolean | RawKind::Date => {}
    }
    (column, remarks)
}

struct Guess {
    kind: RawKind,
    order: Option<DateOrder>,
    soft_are_missing: bool,
    remark: Option<Remark>,
}

impl Guess {
    fn plain(kind: RawKind) -> Self {
        Self {
            kind,
            order: None,
            soft_are_missing: false,
            remark: None,
        }
    }

    fn among_markers(kind: RawKind) -> Self {
        Self {
            soft_are_missing: true,
            ..Self::plain(kind)
        }
    }
}

fn guess(name: &str, evidence: &Evidence) -> Guess {
    let values = evidence.present - evidence.soft.values().sum::<u64>();
    if evidence.present == 0 {
        return Guess {
            remark: Some(Remark::NoValue),
            ..Guess::plain(RawKind::Text)
        };
    }
    if values == 0 {
        return Guess::plain(words(evidence));
    }
    let long = evidence.longest_digits > EXACT_DIGITS;
    let dates = [
        (evidence.ymd, DateOrder::Ymd),
        (evidence.dmy, DateOrder::Dmy),
        (evidence.mdy, DateOrder::Mdy),
    ];
    let orders: Vec<DateOrder> = dates
        .into_iter()
        .filter(|(dates, _)| *dates == values)
        .map(|(_, order)| order)
        .collect();
    match orders[..] {
        [order] => {
            let remark = (evidence.times > 0).then_some(Remark::TimeOfDayDropped);
            let date = Guess::among_markers(RawKind::Date);
            return Guess {
                order: Some(order),
                remark,
                ..date
            };
        }
        [_, _, ..] => {
            return Guess {
                remark: Some(Remark::DayOrMonthFirst),
                ..Guess::plain(RawKind::Text)
            };
        }
        [] => {}
    }
    if evidence.digits == values && (evidence.leading_zero || long) {
        return Guess {
            remark: Some(Remark::CodeOfDigits),
            ..Guess::among_markers(RawKind::Code)
        };
    }
    if evidence.whole == values {
        let kind = if is_called_a_code(name) {
            RawKind::Code
        } else {
            RawKind::Integer
        };
        return Guess::among_markers(kind);
    }
    if evidence.numbers == values {
        return Guess::among_markers(RawKind::Number);
    }
    let infinite = evidence.infinite;
    let remark = Remark::Infinite {
        rows: Rows(infinite),
    };
    let is_number = evidence.numbers > 0 && evidence.numbers + infinite == values;
    Guess {
        remark: is_number.then_some(remark),
        ..Guess::plain(words(evidence))
    }
}

fn words(evidence: &Evidence) -> RawKind {
    const YES_NO: [[&str; 2]; 5] = [
        ["true", "false"],
        ["yes", "no"],
        ["t", "f"],
        ["y", "n"],
        ["是", "否"],
    ];
    let distinct = evidence.distinct.len();
    let lower: Vec<String> = evidence
        .distinct
        .keys()
        .map(|text| text.to_lowercase())
        .collect();
    let of = |pair: &[&str; 2]| lower.iter().all(|text| pair.contains(&text.as_str()));
    // A single letter alone is too little to call yes or no.
    let telling = distinct > 1 || lower.iter().all(|text| text.chars().count() > 1);
    if !evidence.distinct_capped && telling && YES_NO.iter().any(of) {
        return RawKind::Boolean;
    }
    // A level is read by people before they sign; a value they can't see all of is none.
    let plain = evidence
        .distinct
        .keys()
        .all(|text| is_plain(text, MOST_NAME));
    let few = !evidence.distinct_capped && distinct <= MOST_LEVELS && plain;
    if few && 2 * distinct as u64 <= evidence.present {
        return RawKind::Category;
    }
    if evidence.codelike == evidence.present {
        RawKind::Code
    } else {
        RawKind::Text
    }
}

fn levels(evidence: &Evidence) -> Vec<RawLevel> {
    let mut levels: Vec<String> = evidence.distinct.keys().cloned().collect();
    levels.sort();
    levels.into_iter().map(RawLevel::Text).collect()
}

/// The common length of codes that are all of one length and all digits.
fn width(evidence: &Evidence) -> Option<u32> {
    let (least, most) = evidence.length?;
    let fixed = least == most && evidence.leading_zero;
    fixed.then(|| u32::try_from(most).ok()).flatten()
}

fn is_called_a_code(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        "_id", "Id", "ID", "_nbr", "_no", "号", "编码", "编号", "代码",
    ];
    let lower = name.to_lowercase();
    lower == "id"
        || lower.ends_with("code")
        || ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending) || lower.ends_with(ending))
}

fn number_remarks(evidence: &Evidence, remarks: &mut Vec<Remark>) {
    if let (Some(min), Some(max)) = (evidence.min, evidence.max) {
        remarks.push(Remark::Seen { min, max });
    }
    if evidence.distinct_capped {
        return;
    }
    let mut numbers: Vec<(i64, u64)> = evidence
        .distinct
        .iter()
        .filter_map(|(text, rows)| Some((exact(parse_number(text).ok()?)?, *rows)))
        .collect();
    numbers.sort_unstable();
    let negative: u64 = numbers
        .iter()
        .filter(|(number, _)| *number < 0)
        .map(|(_, rows)| rows)
        .sum();
    if let Some((marker, _)) = numbers.first()
        && [-1, -9, -99, -999, -9999].contains(marker)
        && negative == evidence.negative
        && numbers
            .iter()
            .filter(|(number, _)| *number < 0)
            .all(|(number, _)| number == marker)
    {
        remarks.push(Remark::MaybeMissing {
            marker: *marker,
            rows: Rows(negative),
        });
    }
    numbers.dedup_by_key(|(number, _)| *number);
    let all_whole = evidence.whole == evidence.numbers;
    if all_whole
        && FEW_NUMBERS.contains(&numbers.len())
        && 2 * numbers.len() as u64 <= evidence.present
    {
        let levels = numbers.into_iter().map(|(number, _)| number).collect();
        remarks.push(Remark::FewNumbers { levels });
    }
}
