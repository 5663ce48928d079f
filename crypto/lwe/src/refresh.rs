//! What the feature holder does to a sum before it leaves.

use std::sync::Arc;

use rand_core::CryptoRng;

use crate::{
    LweError, RawSum, RefreshKey, Returned, Ring, RingElement,
    messages::{Parts, are_slots},
    ring::{Draw, Noise, draw_short},
    sums::select,
};

/// A slot whose sums are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The slot.
    pub slot: u16,
    /// Integers added to its two sums, above the noise: declared noise on sums, or zero.
    pub noise: [i64; 2],
}

impl Wanted {
    /// Returns a slot's sums as they are.
    pub fn exact(slot: u16) -> Wanted {
        Wanted {
            slot,
            noise: [0; 2],
        }
    }
}

/// The part of the flood that this party adds, where the returned ciphertexts of several are added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloodShare(pub(crate) f64);

impl FloodShare {
    /// All of it.
    pub const WHOLE: FloodShare = FloodShare(1.0);

    /// A share such that `parties` of them make up the whole: its deviation over √parties.
    pub fn among(parties: u32) -> FloodShare {
        FloodShare(f64::from(parties.max(1)).sqrt().recip())
    }
}

/// Re-randomises sums under a tree's key.
pub struct Refresher<R: Ring> {
    ring: Arc<R>,
    /// The ring element, ready for products.
    element: Vec<u64>,
    zero: [Vec<u64>; 2],
}

impl<R: Ring> Refresher<R> {
    /// Takes the ring element that both drew, and what the label holder made of it.
    ///
    /// # Errors
    ///
    /// A [`Breach`](crate::Breach) if the key has not its length.
    pub fn new(
        ring: &Arc<R>,
        element: RingElement<R>,
        key: &RefreshKey,
    ) -> Result<Refresher<R>, LweError> {
        Ok(Refresher {
            ring: Arc::clone(ring),
            zero: key.read(&**ring)?,
            element: ring.prepare(&element.into_words()),
        })
    }

    /// Makes of a raw sum what may be returned: an encryption of the wanted sums and of nothing else.
    ///
    /// The mask becomes A + a·u + e1, coefficient j·n_b of a body B + b·u + e2 + flood, with fresh u,
    /// e1, e2 and one u for both bodies (Lyubashevsky, Peikert and Regev, Eurocrypt 2010).
    ///
    /// # Errors
    ///
    /// [`LweError::Slots`] if slots don't exist or don't ascend.
    pub fn refresh(
        &self,
        sum: &RawSum<R>,
        wanted: &[Wanted],
        share: FloodShare,
        rng: &mut impl CryptoRng,
    ) -> Result<Returned, LweError> {
        let parts = self.parts(sum, wanted, share, &mut Draw::from_rng(rng))?;
        Ok(Returned::write(&*self.ring, &parts))
    }

    pub(crate) fn parts(
        &self,
        sum: &RawSum<R>,
        wanted: &[Wanted],
        share: FloodShare,
        draw: &mut Draw,
    ) -> Result<Parts, LweError> {
        let slots = check_slots(sum, wanted)?;
        let all = sum.packing.places();
        let at: Vec<usize> = slots.iter().map(|&slot| usize::from(slot)).collect();
        let places: Vec<usize> = at.iter().map(|&slot| all[slot]).collect();
        let parameters = R::PARAMETERS;

        let u = draw_short::<R>(draw);
        let [mut mask] = self
            .ring
            .multiply(&self.element, [&self.ring.factor(u.expose())]);
        let e1 = draw.noise(parameters.fresh, parameters.degree);
        self.ring.add_scaled(&mut mask, 0, e1.expose());
        self.ring.add(&mut mask, &sum.mask);

        let flood = Noise::Gaussian(sum.packing.flood::<R>() * share.0);
        let bodies = [0, 1].map(|key: usize| {
            let mut body = self.ring.coefficients(&self.zero[key], u.expose(), &places);
            for noise in [parameters.fresh, flood] {
                let drawn = draw.noise(noise, places.len());
                self.ring.add_scaled(&mut body, 0, drawn.expose());
            }
            let declared: Vec<i64> = wanted.iter().map(|wanted| wanted.noise[key]).collect();
            self.ring
                .add_scaled(&mut body, sum.packing.scale_log2::<R>(), &declared);
            self.ring
                .add(&mut body, &select::<R>(&sum.bodies[key], &at));
            body
        });
        Ok(Parts {
            slots,
            mask,
            bodies,
        })
    }
}

impl<R: Ring> std::fmt::Debug for Refresher<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refresher").finish_non_exhaustive()
    }
}

fn check_slots<R: Ring>(sum: &RawSum<R>, wanted: &[Wanted]) -> Result<Vec<u16>, LweError> {
    let slots: Vec<u16> = wanted.iter().map(|wanted| wanted.slot).collect();
    if are_slots(sum.packing, &slots) {
        Ok(slots)
    } else {
        Err(LweError::Slots)
    }
}
