//! The exchanges of docs/protocols/psi-ecdh.md, m2 to m6: chunk by chunk, each checked.

use consilium_mailbox::Message as _;

use super::{
    matching::{Doubles, Matching},
    messages::{Blinded, Common, Doubled, Kept, Released},
    record::keep_tags,
    session::Session,
    steps::{TAG, Tag, Tags},
};
use crate::{Breach, Party, PsiError, Spill, parallel::spread, points::Point};

/// m2 and m3: the own points in a drawn order, the tags of the peer's points.
pub(super) async fn exchange_blinded(
    party: &Party<'_>,
    session: &mut Session,
    spill: &mut dyn Spill,
) -> Result<Doubles, PsiError> {
    let chunk = party.terms.chunk as usize;
    let mut unsent = session.order.chunks(chunk).skip(session.sent as usize);
    let mut sent = session.sent;
    let mut due = (session.theirs as usize).saturating_sub(session.tags.len());
    loop {
        let outgoing = unsent.next();
        if let Some(rows) = outgoing {
            let points = blind(party, session, rows);
            party.mail.send(party.peer, &Blinded { points }).await?;
        }
        if due > 0 {
            let Blinded { points } = party.mail.recv(party.peer).await?;
            let tags = double(party, session, &points, due.min(chunk))?;
            let number = session.tags.len() / chunk;
            party
                .mail
                .compute(Kept::STEP, || keep_tags(spill, number, &tags))?;
            due -= tags.len();
            session.tags.extend(tags);
            let chunks = count_of_chunks(session.tags.len(), chunk);
            spill.kept(chunks);
            party.mail.send(party.peer, &Kept { chunks }).await?;
        } else if outgoing.is_none() {
            break;
        }
        if outgoing.is_some() {
            let Kept { chunks } = party.mail.recv(party.peer).await?;
            sent += 1;
            if chunks != sent {
                let (claimed, most) = (chunks, sent);
                return Err(party.blame(Breach::Chunks { claimed, most }));
            }
        }
    }
    let tags = std::mem::take(&mut session.tags);
    // Which of both it is by name.
    let side = usize::from(party.mail.me() > party.peer);
    let sort = || Doubles::sort(tags, side);
    let sorted = party.mail.compute(Doubled::STEP, sort);
    sorted.map_err(|(first, second)| party.blame(Breach::Repeated { first, second }))
}

fn blind(party: &Party<'_>, session: &Session, rows: &[u32]) -> bytes::Bytes {
    let parts = spread(party.mail, Blinded::STEP, party.threads, rows, |rows| {
        let item = |&row: &u32| {
            let item = party.items.get(row as usize);
            item.expect("the order is one of own rows")
        };
        session.key.blind(rows.iter().map(item))
    });
    let points: Vec<u8> = parts.iter().flatten().flatten().copied().collect();
    points.into()
}

fn double(
    party: &Party<'_>,
    session: &Session,
    points: &[u8],
    due: usize,
) -> Result<Vec<Tags>, PsiError> {
    party.check_length(points, due * size_of::<Point>())?;
    let (points, _) = points.as_chunks::<{ size_of::<Point>() }>();
    let parts = spread(party.mail, Blinded::STEP, party.threads, points, |points| {
        session.key.double(points)
    });
    let mut tags = Vec::with_capacity(due);
    for part in parts {
        let before = session.tags.len() + tags.len();
        tags.extend(part.map_err(|index| {
            let index = before + index;
            party.blame(Breach::BadPoint { index })
        })?);
    }
    Ok(tags)
}

/// Which ways the tags go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ways {
    Both,
    Outgoing,
    Incoming,
}

/// m4: the tags of the peer's items, sorted; gives the peer's positions of the common ones.
pub(super) async fn exchange_doubled(
    party: &Party<'_>,
    theirs: &Doubles,
    ways: Ways,
) -> Result<Vec<u32>, PsiError> {
    let chunk = party.terms.chunk as usize;
    let mut outgoing = theirs.ascending().filter(|_| ways != Ways::Incoming);
    let mut due = match ways {
        Ways::Both | Ways::Incoming => party.items.len(),
        Ways::Outgoing => 0,
    };
    let mut matching = theirs.matching();
    loop {
        let tags: Vec<u8> = outgoing
            .by_ref()
            .take(chunk)
            .flat_map(Tag::to_le_bytes)
            .collect();
        let out = !tags.is_empty();
        if out {
            let tags = tags.into();
            party.mail.send(party.peer, &Doubled { tags }).await?;
        }
        if due > 0 {
            let Doubled { tags } = party.mail.recv(party.peer).await?;
            compare(party, &mut matching, &tags, due.min(chunk))?;
            due -= due.min(chunk);
        } else if !out {
            return Ok(party.mail.compute(Doubled::STEP, || matching.finish()));
        }
    }
}

fn compare(
    party: &Party<'_>,
    matching: &mut Matching<'_>,
    tags: &[u8],
    due: usize,
) -> Result<(), PsiError> {
    party.check_length(tags, due * TAG)?;
    party.mail.compute(Doubled::STEP, || {
        let mut tags = tags.as_chunks::<TAG>().0.iter();
        tags.try_for_each(|&tag| matching.compare(Tag::from_le_bytes(tag)))
            .map_err(|_| party.blame(Breach::NotAscending))
    })
}

/// m5: both must have counted the same before anything else is said.
pub(super) async fn agree_on_count(party: &Party<'_>, common: &[u32]) -> Result<u32, PsiError> {
    let ours = count_of(common);
    let count = ours.into();
    party.mail.send(party.peer, &Common { count }).await?;
    let Common { count } = party.mail.recv(party.peer).await?;
    let theirs = count.get();
    if theirs == ours {
        Ok(ours)
    } else {
        Err(party.blame(Breach::OtherCount { ours, theirs }))
    }
}

/// m6: where the common items are in the peer's stream; gives where they are in the own one.
pub(super) async fn exchange_released(
    party: &Party<'_>,
    common: &[u32],
) -> Result<Vec<u32>, PsiError> {
    let mut positions = Vec::with_capacity(common.len());
    for chunk in common.chunks(party.terms.chunk as usize) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|it| it.to_le_bytes()).collect();
        let released = Released {
            positions: bytes.into(),
        };
        party.mail.send(party.peer, &released).await?;
        let Released { positions: bytes } = party.mail.recv(party.peer).await?;
        party.check_length(&bytes, size_of_val(chunk))?;
        let received = bytes.as_chunks::<4>().0.iter();
        positions.extend(received.map(|&it| u32::from_le_bytes(it)));
    }
    Ok(positions)
}

/// Gives the rows at positions of the own stream.
pub(super) fn rows_at(
    party: &Party<'_>,
    positions: &[u32],
    order: &[u32],
) -> Result<Vec<u32>, PsiError> {
    let mut unused: Vec<Option<u32>> = order.iter().copied().map(Some).collect();
    let rows = positions.iter().map(|&position| {
        let row = unused.get_mut(position as usize).and_then(Option::take);
        row.ok_or_else(|| party.blame(Breach::BadPositions))
    });
    rows.collect()
}

pub(super) fn count_of(common: &[u32]) -> u32 {
    u32::try_from(common.len()).expect("there are no more than in a set")
}

fn count_of_chunks(tags: usize, chunk: usize) -> u32 {
    u32::try_from(tags.div_ceil(chunk)).expect("there are no more than items in a set")
}
