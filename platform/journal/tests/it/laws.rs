//! Any single change of an export is found, and found where it is.

use consilium_journal::{Flaw, Record, export, verify};
use proptest::prelude::*;

use crate::journal;

const ENTRIES: usize = 6;

fn lines() -> Vec<String> {
    let text = export("hospital-a", &journal(ENTRIES as u64));
    text.split_inclusive('\n').map(str::to_owned).collect()
}

fn flaw_of(lines: &[String]) -> Option<Flaw> {
    verify(lines.concat().as_bytes()).unwrap().flaw().cloned()
}

proptest! {
    #[test]
    fn a_changed_byte_is_found_in_its_line(
        index in 0..=ENTRIES,
        place in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        let mut bytes: Vec<Vec<u8>> = lines().into_iter().map(String::into_bytes).collect();
        let place = place.index(bytes[index].len());
        bytes[index][place] ^= change;

        let verified = verify(&bytes.concat());

        let line = index as u64 + 1;
        match verified {
            Err(_) => prop_assert_eq!(line, 1),
            Ok(verification) => match verification.flaw().unwrap() {
                Flaw::Changed { line: found, .. }
                | Flaw::Unreadable { line: found, .. }
                | Flaw::Missing { line: found, .. }
                | Flaw::Reordered { line: found, .. }
                | Flaw::Inserted { line: found, .. } => {
                    // Another owner begins another chain: its first entry does not fit.
                    prop_assert!(*found == line || line == 1 && *found == 2);
                    prop_assert_eq!(verification.entries(), found - 2);
                }
                Flaw::Header | Flaw::Cut { .. } => prop_assert_eq!(line, 1),
                other => prop_assert!(false, "{other}"),
            },
        }
    }

    #[test]
    fn a_deleted_entry_is_missed(index in 1..=ENTRIES) {
        let mut lines = lines();
        lines.remove(index);
        let (seq, line) = (index as u64, index as u64 + 1);
        let expected = if index == ENTRIES {
            Flaw::Cut { after: seq - 1, entries: seq }
        } else {
            Flaw::Missing { seq, line }
        };
        prop_assert_eq!(flaw_of(&lines), Some(expected));
    }

    #[test]
    fn swapped_entries_are_placed(a in 1..=ENTRIES, b in 1..=ENTRIES) {
        prop_assume!(a != b);
        let mut lines = lines();
        lines.swap(a, b);
        let first = a.min(b) as u64;
        let expected = Flaw::Reordered { seq: first, line: first + 1 };
        prop_assert_eq!(flaw_of(&lines), Some(expected));
    }

    #[test]
    fn a_copied_entry_is_found(from in 1..=ENTRIES, to in 1..=ENTRIES + 1) {
        let mut lines = lines();
        lines.insert(to, lines[from].clone());
        let seq = from as u64;
        // A copy right before its original is the one that fits.
        let line = if to == from { to + 2 } else { to + 1 } as u64;
        prop_assert_eq!(flaw_of(&lines), Some(Flaw::Inserted { seq, line }));
    }

    #[test]
    fn a_foreign_entry_is_found(index in 1..ENTRIES) {
        let mut lines = lines();
        let foreign = export("hospital-b", &journal(ENTRIES as u64));
        lines.insert(index, foreign.split_inclusive('\n').nth(index).unwrap().replace("0\"", "7\""));
        let found = flaw_of(&lines);
        let (seq, line) = (index as u64, index as u64 + 1);
        prop_assert!(
            found == Some(Flaw::Inserted { seq, line }) || found == Some(Flaw::Inserted { seq, line: line + 1 }),
            "{found:?}"
        );
    }

    #[test]
    fn any_entries_may_be_left_out_of_an_export(hidden in prop::collection::vec(any::<bool>(), ENTRIES)) {
        let records = journal(ENTRIES as u64);
        let head = records[ENTRIES - 1].head();
        let shown: Vec<Record> = records
            .into_iter()
            .zip(&hidden)
            .map(|(record, hidden)| if *hidden { record.redacted() } else { record })
            .collect();

        let verification = verify(export("hospital-a", &shown).as_bytes()).unwrap();

        prop_assert_eq!(verification.flaw(), None);
        prop_assert_eq!(verification.head(), head);
        prop_assert_eq!(verification.redacted(), hidden.iter().filter(|hidden| **hidden).count() as u64);
    }

    #[test]
    fn decoding_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = verify(&bytes);
        let mut after_a_header = lines()[0].clone().into_bytes();
        after_a_header.extend(bytes);
        let _ = verify(&after_a_header);
    }

    #[test]
    fn a_head_reads_back(seq in any::<u64>(), hash in any::<[u8; 32]>()) {
        let head = consilium_journal::Head { seq, hash };
        prop_assert_eq!(head.to_string().parse(), Ok(head));
    }
}
