use toml::Spanned;

use crate::raw::RawLimits;
use crate::{MappingError, TextPlace};

/// What a query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the process that runs it, in MiB.
    pub memory_mb: u64,
    /// Time until its last row, in seconds.
    pub seconds: u64,
    /// Rows that it gives.
    pub rows: u64,
    /// Room on the disk for what doesn't fit in its memory, in MiB.
    pub disk_mb: u64,
}

/// A limit of a mapping that is above what somebody allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// Its key in `[limits]`.
    pub key: &'static str,
    /// What the mapping asks for.
    pub asked: u64,
    /// What is allowed.
    pub most: u64,
}

impl Default for Limits {
    /// 1 GiB, ten minutes, ten million rows, 8 GiB put aside.
    fn default() -> Self {
        Self::of_memory(1024)
    }
}

impl Limits {
    /// What may be declared, from the least to the greatest value, by its key.
    pub const RANGES: [(&'static str, u64, u64); 4] = [
        ("memory_mb", 256, 1 << 20),
        ("seconds", 1, 24 * 3600),
        ("rows", 1, 1 << 32),
        ("disk_mb", 1, 1 << 24),
    ];

    /// The usual limits of a query of that memory: it puts aside eight times as much.
    fn of_memory(memory_mb: u64) -> Self {
        Self {
            memory_mb,
            seconds: 600,
            rows: 10_000_000,
            disk_mb: memory_mb * 8,
        }
    }

    /// The first limit that is above another's.
    pub fn beyond(&self, ceilings: &Limits) -> Option<Beyond> {
        let (own, most) = (self.each(), ceilings.each());
        let pairs = Self::RANGES.iter().zip(own.into_iter().zip(most));
        let mut beyond = pairs.filter(|(_, (asked, most))| asked > most);
        beyond
            .next()
            .map(|((key, ..), (asked, most))| Beyond { key, asked, most })
    }

    pub(crate) fn check(raw: &RawLimits, text: &str) -> Result<Self, MappingError> {
        let within = |number: usize, given: &Option<Spanned<u64>>, default| {
            let Some(given) = given else {
                return Ok(default);
            };
            let (key, least, most) = Self::RANGES[number];
            let value = *given.get_ref();
            if (least..=most).contains(&value) {
                return Ok(value);
            }
            Err(MappingError::Limit {
                place: TextPlace::of(text, given.span().start),
                key,
                least,
                most,
            })
        };
        let memory_mb = within(0, &raw.memory_mb, Self::default().memory_mb)?;
        let usual = Self::of_memory(memory_mb);
        Ok(Self {
            memory_mb,
            seconds: within(1, &raw.seconds, usual.seconds)?,
            rows: within(2, &raw.rows, usual.rows)?,
            disk_mb: within(3, &raw.disk_mb, usual.disk_mb)?,
        })
    }

    /// In the order of [`Limits::RANGES`].
    fn each(&self) -> [u64; 4] {
        [self.memory_mb, self.seconds, self.rows, self.disk_mb]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_that_is_too_high_is_named() {
        let most = Limits::default();
        assert_eq!(most.beyond(&most), None);
        let asked = Limits {
            rows: 20_000_000,
            disk_mb: 1 << 20,
            ..most
        };
        let beyond = asked.beyond(&most).map(|it| (it.key, it.asked, it.most));
        assert_eq!(beyond, Some(("rows", 20_000_000, 10_000_000)));
    }
}
