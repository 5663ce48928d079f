//! Words that two people compare.

use consilium_base::Seed;
use consilium_identity::{Fingerprint, IdentityKey, WordList, WordsError};
use proptest::prelude::*;

fn fingerprint(byte: u8) -> Fingerprint {
    let key = IdentityKey::from_seed(&Seed::from_bytes([byte; 32]));
    Fingerprint::of_key(&key.public())
}

#[test]
fn the_words_of_a_key_stay_the_same() {
    // Computed in Python with the package blake3 and the published lists.
    let fingerprint = fingerprint(7);
    assert_eq!(fingerprint.words(WordList::English), ENGLISH);
    assert_eq!(fingerprint.words(WordList::Chinese), CHINESE);
    assert_eq!(fingerprint.to_string(), ENGLISH);
}

#[test]
fn the_words_of_a_federation_are_not_those_of_its_authoritys_key() {
    let key = IdentityKey::from_seed(&Seed::from_bytes([7; 32])).public();
    let federation = Fingerprint::of_federation(&key.federation());
    assert_eq!(federation.words(WordList::English), FEDERATION);
    assert_ne!(federation, Fingerprint::of_key(&key));
}

#[test]
fn case_spaces_and_signs_between_words_do_not_matter() {
    let fingerprint = fingerprint(7);
    let english = fingerprint.words(WordList::English);
    let chinese = fingerprint.words(WordList::Chinese);
    let written = [
        english.to_uppercase(),
        format!("  {}\n", english.replace(' ', "  ")),
        english.replace(' ', "-"),
        english.replace(' ', ", "),
        chinese.replace(' ', ""),
        chinese.replace(' ', "、"),
        format!("{chinese}。"),
    ];
    for text in written {
        assert_eq!(fingerprint.compare(&text), Ok(()), "{text}");
    }
}

#[test]
fn wrong_words_are_refused_by_position() {
    let fingerprint = fingerprint(7);
    let words = fingerprint.words(WordList::English);
    let first: Vec<_> = words.split(' ').collect();
    let other = if first[3] == "zoo" { "abandon" } else { "zoo" };

    let swapped = words.replacen(first[3], other, 1);
    assert_eq!(
        fingerprint.compare(&swapped),
        Err(WordsError::Different { position: 3 })
    );
    let mistyped = words.replacen(first[1], "hospitaal", 1);
    assert_eq!(
        fingerprint.compare(&mistyped),
        Err(WordsError::NoWord { position: 1 })
    );
    assert_eq!(
        fingerprint.compare(&first[..5].join(" ")),
        Err(WordsError::Count { given: 5 })
    );
    assert_eq!(
        fingerprint.compare(&format!("{words} zoo")),
        Err(WordsError::Count { given: 7 })
    );
    assert_eq!(fingerprint.compare(""), Err(WordsError::Count { given: 0 }));
}

proptest! {
    #[test]
    fn a_key_agrees_with_its_own_words_and_no_others(ours: u8, theirs: u8, chinese: bool) {
        let list = if chinese { WordList::Chinese } else { WordList::English };
        let spoken = fingerprint(theirs).words(list);
        prop_assert_eq!(fingerprint(ours).compare(&spoken).is_ok(), ours == theirs);
    }

    #[test]
    fn arbitrary_text_never_panics(text: String) {
        prop_assert!(fingerprint(1).compare(&text).is_err());
    }
}

const ENGLISH: &str = "rain pink alert tree repair ecology";
const CHINESE: &str = "跨 炸 种 锦 渔 案";
const FEDERATION: &str = "attend inspire spy add ill travel";
