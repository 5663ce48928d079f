//! Joint predictions, in the order of figure 2 of docs/protocols/gbdt-vertical.md.

use bytes::Bytes;
use consilium_mailbox::{Mailbox, Message, PartyId};
use serde::{Deserialize, Serialize};

use super::{
    bits,
    error::{Breach, VerticalError},
    messages::CHUNK,
    model::{FeatureModel, LabelModel},
};
use crate::{Column, count::narrow};

/// m1: the sides of these rows are asked for; of none, when all were.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    first: u32,
    rows: u32,
    /// How many splits the asker's part of the model has of the asked one's.
    splits: u32,
}

impl Message for Asked {
    const STEP: &'static str = "gbdt-predict.1.asked";
    const LIMIT: usize = 64;
}

/// m2: for each split a bit for each row: does it go left?
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sides {
    sides: Bytes,
}

impl Message for Sides {
    const STEP: &'static str = "gbdt-predict.1.sides";
    const LIMIT: usize = 2 * CHUNK;
}

/// The label under which CPU time is accounted.
const WALK: &str = "gbdt-predict.1.walking";

/// The most rows of a batch.
const MOST_ROWS_AT_ONCE: u32 = 1 << 16;

/// Predicts: the label holder's part. Gives the margin of each row.
///
/// `columns` are the own ones, in the model's order; all parties have the same `rows` rows in the
/// same order.
///
/// # Errors
///
/// [`VerticalError`]; its `fault` says whose it is.
pub async fn predict(
    mail: &Mailbox,
    model: &LabelModel,
    columns: &[Column],
    rows: u32,
) -> Result<Vec<f64>, VerticalError> {
    check_columns(columns, model.columns(), rows)?;
    let splits = model.holders().iter().map(|(_, splits)| *splits);
    let batch = batch(splits.max().unwrap_or(0));
    let mut margins = Vec::with_capacity(rows as usize);
    let mut first = 0;
    while first < rows {
        let here = batch.min(rows - first);
        for (party, splits) in model.holders() {
            let (rows, splits) = (here, *splits);
            let asked = Asked {
                first,
                rows,
                splits,
            };
            mail.send(party, &asked).await?; // m1: rows
        }
        let mut all = Vec::new();
        for (party, splits) in model.holders() {
            let Sides { sides } = mail.recv(party).await?; // m2: their sides
            let due = *splits as usize * here as usize;
            let fits = bits::unpack(&sides, due).is_some();
            fits.then(|| all.push(sides))
                .ok_or_else(|| VerticalError::breach(party, Breach::Bits))?;
        }
        mail.compute(WALK, || {
            let mut values = vec![0.0; columns.len()];
            for row in 0..here as usize {
                for (value, column) in values.iter_mut().zip(columns) {
                    *value = column.values[first as usize + row];
                }
                let goes_left = |holder: u32, split: u32| {
                    let place = split as usize * here as usize + row;
                    all[holder as usize][place / 8] >> (place % 8) & 1 == 1
                };
                margins.push(model.margin(&values, goes_left));
            }
        });
        first += here;
    }
    for (party, splits) in model.holders() {
        let (rows, splits) = (0, *splits);
        let over = Asked {
            first,
            rows,
            splits,
        };
        mail.send(party, &over).await?; // m1: no more
    }
    Ok(margins)
}

/// Predicts: a feature holder's part. Gives how many rows it was asked for.
///
/// `columns` are the own ones, in the model's order; all parties have the same `rows` rows in the
/// same order. Each row is asked for once at most.
///
/// # Errors
///
/// [`VerticalError`]; its `fault` says whose it is.
pub async fn answer(
    mail: &Mailbox,
    asker: &PartyId,
    model: &FeatureModel,
    columns: &[Column],
    rows: u32,
) -> Result<u32, VerticalError> {
    check_columns(columns, model.columns(), rows)?;
    let splits = narrow(model.rules().len());
    let most = batch(splits);
    let mut next = 0;
    loop {
        let asked: Asked = mail.recv(asker).await?; // m1
        if asked.splits != splits || asked.first != next {
            return Err(VerticalError::breach(asker, Breach::Rows));
        }
        if asked.rows == 0 {
            return Ok(next);
        }
        if asked.rows > most || asked.rows > rows - next {
            return Err(VerticalError::breach(asker, Breach::Rows));
        }
        let here = next as usize..(next + asked.rows) as usize;
        let sides = mail.compute(WALK, || {
            let of_rule = model.rules().iter().flat_map(|rule| {
                let values = &columns[rule.column as usize].values[here.clone()];
                values.iter().map(|value| rule.goes_left(*value))
            });
            bits::pack(of_rule)
        });
        mail.send(asker, &Sides { sides }).await?; // m2: their sides
        next += asked.rows;
    }
}

/// Gives how many rows are asked for at once where there are so many splits.
fn batch(splits: u32) -> u32 {
    let most = 8 * narrow(CHUNK) / splits.max(1);
    most.clamp(1, MOST_ROWS_AT_ONCE)
}

fn check_columns(columns: &[Column], names: &[String], rows: u32) -> Result<(), VerticalError> {
    let same = columns.len() == names.len()
        && columns
            .iter()
            .zip(names)
            .all(|(column, name)| column.name == *name);
    if !same {
        return Err(VerticalError::NotAgreed("the columns"));
    }
    let whole = columns
        .iter()
        .all(|column| column.values.len() == rows as usize);
    whole
        .then_some(())
        .ok_or(VerticalError::NotAgreed("the rows"))
}
