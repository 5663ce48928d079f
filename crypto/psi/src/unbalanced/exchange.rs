//! m4 to m8: queries, answers, and what is told of them; chunk by chunk, each checked.

use consilium_base::{Digest, Tagged};
use consilium_mailbox::Message as _;
use curve25519_dalek::Scalar;

use super::{
    charge::{Charge, Refused},
    header::Header,
    lookup::Common,
    messages::{Blinded, Charged, Counted, Evaluated, Matched},
    oprf::{Key, blind, draw_blinds, input, unblind},
    shape::{Shape, Tag, value},
};
use crate::{Breach, Item, Party, PsiError, parallel::spread, points::Point};

/// The bytes of an encoded point.
const POINT: usize = size_of::<Point>();

/// One own item and its blind.
type Query<'a> = (&'a Item, &'a Scalar);

/// m4 to m6, the asker's: gives the tags of all own items with their rows, ascending.
pub(super) async fn ask_all(
    party: &Party<'_>,
    header: &Header,
    commitment: &Digest,
) -> Result<Vec<(Tag, u32)>, PsiError> {
    let (context, digest) = (&header.context, header.digest());
    // The same blinds whenever the step is repeated, and for another set others.
    let label = "psi-unbalanced.1.blinds";
    let seed = party.secret.derive(label, &[commitment, &digest]);
    let blinds = draw_blinds(party.items.len(), &mut seed.generator());
    let queries: Vec<Query<'_>> = party.items.iter().zip(blinds.expose()).collect();
    for queries in queries.chunks(party.terms.chunk as usize) {
        let parts = spread(party.mail, Blinded::STEP, party.threads, queries, |part| {
            let inputs = part
                .iter()
                .map(|&(item, blind)| (input(context, item), blind));
            blind(&inputs.collect::<Vec<_>>())
        });
        let points = parts.concat().concat().into();
        party.mail.send(party.peer, &Blinded { points }).await?; // m4
    }
    let Charged { refused } = party.mail.recv(party.peer).await?; // m5
    if let Some((used, most)) = refused {
        return Err(Refused::Cap { used, most }.into());
    }
    let mut tags = Vec::with_capacity(queries.len());
    for queries in queries.chunks(party.terms.chunk as usize) {
        let Evaluated { points } = party.mail.recv(party.peer).await?; // m6
        finish(party, header, queries, &points, &mut tags)?;
    }
    party.mail.compute(Evaluated::STEP, || tags.sort_unstable());
    Ok(tags)
}

