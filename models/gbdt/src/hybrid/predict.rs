//! Joint predictions with several hospitals: those of `gbdt-predict/1`, hospital by hospital.

use consilium_mailbox::{Mailbox, PartyId};

use super::{agreement::Member, error::HybridError};
use crate::{
    Column,
    vertical::{self, FeatureModel, LabelModel, VerticalError},
};

/// Predicts: the label holder's part. Gives the margin of each row.
///
/// `columns` are the own ones, in the model's order; the rows are the first hospital's, then the next
/// one's, and so on, and each hospital has its own in the same order. Each hospital answers by
/// [`vertical::answer`], further feature holders by [`answer`].
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
    let mut margins = Vec::new();
    for (Member { party, .. }, (columns, rows)) in hospitals.iter().zip(divide(columns, hospitals)?)
    {
        let model = model.held_by(party);
        let model = model.ok_or(VerticalError::NotAgreed("the parties"))?;
        margins.extend(vertical::predict(mail, &model, &columns, rows).await?);
    }
    Ok(margins)
}

/// Predicts: the part of a feature holder that is no hospital. Gives how many rows it was asked for.
///
/// `columns` are the own ones, in the model's order, of all hospitals' rows.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn answer(
    mail: &Mailbox,
    asker: &PartyId,
    model: &FeatureModel,
    columns: &[Column],
    hospitals: &[Member],
) -> Result<u32, HybridError> {
    let mut asked = 0;
    for (columns, rows) in divide(columns, hospitals)? {
        asked += vertical::answer(mail, asker, model, &columns, rows).await?;
    }
    Ok(asked)
}

/// Gives the columns of each hospital's rows, and how many rows it has.
fn divide(
    columns: &[Column],
    hospitals: &[Member],
) -> Result<Vec<(Vec<Column>, u32)>, VerticalError> {
    let all: u64 = hospitals.iter().map(|it| u64::from(it.rows)).sum();
    if columns.iter().any(|it| it.values.len() as u64 != all) {
        return Err(VerticalError::NotAgreed("the rows"));
    }
    let mut start = 0;
    let part = |hospital: &Member| {
        let here = start..start + hospital.rows as usize;
        start = here.end;
        let columns = columns.iter().map(|column| Column {
            name: column.name.clone(),
            values: column.values[here.clone()].to_vec(),
        });
        (columns.collect(), hospital.rows)
    };
    Ok(hospitals.iter().map(part).collect())
}
