//! Who learns what, in the words that a steward approves.

mod texts;

use serde::Serialize;

use texts::{
    ALL_HIDDEN, ANSWERS, CAP, COALITION, COUNT, COUNT_STAR, FALSE_ROWS, LEADER_FIRST, MORE_KEYS,
    MORE_KEYS_STAR, OTHERS_HIDDEN, OTHERS_HIDDEN_STAR, QUANTUM, QUANTUM_STAR, QUANTUM_TABLE,
    QUERIES, REAL, REAL_STAR, REFUSAL, REFUSAL_STAR, RELAY, RELAY_LARGE, RELAY_SIZES, RELAY_STAR,
    RELAY_TABLE, REPEATED, ROWS, ROWS_STAR, SAMPLE, SIZES, SIZES_STAR, TABLE,
};

/// A part in one of this crate's protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Each of both that bring a set.
    Party,
    /// Who carries their sealed messages.
    Relay,
    /// Nobody: what stays hidden, and what is not promised.
    Nobody,
}

/// One of this crate's protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Both learn which of their rows are common.
    Align,
    /// Both learn which of their rows are common, by the protocol for large sets.
    AlignLarge,
    /// Three and more learn which of their rows are common to all, and nothing of fewer.
    Star,
    /// Both learn which of their rows are common, by the protocol for a small set and a large one.
    Unbalanced,
    /// Both learn how many keys are common.
    Cardinality,
    /// One learns how many keys are common, the other with noise.
    NoisyCardinality,
}

/// One thing that one role learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Who learns it.
    pub to: Role,
    /// What, in English.
    pub learns: &'static str,
    /// What, in Chinese.
    pub zh: &'static str,
}

/// Gives everything that the roles of a protocol learn beside their messages' lengths and times;
/// of a noisy count, the count itself is for whoever names the counter to say.
pub fn disclosures(protocol: Protocol) -> &'static [Disclosure] {
    match protocol {
        Protocol::Align => &[
            RELAY,
            SIZES,
            COUNT,
            ROWS,
            OTHERS_HIDDEN,
            REFUSAL,
            FALSE_ROWS,
            REAL,
            REPEATED,
            QUANTUM,
        ],
        Protocol::AlignLarge => &[
            RELAY_LARGE,
            SIZES,
            SAMPLE,
            COUNT,
            ROWS,
            OTHERS_HIDDEN,
            REFUSAL,
            MORE_KEYS,
            REAL,
            REPEATED,
            QUANTUM,
        ],
        Protocol::Star => &[
            RELAY_STAR,
            SIZES_STAR,
            COUNT_STAR,
            ROWS_STAR,
            LEADER_FIRST,
            OTHERS_HIDDEN_STAR,
            COALITION,
            REFUSAL_STAR,
            MORE_KEYS_STAR,
            REAL_STAR,
            REPEATED,
            QUANTUM_STAR,
        ],
        Protocol::Unbalanced => &[
            RELAY_TABLE,
            SIZES,
            TABLE,
            QUERIES,
            COUNT,
            ROWS,
            OTHERS_HIDDEN,
            CAP,
            REFUSAL,
            ANSWERS,
            REAL,
            REPEATED,
            QUANTUM_TABLE,
        ],
        Protocol::Cardinality => &[
            RELAY_SIZES,
            SIZES,
            COUNT,
            ALL_HIDDEN,
            REFUSAL,
            REAL,
            REPEATED,
            QUANTUM,
        ],
        Protocol::NoisyCardinality => &[
            RELAY_SIZES,
            SIZES,
            ALL_HIDDEN,
            REFUSAL,
            REAL,
            REPEATED,
            QUANTUM,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_says_what_each_role_learns_in_both_languages() {
        for protocol in [
            Protocol::Align,
            Protocol::AlignLarge,
            Protocol::Star,
            Protocol::Unbalanced,
            Protocol::Cardinality,
            Protocol::NoisyCardinality,
        ] {
            let lines = disclosures(protocol);
            for role in [Role::Party, Role::Relay, Role::Nobody] {
                assert!(lines.iter().any(|line| line.to == role), "{role:?}");
            }
            for line in lines {
                assert!(line.learns.is_ascii() && !line.zh.is_ascii());
            }
        }
    }
}
