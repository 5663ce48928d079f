//! The sum in the clear: the aggregator sees every vector.
//!
//! It protects nobody. It serves the lab's arm without protection, and tests of learners that
//! need no cryptography.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use consilium_base::{Seed, Tagged};
use consilium_mailbox::{Mailbox, Message, PartyId, Quorum};
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

use crate::{Contribute, Input, Open, Opened, SumError, SumShape};

#[derive(Debug, Serialize, Deserialize)]
struct PlainInput {
    /// Elements as 8-byte little-endian integers.
    elements: Bytes,
}

impl Message for PlainInput {
    const STEP: &'static str = "plain-sum.1.input";
    const LIMIT: usize = 1 << 30;
}

/// The side of a party that shows its vector to the aggregator.
#[derive(Debug)]
pub struct PlainContributor {
    /// Who adds up.
    pub aggregator: PartyId,
}

impl Contribute for PlainContributor {
    async fn admit(&mut self, _: &SumShape) -> Result<(), SumError> {
        Ok(())
    }

    async fn contribute(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: Input<'_>,
    ) -> Result<(), SumError> {
        let withheld;
        let input = match input {
            Input::Own(elements) => elements,
            Input::Withheld => {
                withheld = stand_in(mail.me(), shape);
                &withheld
            }
        };
        let wide = input
            .iter()
            .position(|element| element & !shape.bits.mask() != 0);
        if let Some(index) = wide {
            return Err(SumError::TooWide {
                index,
                bits: shape.bits.get(),
            });
        }
        let mut elements = BytesMut::with_capacity(input.len() * 8);
        for element in input {
            elements.put_u64_le(*element);
        }
        mail.send(
            &self.aggregator,
            &PlainInput {
                elements: elements.freeze(),
            },
        )
        .await?;
        Ok(())
    }
}

/// Gives integers that look uniform to whoever does not compute them.
fn stand_in(party: &PartyId, shape: &SumShape) -> Vec<u64> {
    let seed = Tagged::new("plain-sum.1.withheld")
        .field(party.as_str().as_bytes())
        .field(&shape.hash())
        .digest();
    let mut generator = Seed::from_bytes(seed).generator();
    let elements = (0..shape.len).map(|_| generator.next_u64() & shape.bits.mask());
    elements.collect()
}

/// The side that sees all vectors and adds them up.
#[derive(Debug)]
pub struct PlainAggregator {
    /// Whose vectors are asked for.
    pub contributors: Vec<PartyId>,
    /// How many must come, and how long the others are waited for.
    pub quorum: Quorum,
}

impl Open for PlainAggregator {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        let gathered = mail
            .gather::<PlainInput>(&self.contributors, self.quorum)
            .await?;
        let mut opened = Opened {
            sum: vec![0; shape.len],
            contributors: Vec::new(),
        };
        for (party, PlainInput { mut elements }) in gathered.arrived {
            if elements.len() != shape.len * 8 {
                let got = elements.len() / 8;
                return Err(SumError::WrongLength {
                    party,
                    expected: shape.len,
                    got,
                });
            }
            for total in &mut opened.sum {
                *total = total.wrapping_add(elements.get_u64_le()) & shape.bits.mask();
            }
            opened.contributors.push(party);
        }
        Ok(opened)
    }
}
