//! By what institutions have shown each other that they mean the same by the columns.

use consilium_contract::Seal;
use consilium_mailbox::PartyId;
use consilium_plan::Plan;

use super::study::Study;
use crate::local::federation::Federation;

/// So many digits of a hash tell it from others.
const DIGITS: usize = 16;

/// What the institutions' own journals say of one study.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) study: Study,
    /// What stands for each institution's feature contract; none of one that showed none.
    pub(super) shown: Vec<(PartyId, Option<Seal>)>,
}

impl Contracts {
    /// Reads the journals of all, who take part in each of these studies.
    pub(super) async fn read<const N: usize>(
        federation: &mut Federation,
        studies: [(Study, &Plan); N],
    ) -> anyhow::Result<Vec<Contracts>> {
        let journals = federation.contracts().await?;
        let of = |(study, plan): (Study, &Plan)| {
            let hash = plan.hash().to_string();
            let shown = journals.iter();
            let shown = shown.map(|(party, seals)| (party.clone(), seals.get(&hash).copied()));
            Contracts {
                study,
                shown: shown.collect(),
            }
        };
        Ok(studies.map(of).into())
    }

    /// Tells whether all have shown the same one.
    pub(super) fn are_one(&self) -> bool {
        let mut shown = self.shown.iter().map(|(_, seal)| seal);
        match shown.next() {
            Some(Some(first)) => shown.all(|seal| seal.as_ref() == Some(first)),
            _ => false,
        }
    }

    /// Tells whether nobody has shown one.
    pub(super) fn are_none(&self) -> bool {
        self.shown.iter().all(|(_, seal)| seal.is_none())
    }

    /// The first digits of what each has shown, which tell them apart.
    pub(super) fn digits(&self) -> Vec<String> {
        let digits = |seal: &Option<Seal>| {
            let digits = seal.map(|seal| seal.to_string().chars().take(DIGITS).collect());
            digits.unwrap_or_else(|| "–".to_owned())
        };
        self.shown.iter().map(|(_, seal)| digits(seal)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_are_one_if_all_have_shown_the_same() {
        let contracts = |digits: &[Option<&str>]| Contracts {
            study: Study::Statistics,
            shown: (0..)
                .zip(digits)
                .map(|(place, digit)| {
                    let party = format!("house-{place}").parse().expect("it is a name");
                    let seal = digit.map(|it| it.repeat(64).parse().expect("it is a seal"));
                    (party, seal)
                })
                .collect(),
        };
        let both = |digits: &[Option<&str>]| {
            let contracts = contracts(digits);
            (contracts.are_one(), contracts.are_none())
        };
        assert_eq!(both(&[Some("a"), Some("a")]), (true, false));
        assert_eq!(both(&[Some("a"), Some("b")]), (false, false));
        assert_eq!(both(&[Some("a"), None]), (false, false));
        assert_eq!(both(&[None, Some("a")]), (false, false));
        assert_eq!(both(&[None, None]), (false, true));
        assert!(!contracts(&[]).are_one());
        assert_eq!(
            contracts(&[Some("a"), None]).digits(),
            ["aaaaaaaaaaaaaaaa", "–"]
        );
    }
}