/// Takes the blinds off a chunk of answers.
fn finish(
    party: &Party<'_>,
    header: &Header,
    queries: &[Query<'_>],
    points: &[u8],
    tags: &mut Vec<(Tag, u32)>,
) -> Result<(), PsiError> {
    let shape = header.shape;
    party.check_length(points, queries.len() * POINT)?;
    let answers = points.as_chunks::<POINT>().0.iter();
    let answered: Vec<(Query<'_>, Point)> = queries.iter().copied().zip(answers.copied()).collect();
    let parts = spread(
        party.mail,
        Evaluated::STEP,
        party.threads,
        &answered,
        |part| {
            let inputs = part.iter();
            let inputs = inputs.map(|&((item, blind), _)| (input(&header.context, item), blind));
            let points: Vec<Point> = part.iter().map(|(_, point)| *point).collect();
            let outputs = unblind(&inputs.collect::<Vec<_>>(), &points)?;
            Ok(outputs
                .iter()
                .map(|output| shape.tag(value(output)))
                .collect())
        },
    );
    for tag in in_order(party, tags.len(), parts)? {
        let row = u32::try_from(tags.len()).expect("sets have 32-bit sizes");
        tags.push((tag, row));
    }
    Ok(())
}

/// m4 to m6, the holder's: answers as many queries as were declared, once they are charged.
pub(super) async fn answer_all(
    party: &Party<'_>,
    key: &Key,
    queries: u32,
    charge: &mut impl Charge,
) -> Result<(), PsiError> {
    let (chunk, mut due) = (party.terms.chunk as usize * POINT, queries as usize * POINT);
    let mut asked = Vec::new();
    while due > 0 {
        let Blinded { points } = party.mail.recv(party.peer).await?; // m4
        party.check_length(&points, due.min(chunk))?;
        due -= points.len();
        asked.extend_from_slice(&points);
    }
    let digest = Tagged::new("psi-unbalanced.1.queries")
        .field(&asked)
        .digest();
    let charged = charge.charge(queries, &digest).await;
    let refused = match &charged {
        Ok(()) => None,
        Err(Refused::Cap { used, most }) => Some((*used, *most)),
        Err(Refused::Store(_)) => return charged.map_err(PsiError::from),
    };
    party.mail.send(party.peer, &Charged { refused }).await?; // m5
    charged?;
    let (points, _) = asked.as_chunks::<POINT>();
    for (number, points) in points.chunks(party.terms.chunk as usize).enumerate() {
        let parts = spread(party.mail, Evaluated::STEP, party.threads, points, |part| {
            key.answer(part)
        });
        let before = number * party.terms.chunk as usize;
        let points = in_order(party, before, parts)?.concat().into();
        party.mail.send(party.peer, &Evaluated { points }).await?; // m6
    }
    Ok(())
}

/// Joins what several threads made of points, or blames the peer for the first bad one.
fn in_order<T>(
    party: &Party<'_>,
    before: usize,
    parts: Vec<Result<Vec<T>, usize>>,
) -> Result<Vec<T>, PsiError> {
    let mut joined = Vec::new();
    for part in parts {
        let bad = |index| Breach::BadPoint {
            index: before + joined.len() + index,
        };
        joined.extend(part.map_err(|index| party.blame(bad(index)))?);
    }
    Ok(joined)
}

/// m7 and m8, the asker's: tells how many items are common, and where they are.
pub(super) async fn tell(party: &Party<'_>, common: &Common) -> Result<(), PsiError> {
    let count = u32::try_from(common.positions.len()).expect("there are no more than in a set");
    let told = Counted {
        count: count.into(),
    };
    party.mail.send(party.peer, &told).await?; // m7
    party.terms.check_common(count)?;
    for positions in common.positions.chunks(party.terms.chunk as usize) {
        let positions: Vec<u8> = positions.iter().flat_map(|it| it.to_le_bytes()).collect();
        let positions = positions.into();
        party.mail.send(party.peer, &Matched { positions }).await?; // m8
    }
    Ok(())
}

/// m7 and m8, the holder's: gives the positions of common items, ascending.
pub(super) async fn hear(
    party: &Party<'_>,
    shape: Shape,
    queries: u32,
) -> Result<Vec<u32>, PsiError> {
    let Counted { count } = party.mail.recv(party.peer).await?; // m7
    let count = count.get();
    let most = queries.min(shape.items());
    if count > most {
        return Err(party.blame(Breach::TooMany { count, most }));
    }
    party.terms.check_common(count)?;
    let (chunk, mut positions) = (party.terms.chunk as usize, Vec::new());
    while positions.len() < count as usize {
        let Matched { positions: bytes } = party.mail.recv(party.peer).await?; // m8
        let due = chunk.min(count as usize - positions.len());
        party.check_length(&bytes, due * size_of::<u32>())?;
        let received = bytes.as_chunks::<4>().0.iter();
        positions.extend(received.map(|&it| u32::from_le_bytes(it)));
    }
    if !positions.is_sorted_by(|one, next| one < next) {
        return Err(party.blame(Breach::NotAscending));
    }
    if positions.last().is_some_and(|&last| last >= shape.items()) {
        return Err(party.blame(Breach::BadPositions));
    }
    Ok(positions)
}
