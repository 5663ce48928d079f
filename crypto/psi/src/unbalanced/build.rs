//! Making a table: values chunk by chunk, then tags, sorted and cut into pieces.

use consilium_base::Digest;
use consilium_mailbox::Message as _;
use tokio::task::yield_now;
use tracing::info;

use super::{
    find::{find, name_set},
    header::{Header, hash_piece},
    messages::Tabled,
    opening::own_shape,
    oprf::{Key, input},
    rice,
    shape::{Shape, Uses, Value},
    stamp::{Belongs, stamp, stamped},
    table::{HEADER, Table, TableKey, piece_name, rows_name},
};
use crate::{Party, PsiError, Spill, SpillError, opening::check_distinct, parallel::spread};

/// Items of a chunk, what a repetition repeats at most: half a second of one core.
const CHUNK: u32 = 1 << 14;

/// Makes the holder's table, or gives the one that lies finished in `tables`.
///
/// Figure 1 of docs/protocols/psi-unbalanced.md. `progress` hears how many items are done. What
/// breaks off is taken up again by another call: at most 16,384 items are evaluated again. Keep
/// the store for as long as the key lives: it is for this key alone, and not that of a run. A
/// table of another set, other rows or context is cleared, and so are one that is made for fewer
/// queries and one that is damaged.
///
/// # Errors
///
/// [`PsiError::TooLarge`] and [`PsiError::Repeated`] if the set is none, or what the store did
/// wrong.
///
/// # Security
///
/// A key's seed serves one data set, version, peer and quarter. Two parties with tables under one
/// key could compare them; a party whose key never changes could ask about everybody in time.
pub async fn build<'a>(
    party: &Party<'a>,
    uses: &'a Uses,
    key: &TableKey<'_>,
    tables: &mut dyn Spill,
    mut progress: impl FnMut(u32) + Send,
) -> Result<Table<'a>, PsiError> {
    let shape = own_shape(party, uses)?;
    let (set, finished) = party.mail.compute(Tabled::STEP, || {
        let set = name_set(key, party.items);
        find(tables, key, (shape, &set)).map(|finished| (set, finished))
    })?;
    let header = if let Some(header) = finished {
        progress(shape.items());
        header
    } else {
        make(party, key, (shape, &set), tables, &mut progress).await?
    };
    forget_values(tables, shape)?;
    Ok(Table {
        party: *party,
        uses,
        set,
        header,
        key: Key::derive(key.seed, key.context),
    })
}

/// Makes the table, from what an earlier call has kept.
async fn make(
    party: &Party<'_>,
    key: &TableKey<'_>,
    (shape, set): (Shape, &Digest),
    tables: &mut dyn Spill,
    progress: &mut (impl FnMut(u32) + Send),
) -> Result<Header, PsiError> {
    party
        .mail
        .compute(Tabled::STEP, || check_distinct(party.items))?;
    let mut sorted = evaluate(party, key, (shape, set), tables, progress).await?;
    let pieces = party.mail.compute(Tabled::STEP, || {
        sorted.sort_unstable();
        write_pieces(&sorted, (shape, set), tables)
    })?;
    let header = Header {
        shape,
        context: *key.context,
        pieces,
    };
    tables.write(HEADER, &header.encode())?;
    info!(run = %party.mail.run(), items = shape.items(), "table made");
    Ok(header)
}

/// A tag with the row that it is of, below it: 86 and 26 bits at most.
type Rowed = u128;

/// The bits that a row takes.
const ROW: u32 = u32::BITS;

/// Evaluates all items, and takes what is kept of them.
async fn evaluate(
    party: &Party<'_>,
    key: &TableKey<'_>,
    (shape, set): (Shape, &Digest),
    tables: &mut dyn Spill,
    progress: &mut (impl FnMut(u32) + Send),
) -> Result<Vec<Rowed>, PsiError> {
    let context = *key.context;
    let key = Key::derive(key.seed, &context);
    let (mut rowed, mut row) = (Vec::with_capacity(party.items.len()), 0_u32);
    for (number, items) in (0..).zip(party.items.chunks(CHUNK as usize)) {
        let (name, of) = (values_name(number), Belongs::Chunk { set, number });
        let kept = tables.read(&name)?;
        let kept = kept.and_then(|it| read_values(stamped(of, &it)?, items.len()));
        let values = if let Some(values) = kept {
            values
        } else {
            let parts = spread(party.mail, Tabled::STEP, party.threads, items, |items| {
                let inputs = items.iter().map(|item| input(&context, item));
                key.values(&inputs.collect::<Vec<_>>())
            });
            let values = parts.concat();
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            tables.write(&name, &stamp(of, bytes.collect()))?;
            // A table takes minutes: whoever awaits it can leave here.
            yield_now().await;
            values
        };
        for value in values {
            rowed.push(shape.tag(value) << ROW | Rowed::from(row));
            row += 1;
        }
        progress(row);
    }
    Ok(rowed)
}

/// Cuts the sorted tags into pieces, and keeps these and their rows.
fn write_pieces(
    sorted: &[Rowed],
    (shape, set): (Shape, &Digest),
    tables: &mut dyn Spill,
) -> Result<Vec<Digest>, SpillError> {
    let mut hashes = Vec::with_capacity(shape.pieces() as usize);
    for (number, part) in (0..).zip(sorted.chunks(Shape::PIECE as usize)) {
        let piece = rice::write(part.iter().map(|rowed| rowed >> ROW), shape);
        let hash = hash_piece(&piece);
        tables.write(&piece_name(number), &piece)?;
        let rows = part.iter().map(|rowed| rowed.to_le_bytes());
        let rows = rows.flat_map(|[a, b, c, d, ..]| [a, b, c, d]).collect();
        let of = Belongs::Piece { set, hash: &hash };
        tables.write(&rows_name(number), &stamp(of, rows))?;
        hashes.push(hash);
    }
    Ok(hashes)
}

/// Forgets what only making the table needs, the first chunk last: it says that all is done.
fn forget_values(tables: &mut dyn Spill, shape: Shape) -> Result<(), SpillError> {
    let first = tables.read(&values_name(0))?;
    if first.is_none_or(|values| values.is_empty()) {
        return Ok(());
    }
    (0..shape.items().div_ceil(CHUNK))
        .rev()
        .try_for_each(|chunk| tables.remove(&values_name(chunk)))
}

fn read_values(bytes: &[u8], count: usize) -> Option<Vec<Value>> {
    let (values, []) = bytes.as_chunks() else {
        return None;
    };
    let values = values.iter().map(|it| Value::from_le_bytes(*it));
    (values.len() == count).then(|| values.collect())
}

fn values_name(chunk: u32) -> String {
    format!("values-{chunk}")
}
