//! One sum, steps of a contributor: mask, sign, answer. Each state is used up by its step.

use std::collections::BTreeMap;

use consilium_base::{Digest, Secret, Seed, Tagged};
use consilium_mailbox::RunId;

use crate::{
    SumShape,
    error::Breach,
    mask::{Mask, Sign},
    messages::Answered,
    shamir::{SHARE_LEN, Share},
    terms::Agreed,
};

/// Set up and not yet used: one vector can be masked with it.
pub(crate) struct Ready {
    pub(crate) cohort: Digest,
    self_mask: Seed,
    pairs: Vec<(usize, Secret<[u8; 32]>)>,
    held: Held,
}

/// The shares that are left once a vector is masked: one answer can be given with them.
pub(crate) struct Held {
    me: usize,
    pub(crate) members: Vec<usize>,
    key_shares: BTreeMap<usize, Secret<Share>>,
    self_shares: BTreeMap<usize, Secret<Share>>,
}

/// Hashes a cohort: the set-up and who masks against whom.
pub(crate) fn cohort(setup: &Digest, members: &[usize]) -> Digest {
    let hash = Tagged::new("secagg.1.cohort").field(setup);
    members
        .iter()
        .fold(hash, |hash, &member| hash.number(member as u64))
        .digest()
}

impl Ready {
    pub(crate) fn new(
        me: usize,
        setup: &Digest,
        members: Vec<usize>,
        self_mask: Seed,
        pairs: Vec<(usize, Secret<[u8; 32]>)>,
        key_shares: BTreeMap<usize, Secret<Share>>,
        self_shares: BTreeMap<usize, Secret<Share>>,
    ) -> Ready {
        let cohort = cohort(setup, &members);
        let held = Held {
            me,
            members,
            key_shares,
            self_shares,
        };
        Ready {
            cohort,
            self_mask,
            pairs,
            held,
        }
    }

    /// Gives the masks of one vector of a sum and what is left. The masks are used up.
    pub(crate) fn into_masks(self, sum: &Digest) -> (Vec<Mask>, Held) {
        let me = self.held.me;
        let own = Mask::new(self.self_mask.expose(), sum, Sign::Plus);
        let pairs = self
            .pairs
            .iter()
            .map(|(peer, seed)| Mask::new(seed.expose(), sum, Sign::between(me, *peer)));
        let masks = [own].into_iter().chain(pairs).collect();
        (masks, self.held)
    }
}

impl Held {
    /// Gives one share for each neighbour in the cohort: of the self mask if its vector arrived, of
    /// its keys if not. The shares are used up.
    pub(crate) fn answer(self, survivors: &[usize]) -> Answered {
        let mut shares = Vec::with_capacity(self.key_shares.len() * SHARE_LEN);
        for (holder, key_share) in &self.key_shares {
            let survived = survivors.binary_search(holder).is_ok();
            let share = if survived {
                &self.self_shares[holder]
            } else {
                key_share
            };
            shares.extend_from_slice(&share.expose().to_bytes());
        }
        Answered {
            shares: shares.into(),
        }
    }

    /// Checks a survivor set against cohort and threshold.
    pub(crate) fn check_survivors(
        &self,
        agreed: &Agreed,
        survivors: &[usize],
    ) -> Result<(), Breach> {
        if survivors.len() < agreed.terms.thresholds.signatures {
            return Err(Breach::ListTooShort);
        }
        if survivors
            .iter()
            .any(|index| self.members.binary_search(index).is_err())
        {
            return Err(Breach::BadSurvivors);
        }
        Ok(())
    }
}

/// Gives the message that survivors sign: everything that they must see alike, the sets `opened`
/// before among it.
pub(crate) fn survivors_message(
    agreed: &Agreed,
    run: RunId,
    shape: &SumShape,
    cohort: &Digest,
    (survivors, opened): (&[usize], &[u8]),
) -> Vec<u8> {
    const STEP: &str = "secagg.1.survivors-signature";
    let hash = Tagged::new(STEP)
        .field(&agreed.hash)
        .field(&run.0)
        .field(&shape.hash())
        .field(cohort)
        .field(opened);
    let hash = survivors
        .iter()
        .fold(hash, |hash, &index| hash.number(index as u64));
    [STEP.as_bytes(), &hash.digest()].concat()
}
