//! Who is told of, from when and until when.

use super::*;

const MURMUR: Duration = Duration::from_secs(5);
const NOON: UnixTime = UnixTime(43_200);

/// A spell of waiting, as the driver goes through it.
struct Spell {
    noon: Instant,
    told: Option<Waiting>,
    /// Seconds after noon from which on the spell may change.
    rested: u64,
}

impl Spell {
    fn new() -> Spell {
        let noon = Instant::now();
        let (told, rested) = (None, 0);
        Spell { noon, told, rested }
    }

    fn pace(&self) -> Pace {
        let (murmur, rested) = (MURMUR, Some(self.noon + Duration::from_secs(self.rested)));
        Pace { murmur, rested }
    }

    /// Looks at whom the step awaits so many seconds after noon, each since so many; gives what is
    /// told from then on.
    fn at(&mut self, second: u64, awaited: &[(&str, u64)]) -> Option<(Vec<&str>, i64)> {
        let after_noon = |second| self.noon + Duration::from_secs(second);
        let awaited = awaited.iter();
        let awaited = awaited
            .map(|(name, since)| (name.parse().unwrap(), after_noon(*since)))
            .collect();
        let now = (after_noon(second), NOON.after(Duration::from_secs(second)));
        self.told = go_on(self.told.as_ref(), &awaited, self.pace(), now);
        let told = self.told.as_ref()?;
        let on = told.on.iter().map(PartyId::as_str).collect();
        Some((on, told.since.since(NOON)))
    }
}

#[test]
fn nobody_is_told_of_before_the_murmur() {
    let mut spell = Spell::new();
    assert_eq!(spell.at(4, &[("a", 0)]), None);
    assert_eq!(spell.at(5, &[("a", 0), ("b", 1)]), Some((vec!["a"], 0)));
}

#[test]
fn a_spell_goes_on_while_its_parties_change_and_ends_with_the_last() {
    let mut spell = Spell::new();
    spell.at(20, &[("a", 10)]);
    assert_eq!(
        spell.at(30, &[("a", 10), ("b", 20)]),
        Some((vec!["a", "b"], 10))
    );
    assert_eq!(spell.at(31, &[("b", 20)]), Some((vec!["b"], 10)));
    assert_eq!(spell.at(32, &[]), None);
    assert_eq!(spell.at(40, &[("b", 33)]), Some((vec!["b"], 33)));
}

#[test]
fn whoever_a_failed_run_waited_for_is_told_of_without_a_break() {
    let mut spell = Spell::new();
    spell.at(40, &[("a", 0)]);
    // The run was given up, and the driver waits for the party to be there again.
    assert_eq!(spell.at(41, &[("a", 41)]), Some((vec!["a"], 0)));
}

#[test]
fn whoever_comes_and_goes_is_told_of_once_in_a_murmur() {
    let mut spell = Spell::new();
    let both = Some((vec!["a", "b"], 0));
    assert_eq!(spell.at(5, &[("a", 0), ("b", 0)]), both);
    spell.rested = 10;
    for second in 6..10 {
        assert_eq!(spell.at(second, &[("a", 0)]), both);
        assert_eq!(spell.at(second, &[("a", 0), ("b", 0), ("c", 0)]), both);
    }
    assert_eq!(spell.at(10, &[("a", 0)]), Some((vec!["a"], 0)));
    // Once nobody is awaited that is said at once.
    spell.rested = 15;
    assert_eq!(spell.at(11, &[]), None);
}

#[test]
fn a_spell_is_looked_at_again_when_it_may_change() {
    let mut spell = Spell::new();
    let next = |spell: &Spell, awaited: &[(&str, u64)]| {
        let after_noon = |second| spell.noon + Duration::from_secs(second);
        let awaited = awaited.iter();
        let awaited = awaited
            .map(|(name, since)| (name.parse().unwrap(), after_noon(*since)))
            .collect();
        let next = next(spell.told.as_ref(), &awaited, spell.pace());
        next.map(|next| (next - spell.noon).as_secs())
    };
    assert_eq!(next(&spell, &[("a", 1), ("b", 2)]), Some(6));
    spell.at(5, &[("a", 0), ("b", 0)]);
    spell.rested = 10;
    assert_eq!(next(&spell, &[("a", 0), ("b", 0)]), None);
    for awaited in [&[("a", 0)][..], &[("a", 0), ("b", 0), ("c", 1)]] {
        assert_eq!(next(&spell, awaited), Some(10));
    }
    assert_eq!(next(&spell, &[("a", 0), ("b", 0), ("c", 9)]), Some(14));
}
