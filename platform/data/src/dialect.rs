use std::collections::BTreeMap;

use consilium_schema::Delimiter;

const MOST_RECORDS: usize = 200;

/// The delimiter that splits the first records of `sample` most evenly into more than one cell.
pub(crate) fn delimiter(sample: &[u8], whole: bool) -> Delimiter {
    let mut best = (Delimiter::Comma, 0.0, 1);
    for candidate in Delimiter::KNOWN {
        let (evenness, cells) = split(sample, whole, candidate);
        // A little unevenness is damage to be named later; much of it is the wrong delimiter.
        let better = evenness > best.1 + 0.1 || (evenness > best.1 - 0.1 && cells > best.2);
        if cells > 1 && better {
            best = (candidate, evenness, cells);
        }
    }
    best.0
}

/// The share of records that have the most frequent number of cells, and that number.
fn split(sample: &[u8], whole: bool, delimiter: Delimiter) -> (f64, usize) {
    let mut parser = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(sample);
    let mut widths = Vec::new();
    let mut record = csv::ByteRecord::new();
    while widths.len() < MOST_RECORDS && parser.read_byte_record(&mut record).is_ok_and(|more| more)
    {
        widths.push(record.len());
    }
    if !whole && widths.len() > 1 && widths.len() < MOST_RECORDS {
        widths.pop();
    }
    let mut counts = BTreeMap::new();
    for width in &widths {
        *counts.entry(*width).or_insert(0usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, records)| *records)
        .map_or((0.0, 0), |(width, records)| {
            (records as f64 / widths.len() as f64, width)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_splits_evenly() {
        let cases = [
            ("a,b\n1,2\n", Delimiter::Comma),
            ("a;b\n1,5;2,5\n3,5;4,5\n", Delimiter::Semicolon),
            ("code\tname\nA05\tx,y\nA06\tz\n", Delimiter::Tab),
            ("a|b|c\n1|2|3\n", Delimiter::Bar),
            ("only\n1\n2\n", Delimiter::Comma),
            ("id,\"a;b;c\"\n1,\"d;e\"\n", Delimiter::Comma),
            ("", Delimiter::Comma),
        ];
        for (text, expected) in cases {
            assert_eq!(delimiter(text.as_bytes(), true), expected, "{text:?}");
        }
    }
}
