//! m2 and m3: the table goes to the other party, once for each key.

use consilium_base::Digest;
use consilium_mailbox::Message as _;

use super::{
    header::Header,
    messages::{Declared, Described, Tabled},
    rice,
    shape::{Shape, Uses},
    table::{HEADER, count_whole, load_header, load_piece, piece_name},
};
use crate::{Breach, Party, PsiError, Spill, SpillError};

/// What a party has of a table before the run.
pub(super) struct Held {
    header: Option<Header>,
    pieces: u32,
}

impl Held {
    /// Looks what is there: a whole table, or its first pieces up to one that is changed. What is
    /// not as it was sent is sent again, before any query.
    pub(super) fn load(tables: &mut dyn Spill) -> Result<Held, SpillError> {
        let Some(header) = load_header(tables)? else {
            return Ok(Held {
                header: None,
                pieces: 0,
            });
        };
        let pieces = count_whole(header.shape.pieces(), |piece| {
            load_piece(tables, &header, piece).map(drop)
        })?;
        let header = Some(header);
        Ok(Held { header, pieces })
    }

    /// What is declared of it.
    pub(super) fn declare(&self) -> (Option<Digest>, u32) {
        (self.header.as_ref().map(Header::digest), self.pieces)
    }
}

/// The holder's part: sends what the other party says that it lacks.
pub(super) async fn send_table(
    party: &Party<'_>,
    header: &Header,
    tables: &mut dyn Spill,
    theirs: &Declared,
) -> Result<(), PsiError> {
    let mut held = theirs.held;
    if theirs.table == Some(header.digest()) {
        let (claimed, most) = (held, header.shape.pieces());
        if claimed > most {
            return Err(party.blame(Breach::Chunks { claimed, most }));
        }
    } else {
        let header = header.encode();
        party.mail.send(party.peer, &Described { header }).await?; // m2
        held = 0;
    }
    for piece in held..header.shape.pieces() {
        let piece = party
            .mail
            .compute(Tabled::STEP, || load_piece(tables, header, piece))?;
        let piece = piece.into();
        party.mail.send(party.peer, &Tabled { piece }).await?; // m3
    }
    Ok(())
}

/// The other party's part: checks and keeps what comes.
pub(super) async fn receive_table(
    party: &Party<'_>,
    uses: &Uses,
    tables: &mut dyn Spill,
    held: Held,
    theirs: &Declared,
) -> Result<Header, PsiError> {
    let bad = || party.blame(Breach::BadTable);
    let digest = theirs.table.ok_or_else(bad)?;
    let known = held.header.filter(|header| header.digest() == digest);
    let (header, first) = if let Some(header) = known {
        (header, held.pieces)
    } else {
        let Described { header } = party.mail.recv(party.peer).await?; // m2
        let header = Header::decode(&header).ok_or_else(bad)?;
        (header, 0)
    };
    let shape = header.shape;
    let due = Shape::new(theirs.size, uses.queries).ok_or_else(bad)?;
    if !shape.serves(due) || header.digest() != digest {
        return Err(bad());
    }
    if first == 0 {
        tables.clear()?;
        tables.write(HEADER, &header.encode())?;
    }
    for number in first..shape.pieces() {
        let Tabled { piece } = party.mail.recv(party.peer).await?; // m3
        let count = shape.elements(number);
        let fits = party.mail.compute(Tabled::STEP, || {
            header.has(number, &piece) && rice::read(&piece, shape, count, |_| {}).is_ok()
        });
        if !fits {
            return Err(bad());
        }
        tables.write(&piece_name(number), &piece)?;
        tables.kept(number + 1);
    }
    Ok(header)
}
