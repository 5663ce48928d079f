//! A key in words that two people can compare by phone.

use std::fmt;

use consilium_base::{Digest, Tagged};

use crate::{FederationId, PublicKey, words, words::WordList};

/// What two people compare to know that they mean the same key: words made of its hash.
///
/// # Security
///
/// The six words are 66 bits: whoever wants to pass another key off as this one has to try 2^66
/// keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u16; WORDS]);

const WORDS: usize = 6;

/// Words that are not those of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// A word stands in no list.
    #[error("word {} stands in no list: mistyped, perhaps", position + 1)]
    NoWord {
        /// Which one, from 0.
        position: usize,
    },
    /// There are too few words, or too many.
    #[error("{given} words were given, 6 are needed")]
    Count {
        /// How many there are.
        given: usize,
    },
    /// A word is another one.
    #[error("word {} is another one: the keys differ", position + 1)]
    Different {
        /// Which one, from 0.
        position: usize,
    },
}

impl Fingerprint {
    /// Gives the fingerprint of a party's or a person's key.
    pub fn of_key(key: &PublicKey) -> Fingerprint {
        let hash = Tagged::new("consilium-identity.1.fingerprint-of-key");
        Fingerprint::from_hash(&hash.field(&key.to_bytes()).digest())
    }

    /// Gives the fingerprint of a federation.
    pub fn of_federation(federation: &FederationId) -> Fingerprint {
        let hash = Tagged::new("consilium-identity.1.fingerprint-of-federation");
        Fingerprint::from_hash(&hash.field(&federation.0).digest())
    }

    fn from_hash(hash: &Digest) -> Fingerprint {
        let bit = |at: usize| hash.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
        let word = |word: usize| {
            (0..words::BITS).fold(0, |number, at| {
                number << 1 | u16::from(bit(word * words::BITS + at))
            })
        };
        Fingerprint(std::array::from_fn(word))
    }

    /// Gives the six words.
    pub fn words(&self, list: WordList) -> String {
        self.0.map(|word| list.word(word)).join(" ")
    }

    /// Checks what somebody read out: six words of either list.
    ///
    /// # Errors
    ///
    /// [`WordsError`], naming the first word that is wrong.
    pub fn compare(&self, text: &str) -> Result<(), WordsError> {
        let given = words::read(text).map_err(|position| WordsError::NoWord { position })?;
        if given.len() != WORDS {
            let given = given.len();
            return Err(WordsError::Count { given });
        }
        let different = given
            .iter()
            .zip(&self.0)
            .position(|(ours, theirs)| ours != theirs);
        different.map_or(Ok(()), |position| Err(WordsError::Different { position }))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(WordList::English))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
