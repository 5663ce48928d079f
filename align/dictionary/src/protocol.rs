//! The protocol of docs/protocols/dictionary.md: the holder of a list, and who uses codes.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_psi::{
    Item, MemorySpill, Party, Terms as PsiTerms,
    unbalanced::{self, Charge, Refused, TableKey},
};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::{Band, Breach, DictionaryError, Terms, Usage, usage::sum};

/// A party's place in a check.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Place<'a> {
    /// Its place in the run.
    pub mail: &'a Mailbox,
    /// What all agreed on.
    pub terms: &'a Terms,
    /// This party's own secret for the study and step: the same whenever the step is repeated.
    pub secret: &'a Seed,
    /// Threads for what can be divided.
    pub threads: NonZeroUsize,
}

/// What the holder of the list learns of one respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Codes that the list lacks, each with its rows.
    pub missing: BTreeMap<String, Band>,
    /// Rows that have a code.
    pub rows: Band,
    /// Rows of codes that were not compared: those with fewer rows than the minimum, and the least
    /// frequent of more than are compared.
    pub rare: Band,
    /// Rows with a text that is no code of the system.
    pub unclear: Band,
}

/// Codes and their rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Different codes.
    pub codes: u64,
    /// Rows that have one of them.
    pub rows: u64,
}

/// What a respondent learns of its own codes, and what it has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was compared.
    pub compared: Count,
    /// What of it is in the list.
    pub listed: Count,
    /// What the holder was told.
    pub told: Told,
}

/// d1, by a respondent: what the list lacks.
#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    /// Codes, ascending, each with the fewest rows of its band.
    missing: Vec<(String, u64)>,
    /// The fewest rows of a band, as for all that follow.
    rows: u64,
    rare: u64,
    unclear: u64,
}

impl Message for Answered {
    const STEP: &'static str = "dictionary.1.answered";
    const LIMIT: usize = 8 << 20;
}

/// The label under which a list is prepared.
const LISTING: &str = "dictionary.1.listing";

/// Learns which frequent codes of each respondent are not in a list: the part of its holder.
///
/// Figure 1 of docs/protocols/dictionary.md. Codes of the list are in normal form; `is_code` says
/// whether a text is a code in normal form. Respondents are served one after the other.
///
/// # Errors
///
/// [`DictionaryError::Empty`] and [`DictionaryError::TooLong`] if the list is none; else what a
/// respondent or the network did wrong.
///
/// # Security
///
/// Whatever a respondent does, it learns in a run of `terms.most_codes` codes whether they are
/// listed, and the size of the list rounded up. It may lie about its own.
pub async fn hold(
    place: &Place<'_>,
    list: &BTreeSet<String>,
    respondents: &[PartyId],
    is_code: &(dyn Fn(&str) -> bool + Sync),
) -> Result<BTreeMap<PartyId, Told>, DictionaryError> {
    place.terms.check()?;
    let size = list.len();
    if list.is_empty() {
        return Err(DictionaryError::Empty);
    }
    if size > Terms::MOST_LISTED as usize {
        return Err(DictionaryError::TooLong { size });
    }
    let (holder, codes) = (place.mail.me(), list.iter().map(String::as_str));
    let items = place.mail.compute(LISTING, || {
        let size = Terms::filled_up(size);
        place.terms.items(codes, size, place.secret)
    });
    let (terms, uses) = (place.terms.compared(), place.terms.uses(holder));
    // All respondents of a study ask about the same list, so one key serves them: put together,
    // their answers say what they would say under several.
    let key = TableKey {
        seed: &place.secret.derive("dictionary.1.key", &[&terms.study]),
        context: &Tagged::new("dictionary.1.context")
            .field(&terms.study)
            .digest(),
    };
    let mut tables = MemorySpill::default();
    let mut told = BTreeMap::new();
    for respondent in respondents {
        let party = place.party(respondent, &terms, &items);
        let table = unbalanced::build(&party, &uses, &key, &mut tables, |_| {}).await?;
        table.answer(&mut tables, &mut EachRun).await?;
        let answered: Answered = place.mail.recv(respondent).await?; // d1
        let found = place.mail.compute(Answered::STEP, || {
            read(answered, place.terms, list, is_code)
        });
        let found = found.map_err(|breach| {
            let peer = respondent.clone();
            DictionaryError::Breach { peer, breach }
        })?;
        info!(run = %place.mail.run(), peer = %respondent, "codes checked");
        told.insert(respondent.clone(), found);
    }
    Ok(told)
}

