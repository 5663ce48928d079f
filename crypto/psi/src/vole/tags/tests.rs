//! Laws of widths, orders and matches.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Sizes;

#[test]
fn the_largest_sets_have_tags() {
    let most = Sizes::LARGEST_SET;
    assert!(Width::of(most, most).is_some() && Width::of(most + 1, most + 1).is_none());
}

#[test]
fn a_width_leaves_forty_bits_beyond_all_pairs() {
    let bytes = |one, other| Width::of(one, other).map(Width::bytes);
    assert_eq!(bytes(0, 0), Some(5));
    assert_eq!(bytes(1, 2), Some(6));
    assert_eq!(bytes(1 << 16, 1 << 16), Some(9));
    assert_eq!(bytes(1 << 20, 1 << 20), Some(10));
    assert_eq!(bytes((1 << 20) + 1, 1 << 20), Some(11));
    assert_eq!(bytes(1 << 28, 1 << 28), Some(12));
    assert_eq!(bytes((1 << 28) + 1, 1 << 28), None);
    assert_eq!(bytes(u32::MAX, u32::MAX), None);
}

#[test]
fn tags_that_do_not_ascend_are_noticed_across_pieces() {
    for [one, next] in [[7, 7], [9, 8]] {
        let mut ascent = Ascent::default();
        assert!(ascent.goes_on([3, one].into_iter()));
        assert!(!ascent.goes_on([next].into_iter()));
    }
}

#[test]
fn tags_that_are_there_twice_are_noticed_whatever_their_rows() {
    let tags = |tags: &[Tag]| {
        let numbered = tags.iter().zip(0..);
        Tags::sort(
            Width(5),
            numbered
                .map(|(tag, row)| Numbered::new(*tag, row))
                .collect(),
        )
    };
    assert!(tags(&[]).are_distinct() && tags(&[3, 1, 2]).are_distinct());
    assert!(!tags(&[3, 1, 3]).are_distinct());
}

#[test]
fn bytes_that_are_no_tags_are_not_read() {
    assert!(Width(9).read(&[0; 10]).is_none());
    assert_eq!(Width(9).read(&[]).unwrap().len(), 0);
}

proptest! {
    #[test]
    fn common_tags_are_found_with_their_rows(
        own: BTreeSet<u16>, theirs: BTreeSet<u16>, part in 1_usize..50,
    ) {
        let width = Width::of(1 << 16, 1 << 16).unwrap();
        let spread = |tag: &u16| width.cut(Block::new(u128::from(*tag) << 56 | 1 << 100));
        let number = |set: &BTreeSet<u16>| -> Vec<Numbered> {
            let tags = set.iter().rev().map(spread).zip(0..);
            tags.map(|(tag, row)| Numbered::new(tag, row)).collect()
        };
        let (ours, sent) = (number(&own), Tags::sort(width, number(&theirs)));
        let tags = Tags::sort(width, ours.clone());
        let tags = Tags::restore(width, &tags.keep(), own.len()).unwrap();
        let mut matching = tags.matching();
        let mut found = Vec::new();
        for from in (0..theirs.len()).step_by(part) {
            for tag in width.read(&sent.write(from, part)).unwrap() {
                let row = matching.compare(tag);
                found.extend(row.map(|row| ours[row as usize].tag()));
            }
        }
        let common: Vec<Tag> = own.intersection(&theirs).map(spread).collect();
        prop_assert_eq!(found, common);
    }
}
