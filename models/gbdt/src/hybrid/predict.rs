//! Joint predictions with several hospitals: those of `gbdt-predict/1`, hospital by hospital.

use consilium_mailbox::Mailbox;

use super::{agreement::Member, error::HybridError};
use crate::{
    Column,
    vertical::{self, LabelModel, VerticalError},
};

/// Predicts: the label holder's part. Gives the margin of each row.
///
/// `columns` are the own ones, in the model's order; the rows are the first hospital's, then the next
/// one's, and so on, and each hospital has its own in the same order. Each answers by
/// [`answer`](vertical::answer).
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn predict(
    mail: &Mailbox,
    model: &LabelModel,
    hospitals: &[Member],
    columns: &[Column],
) -> Result<Vec<f64>, HybridError> {
    let all: u64 = hospitals.iter().map(|it| u64::from(it.rows)).sum();
    let whole = columns.iter().all(|it| it.values.len() as u64 == all);
    let not_agreed = |what| VerticalError::NotAgreed(what);
    if !whole {
        return Err(not_agreed("the rows").into());
    }
    let mut margins = Vec::new();
    for Member { party, rows } in hospitals {
        let here = margins.len()..margins.len() + *rows as usize;
        let columns = columns.iter().map(|column| Column {
            name: column.name.clone(),
            values: column.values[here.clone()].to_vec(),
        });
        let columns: Vec<Column> = columns.collect();
        let model = model.held_by(party).ok_or(not_agreed("the parties"))?;
        margins.extend(vertical::predict(mail, &model, &columns, *rows).await?);
    }
    Ok(margins)
}
