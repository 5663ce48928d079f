//! Who is killed when.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// The coordinator's name among the victims.
pub(super) const COORDINATOR: &str = "coordinator";
/// All daemons at once.
pub(super) const EVERYBODY: &str = "everybody";

/// How a study is disturbed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// How long a byte is on its way between a participant and the coordinator.
    pub(super) latency_ms: u64,
    /// What happens, in this order.
    #[serde(default, rename = "strike")]
    pub(super) strikes: Vec<Strike>,
}

/// A daemon is killed, and started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strike {
    /// Whose daemon; [`EVERYBODY`]'s all together.
    pub(super) victim: String,
    pub(super) after: Moment,
    /// How long to wait from that moment on.
    pub(super) wait_us: u64,
    /// How long it stays away.
    pub(super) down_ms: u64,
    /// If it is killed once more while it comes up: how long after its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) again_us: Option<u64>,
}

/// A moment in the life of a study that comes again when the study is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Moment {
    /// So many chunks have arrived over the link.
    Chunks(u64),
    /// The study's event of this number was seen.
    Event(u64),
}

/// What an undisturbed study was like.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) participants: Vec<String>,
    pub(super) chunks: u64,
    pub(super) events: u64,
}

/// How long a daemon takes to come up, roughly.
const COMING_UP_US: u64 = 200_000;

impl Scenario {
    /// Draws a scenario; seeds that follow each other strike all over the study.
    pub(super) fn draw(seed: u64, latency_ms: u64, span: &Span) -> Self {
        let mut dice = Dice(seed);
        // Multiples of the golden ratio lie evenly in the unit interval.
        let place = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut chunks = of(place, span.chunks);
        let mut strikes = Vec::new();
        for _ in 0..[1, 1, 1, 2, 2, 3][dice.below(6)] {
            let after = if dice.below(4) == 0 {
                Moment::Event(of(place, span.events))
            } else {
                Moment::Chunks(chunks)
            };
            strikes.push(Strike {
                victim: dice.victim(&span.participants),
                after,
                wait_us: of(dice.next(), 2_000 * latency_ms + 1),
                down_ms: [0, 0, 100, 500, 1500][dice.below(5)],
                again_us: (dice.below(5) == 0).then(|| of(dice.next(), COMING_UP_US)),
            });
            // The next one hits while the study recovers.
            chunks += of(dice.next(), span.chunks / 4 + 1);
        }
        Self {
            latency_ms,
            strikes,
        }
    }
}

impl Display for Scenario {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.strikes.is_empty() {
            return f.write_str("undisturbed");
        }
        for (position, strike) in self.strikes.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            let Strike {
                victim,
                after,
                wait_us,
                down_ms,
                again_us,
            } = strike;
            write!(
                f,
                "{separator}{victim} at {after} + {wait_us} µs for {down_ms} ms"
            )?;
            if let Some(again_us) = again_us {
                write!(f, ", again {again_us} µs after its start")?;
            }
        }
        Ok(())
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chunks(number) => write!(f, "chunk {number}"),
            Self::Event(number) => write!(f, "event {number}"),
        }
    }
}

/// Takes a number out of all 64-bit ones to one below the bound, which keeps its place.
fn of(place: u64, bound: u64) -> u64 {
    let scaled = (u128::from(place) * u128::from(bound)) >> 64;
    u64::try_from(scaled).unwrap_or_default()
}

/// Numbers that follow from a seed: SplitMix64.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(of(self.next(), bound as u64)).unwrap_or_default()
    }

    /// Picks the coordinator a little more often than any participant, and seldom everybody.
    fn victim(&mut self, participants: &[String]) -> String {
        let others = [COORDINATOR, COORDINATOR, COORDINATOR, EVERYBODY];
        let number = self.below(participants.len() + others.len());
        let participant = participants.get(number).map(String::as_str);
        let other = others.get(number.saturating_sub(participants.len()));
        participant
            .or(other.copied())
            .unwrap_or(COORDINATOR)
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> Span {
        Span {
            participants: vec!["north".to_owned(), "south".to_owned()],
            chunks: 1000,
            events: 8,
        }
    }

    #[test]
    fn a_seed_draws_the_same_scenario_again() {
        assert_eq!(
            Scenario::draw(7, 10, &span()),
            Scenario::draw(7, 10, &span())
        );
        assert_ne!(
            Scenario::draw(7, 10, &span()),
            Scenario::draw(8, 10, &span())
        );
    }

    #[test]
    fn a_hundred_seeds_strike_everybody_and_everywhere() {
        let first = |seed| Scenario::draw(seed, 10, &span()).strikes.swap_remove(0);
        let strikes: Vec<_> = (1..=100).map(first).collect();
        for victim in ["north", "south", COORDINATOR, EVERYBODY] {
            assert!(
                strikes.iter().any(|strike| strike.victim == victim),
                "{victim}"
            );
        }
        for tenth in 0..10 {
            let there = |strike: &&Strike| match strike.after {
                Moment::Chunks(number) => number / 100 == tenth,
                Moment::Event(_) => false,
            };
            assert!(strikes.iter().any(|strike| there(&strike)), "tenth {tenth}");
        }
    }

    #[test]
    fn a_scenario_is_kept_as_toml() {
        let scenario = Scenario::draw(3, 10, &span());
        let text = toml::to_string(&scenario).unwrap();
        assert_eq!(toml::from_str::<Scenario>(&text).unwrap(), scenario);
        assert!(toml::from_str::<Scenario>("latency_ms = 1\nstrikes = []").is_err());
    }
}
