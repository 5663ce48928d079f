//! Growing trees where all parties know the same people: the label holder's part, and the others'.

use consilium_gbdt::{
    Losses,
    vertical::{
        Agreement, FeatureHolder, FeatureModel, FeatureSide, LabelHolder, LabelModel, LabelSide,
        ModelPart, Progress, follow, lead,
    },
};
use consilium_mailbox::Mailbox;
use consilium_plan::Grow;
use tokio::sync::mpsc;

use super::{
    KEEPING, OwnPart, RunError, growing::of_keeping, kept::Kept, rows::Rows, telling::Telling,
};

impl OwnPart<'_> {
    /// Grows the trees that are left; gives the losses after each too, the first after none.
    pub(super) async fn fit(
        &self,
        mail: &Mailbox,
        grow: &Grow,
        rows: Rows,
    ) -> Result<(ModelPart, Vec<Losses>), RunError> {
        let agreement = self.task.agreement(grow, rows.count().into());
        let agreement = agreement.map_err(|_| self.internal("agreement"))?;
        if self.has_labels() {
            let (model, losses) = self.lead(mail, (grow, &agreement), rows).await?;
            return Ok((ModelPart::LabelHolder(model), losses));
        }
        let model = self.follow(mail, &agreement, rows).await?;
        Ok((ModelPart::FeatureHolder(model), Vec::new()))
    }

    async fn lead(
        &self,
        mail: &Mailbox,
        (grow, agreement): (&Grow, &Agreement),
        rows: Rows,
    ) -> Result<(LabelModel, Vec<Losses>), RunError> {
        let telling = Telling::of(grow, rows.count(), (mail, self.plan.coordinator()));
        let table = rows.into_table(grow.specification().objective);
        let table = table.map_err(|_| self.internal("table"))?;
        let (heard, progress) = mpsc::unbounded_channel();
        let kept = Kept::<LabelSide>::of(self.home, &self.plan.hash(), mail).telling(heard);
        let new = || LabelHolder::new(agreement, &table, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(table);
        let (kept, mut holder) = self.ready(kept, new, LabelHolder::resume).await?;
        let known = holder.losses().to_vec();
        let leading = async {
            // Once it is dropped there is nothing more to tell.
            let mut kept = kept;
            let rng = &mut self.home.ambient.generator();
            let led = lead(mail, &mut holder, rng, &mut kept).await;
            led.map_err(|error| of_keeping(error, kept.unkept))
        };
        told(leading, &telling, (known, progress)).await
    }

    /// Takes part in the trees that are left.
    pub(super) async fn follow(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        rows: Rows,
    ) -> Result<FeatureModel, RunError> {
        let kept = Kept::<FeatureSide>::of(self.home, &self.plan.hash(), mail);
        let (me, columns) = (&self.home.party, &rows.columns);
        let new = || FeatureHolder::new(agreement, me, columns, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(rows);
        let (mut kept, mut holder) = self.ready(kept, new, FeatureHolder::resume).await?;
        let rng = &mut self.home.ambient.generator();
        let followed = follow(mail, &mut holder, rng, &mut kept).await;
        followed.map_err(|error| of_keeping(error, kept.unkept))
    }
}

/// Leads a fit and tells of its progress meanwhile; gives the losses too, `known` before it.
pub(super) async fn told(
    leading: impl Future<Output = Result<LabelModel, RunError>>,
    telling: &Telling<'_>,
    (known, progress): (Vec<Losses>, mpsc::UnboundedReceiver<Progress>),
) -> Result<(LabelModel, Vec<Losses>), RunError> {
    let (led, told) = tokio::join!(leading, telling.tell(known, progress));
    // What the protocol has found weighs more than that it could not be told.
    Ok((led?, told?))
}
