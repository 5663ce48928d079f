//! Who is told of, from when and until when.

use super::*;

const MURMUR: Duration = Duration::from_secs(5);
const NOON: UnixTime = UnixTime(43_200);

/// A spell of waiting, as the driver goes through it.
struct Spell {
    noon: Instant,
    told: Option<Waiting>,
}

impl Spell {
    fn new() -> Spell {
        let noon = Instant::now();
        Spell { noon, told: None }
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
        self.told = go_on(self.told.as_ref(), &awaited, MURMUR, now);
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
