//! What one export alone can't show, and a head held elsewhere does.

use consilium_journal::{Chain, Entry, ExportError, Flaw, Kind, UnixTime, export, verify};

use crate::journal;

#[test]
fn a_sound_journal_verifies() {
    let verification = verify(export("hospital-a", &journal(4)).as_bytes()).unwrap();
    assert_eq!(verification.flaw(), None);
    assert_eq!(
        (verification.entries(), verification.owner()),
        (4, "hospital-a")
    );
}

#[test]
fn an_empty_journal_verifies() {
    let verification = verify(export("hospital-a", &[]).as_bytes()).unwrap();
    assert_eq!((verification.flaw(), verification.entries()), (None, 0));
}

#[test]
fn what_comes_after_the_last_witnessed_head_is_told_apart() {
    let records = journal(5);
    let verification = verify(export("hospital-a", &records).as_bytes()).unwrap();
    let witnessed = [records[2].head(), records[0].head()];
    assert_eq!(verification.compare(&witnessed), Ok(3));
    assert_eq!(verification.compare(&[]), Ok(0));
    assert!(verification.includes(&records[4].head()));
}

#[test]
fn a_journal_written_anew_is_found_by_a_witness_alone() {
    let records = journal(5);
    let mut rng = consilium_base::Seed::from_bytes([2; 32]).generator();
    let mut forged = records[..3].to_vec();
    let mut chain = Chain::resume(records[2].head());
    for _ in 0..2 {
        let entry = Entry::new(UnixTime(1_700_000_009), Kind::REFUSAL);
        forged.push(chain.append(entry, &mut rng));
    }

    let verification = verify(export("hospital-a", &forged).as_bytes()).unwrap();

    assert_eq!(verification.flaw(), None);
    let witnessed = [records[1].head(), records[4].head()];
    assert_eq!(
        verification.compare(&witnessed),
        Err(Flaw::Rewritten { after: 2, at: 5 })
    );
}

#[test]
fn a_cut_with_a_fresh_header_is_found_by_a_witness_alone() {
    let records = journal(5);
    let verification = verify(export("hospital-a", &records[..3]).as_bytes()).unwrap();
    assert_eq!(verification.flaw(), None);
    let known = records[4].head();
    assert_eq!(
        verification.compare(&[known]),
        Err(Flaw::Cut {
            after: 3,
            entries: 5
        })
    );
}

#[test]
fn an_export_of_a_later_program_is_named_so() {
    let text = export("hospital-a", &[]).replace("\"version\":1", "\"version\":2,\"more\":true");
    assert_eq!(
        verify(text.as_bytes()).unwrap_err(),
        ExportError::Newer { found: 2 }
    );
}

#[test]
fn the_format_is_what_it_was() {
    let text = export("hospital-a", &journal(1));
    let expected = include_str!("format.jsonl");
    assert_eq!(text, expected);
}
