//! The exchange of c1 to c4, each checked.

use consilium_base::{Digest, Secret};
use consilium_mailbox::{Mailbox, Message as _, PartyId};
use rand_core::CryptoRng;

use super::{
    messages::{Chosen, Corrected, Offered, Punctured},
    receiver::Noise,
    sender::{Choosing, Told},
    shape::{NOISE, Shape},
};
use crate::{
    Breach, PsiError,
    error::check_length,
    points::Point,
    vole::{
        bits,
        field::{self, BLOCK, Block},
        ot::Offer,
        subfield::{self, Corrections},
    },
};

/// The label of what is charged to the code.
const COMPRESSED: &str = "psi-vole.1.compressed";

/// One party's place in an exchange.
pub(crate) struct Place<'a> {
    /// Its place in the run.
    pub(crate) mail: &'a Mailbox,
    /// The other party.
    pub(crate) peer: &'a PartyId,
    /// What names this exchange: joint randomness, used for no other.
    pub(crate) session: &'a Digest,
    /// Elements of each vector, as both know.
    pub(crate) outputs: usize,
}

/// What the sender gets.
pub(crate) struct Sent {
    /// Δ.
    pub(crate) delta: Secret<Block>,
    /// b.
    pub(crate) b: Secret<Vec<Block>>,
}

/// What the receiver gets: c = a·Δ + b.
pub(crate) struct Received {
    /// a.
    pub(crate) a: Secret<Vec<Block>>,
    /// c.
    pub(crate) c: Secret<Vec<Block>>,
}

/// The sender's part.
pub(crate) async fn send(place: &Place<'_>, rng: &mut impl CryptoRng) -> Result<Sent, PsiError> {
    let Place { mail, peer, .. } = *place;
    let shape = Shape::new(place.outputs);
    let Offered { point } = mail.recv(peer).await?; // c1
    let (choosing, pairs) = mail
        .compute(Chosen::STEP, || {
            Choosing::begin(place.session, shape, &point, rng)
        })
        .ok_or_else(|| PsiError::breach(peer, Breach::BadPoint { index: 0 }))?;
    let pairs = pairs.as_flattened().as_flattened().to_vec().into();
    mail.send(peer, &Chosen { pairs }).await?; // c2
    let corrected = mail.recv(peer).await?; // c3
    let (corrections, flips) = place.corrections(shape, &corrected)?;
    let (grown, told) = mail
        .compute(Punctured::STEP, || choosing.grow(&corrections, &flips, rng))
        .ok_or_else(|| PsiError::breach(peer, Breach::Unlike))?;
    let punctured = Punctured {
        sums: field::write(told.sums.as_flattened()).into(),
        totals: field::write(&told.totals).into(),
    };
    mail.send(peer, &punctured).await?; // c4
    let (delta, b) = mail.compute(COMPRESSED, || grown.finish());
    Ok(Sent { delta, b })
}

/// The receiver's part.
pub(crate) async fn receive(
    place: &Place<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Received, PsiError> {
    let Place { mail, peer, .. } = *place;
    let shape = Shape::new(place.outputs);
    let offer = mail.compute(Offered::STEP, || Offer::draw(rng));
    let point = offer.point();
    mail.send(peer, &Offered { point }).await?; // c1
    let Chosen { pairs } = mail.recv(peer).await?; // c2
    check_length(peer, &pairs, subfield::BASE * size_of::<[Point; 2]>())?;
    let pairs = pairs.as_chunks().0.as_chunks().0;
    let (noise, corrections, flips) = mail
        .compute(Corrected::STEP, || {
            Noise::draw(place.session, shape, &offer, pairs, rng)
        })
        .map_err(|index| PsiError::breach(peer, Breach::BadPoint { index }))?;
    let corrected = Corrected {
        sums: field::write(corrections.sums.as_flattened()).into(),
        bits: bits::to_bytes(&corrections.bits.concat()).into(),
        flips: bits::to_bytes(&flips).into(),
        check: field::write(&corrections.check).into(),
    };
    mail.send(peer, &corrected).await?; // c3
    let punctured = mail.recv(peer).await?; // c4
    let told = place.told(shape, &punctured)?;
    let [a, c] = mail.compute(COMPRESSED, || noise.finish(&told));
    Ok(Received { a, c })
}

impl Place<'_> {
    fn corrections(
        &self,
        shape: Shape,
        corrected: &Corrected,
    ) -> Result<(Corrections, Vec<u64>), PsiError> {
        let Corrected {
            sums,
            bits,
            flips,
            check,
        } = corrected;
        check_length(self.peer, sums, subfield::BASE * 2 * BLOCK)?;
        let row = shape.words() * size_of::<u64>();
        check_length(self.peer, bits, (subfield::TREES - 1) * row)?;
        check_length(self.peer, flips, shape.key_words() * size_of::<u64>())?;
        check_length(self.peer, check, subfield::check::SUMS * BLOCK)?;
        let corrections = Corrections {
            sums: pairs(sums),
            bits: bits.chunks(row).map(bits::from_bytes).collect(),
            check: blocks(check),
        };
        Ok((corrections, bits::from_bytes(flips)))
    }

    fn told(&self, shape: Shape, punctured: &Punctured) -> Result<Told, PsiError> {
        let Punctured { sums, totals } = punctured;
        check_length(self.peer, sums, shape.keys() * 2 * BLOCK)?;
        check_length(self.peer, totals, NOISE * BLOCK)?;
        Ok(Told {
            sums: pairs(sums),
            totals: blocks(totals),
        })
    }
}

fn blocks(bytes: &[u8]) -> Vec<Block> {
    let blocks = bytes.as_chunks().0.iter();
    blocks.copied().map(Block::from_bytes).collect()
}

fn pairs(bytes: &[u8]) -> Vec<[Block; 2]> {
    let pairs = bytes.as_chunks().0.as_chunks().0.iter();
    pairs.map(|pair| pair.map(Block::from_bytes)).collect()
}