/// Learns which own frequent codes are in the holder's list, and tells it those that are not.
///
/// Figure 1 of docs/protocols/dictionary.md.
///
/// # Errors
///
/// What the holder or the network did wrong.
///
/// # Security
///
/// Codes with fewer than `terms.minimum` rows enter nothing that leaves. Those that have as many
/// are told unless the holder's list has them, which nothing proves.
pub async fn respond(
    place: &Place<'_>,
    holder: &PartyId,
    usage: &Usage,
) -> Result<Answer, DictionaryError> {
    place.terms.check()?;
    let asked = usage.asked(place.terms);
    let codes: Vec<&str> = asked.codes.keys().copied().collect();
    let size = place.terms.most_codes as usize;
    let items = place.mail.compute(LISTING, || {
        place.terms.items(codes.iter().copied(), size, place.secret)
    });
    let (terms, uses) = (place.terms.compared(), place.terms.uses(holder));
    let party = place.party(holder, &terms, &items);
    let found = unbalanced::look(&party, &uses, &mut MemorySpill::default()).await?;
    // Rows behind the codes are made up.
    let listed = found
        .rows
        .iter()
        .filter_map(|&row| codes.get(row as usize).copied());
    let listed: BTreeSet<&str> = listed.collect();

    let minimum = place.terms.minimum;
    let band = |rows| Band::of(rows, minimum);
    let missing = asked
        .codes
        .iter()
        .filter(|(code, _)| !listed.contains(*code));
    let told = Told {
        missing: missing
            .map(|(code, rows)| ((*code).to_owned(), band(*rows)))
            .collect(),
        rows: band(usage.rows()),
        rare: band(asked.rare),
        unclear: band(usage.unclear()),
    };
    place.mail.send(holder, &told.answered()).await?; // d1
    let count = |codes: &mut dyn Iterator<Item = &u64>| {
        let rows: Vec<u64> = codes.copied().collect();
        Count {
            codes: rows.len() as u64,
            rows: sum(rows.iter()),
        }
    };
    Ok(Answer {
        compared: count(&mut asked.codes.values()),
        listed: count(&mut listed.iter().filter_map(|code| asked.codes.get(code))),
        told,
    })
}

impl<'a> Place<'a> {
    fn party(&self, peer: &'a PartyId, terms: &'a PsiTerms, items: &'a [Item]) -> Party<'a> {
        Party {
            mail: self.mail,
            peer,
            terms,
            items,
            secret: self.secret,
            threads: self.threads,
        }
    }
}

impl Told {
    fn answered(&self) -> Answered {
        let missing = self.missing.iter();
        Answered {
            missing: missing
                .map(|(code, band)| (code.clone(), band.least))
                .collect(),
            rows: self.rows.least,
            rare: self.rare.least,
            unclear: self.unclear.least,
        }
    }
}

/// Checks an answer.
fn read(
    answered: Answered,
    terms: &Terms,
    list: &BTreeSet<String>,
    is_code: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Told, Breach> {
    let (told, most) = (answered.missing.len(), terms.most_codes);
    if told > most as usize {
        return Err(Breach::TooMany { told, most });
    }
    let band = |least| Band::from_least(least, terms.minimum).ok_or(Breach::NotABand);
    let mut missing = BTreeMap::new();
    for (index, (code, least)) in answered.missing.into_iter().enumerate() {
        if missing
            .last_key_value()
            .is_some_and(|(last, _)| *last >= code)
        {
            return Err(Breach::NotAscending { index });
        }
        if code.len() > Terms::LONGEST_CODE || !is_code(&code) {
            return Err(Breach::NotACode { index });
        }
        if list.contains(&code) {
            return Err(Breach::Listed { index });
        }
        if least < terms.minimum {
            return Err(Breach::NotABand);
        }
        missing.insert(code, band(least)?);
    }
    Ok(Told {
        missing,
        rows: band(answered.rows)?,
        rare: band(answered.rare)?,
        unclear: band(answered.unclear)?,
    })
}

/// Charges nothing more: the terms bound what a run asks, the plan how many runs there are.
struct EachRun;

impl Charge for EachRun {
    async fn charge(&mut self, _queries: u32, _digest: &Digest) -> Result<(), Refused> {
        Ok(())
    }
}
