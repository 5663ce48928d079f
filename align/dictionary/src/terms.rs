//! What the parties agreed on.

use std::ops::RangeInclusive;

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::PartyId;
use consilium_psi::{Item, Terms as PsiTerms, unbalanced::Uses};
use rand_core::Rng as _;

use crate::{Band, DictionaryError};

/// What the signed plan says about a check of codes; the same at all parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Hash of the plan and the step: another one, another check.
    pub study: Digest,
    /// The system that codes are of.
    pub system: String,
    /// The fewest rows of a code that is compared or told: a step of [`Band`](crate::Band), and
    /// [`Terms::LEAST_MINIMUM`] at least.
    pub minimum: u64,
    /// The codes that each respondent has compared in a run, 1 to [`Terms::MOST_CODES`]: always as
    /// many, made-up ones for those that it lacks.
    pub most_codes: u32,
}

impl Terms {
    /// The fewest rows that a minimum may be, as of statistics: of fewer, "below it" says nearly how many
    /// there are.
    pub const LEAST_MINIMUM: u64 = 5;

    /// The most codes that a respondent may have compared.
    pub const MOST_CODES: u32 = 1 << 16;

    /// The most codes of a list: all respondents wait while a table is made of it.
    pub const MOST_LISTED: u32 = 1 << 18;

    /// The most bytes of a code; a longer text is none.
    pub const LONGEST_CODE: usize = 64;

    /// The fewest elements of a list: shorter ones are filled up.
    const LEAST_LISTED: usize = 1 << 10;

    /// Says whether so many rows may be the minimum: at least [`Terms::LEAST_MINIMUM`], and where a band
    /// begins. Were any number allowed, two checks with minima that differ by one would tell which codes
    /// have exactly so many rows.
    pub fn is_minimum(rows: u64) -> bool {
        rows >= Terms::LEAST_MINIMUM && Band::begins_at(rows)
    }

    pub(crate) fn check(&self) -> Result<(), DictionaryError> {
        if !Terms::is_minimum(self.minimum) {
            return Err(DictionaryError::Terms(
                "the minimum is 5, 10, 20, 50 rows and so on",
            ));
        }
        if !CODES.contains(&self.most_codes) {
            return Err(DictionaryError::Terms("1 to 65536 codes are compared"));
        }
        Ok(())
    }

    /// Gives how large a list is that is compared: its size is told in steps.
    ///
    /// ```
    /// use consilium_dictionary::Terms;
    ///
    /// assert_eq!([1, 1024, 1025, 74_719].map(Terms::filled_up), [1024, 1024, 2048, 131_072]);
    /// ```
    pub fn filled_up(listed: usize) -> usize {
        listed.next_power_of_two().max(Terms::LEAST_LISTED)
    }

    /// Gives the terms of the comparison, which has no minimum: only a respondent learns by it.
    pub(crate) fn compared(&self) -> PsiTerms {
        let hash = Tagged::new("dictionary.1.terms")
            .field(&self.study)
            .field(self.system.as_bytes())
            .number(self.minimum)
            .number(self.most_codes.into());
        PsiTerms {
            study: hash.digest(),
            largest: Terms::MOST_LISTED,
            minimum: 0,
            chunk: PsiTerms::USUAL_CHUNK,
        }
    }

    pub(crate) fn uses(&self, holder: &PartyId) -> Uses {
        Uses {
            holder: holder.clone(),
            queries: self.most_codes,
        }
    }

    /// Gives the items of codes in normal form, filled up to `size` by made-up ones.
    pub(crate) fn items<'a>(
        &self,
        codes: impl Iterator<Item = &'a str>,
        size: usize,
        secret: &Seed,
    ) -> Vec<Item> {
        let system = Tagged::new("dictionary.1.code").field(self.system.as_bytes());
        let mut items: Vec<Item> = codes
            .map(|code| system.clone().field(code.as_bytes()).digest())
            .collect();
        let mut made_up = secret.derive("dictionary.1.made-up", &[]).generator();
        items.resize_with(size.max(items.len()), || {
            let mut item = Item::default();
            made_up.fill_bytes(&mut item);
            item
        });
        items
    }
}

const CODES: RangeInclusive<u32> = 1..=Terms::MOST_CODES;
