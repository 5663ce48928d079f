//! Growing trees where all parties know the same people: the label holder's part, and the others'.

use consilium_gbdt::{
    Losses,
    vertical::{
        Agreement, FeatureHolder, FeatureModel, FeatureSide, LabelHolder, LabelModel, LabelSide,
        ModelPart, follow, lead,
    },
};
use consilium_mailbox::Mailbox;
use consilium_plan::Grow;
use serde::{Serialize, de::DeserializeOwned};

use super::{KEEPING, OwnPart, RunError, kept::Kept, rows::Rows, telling::Telling};

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
        let new = || LabelHolder::new(agreement, &table, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(table);
        let role = (new, LabelHolder::resume, LabelHolder::losses);
        let leading = async |holder: &mut LabelHolder, kept: &mut Kept<LabelSide>| {
            let rng = &mut self.home.ambient.generator();
            Ok(lead(mail, holder, rng, kept).await?)
        };
        self.play_leading((mail, &telling), role, leading).await
    }

    /// Plays the label holder's role to its end, and tells of it meanwhile; gives the losses after each
    /// tree too, the first after none.
    pub(super) async fn play_leading<R, S, E>(
        &self,
        (mail, telling): (&Mailbox, &Telling<'_>),
        (new, resume, losses): (
            R,
            impl FnOnce(R, S) -> Result<R, E>,
            impl FnOnce(&R) -> &[Losses],
        ),
        leading: impl AsyncFnOnce(&mut R, &mut Kept<S>) -> Result<LabelModel, RunError>,
    ) -> Result<(LabelModel, Vec<Losses>), RunError>
    where
        S: Serialize + DeserializeOwned,
        RunError: From<E>,
    {
        let mut kept = Kept::of(self.home, &self.plan.hash(), mail);
        let progress = kept.telling();
        let playing = async |holder: &mut R, kept: &mut Kept<S>| {
            let known = losses(holder).to_vec();
            let leading = async {
                let led = leading(holder, kept).await;
                kept.fall_silent();
                led
            };
            let (led, told) = tokio::join!(leading, telling.tell(known, progress));
            // What the protocol has found weighs more than that it could not be told.
            Ok((led?, told?))
        };
        self.play(kept, (new, resume), playing).await
    }

    /// Takes part in the trees that are left.
    pub(super) async fn follow(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        rows: Rows,
    ) -> Result<FeatureModel, RunError> {
        let (me, columns) = (&self.home.party, &rows.columns);
        let new = || FeatureHolder::new(agreement, me, columns, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(rows);
        let kept = Kept::of(self.home, &self.plan.hash(), mail);
        let following = async |holder: &mut FeatureHolder, kept: &mut Kept<FeatureSide>| {
            let rng = &mut self.home.ambient.generator();
            Ok(follow(mail, holder, rng, kept).await?)
        };
        self.play(kept, (new, FeatureHolder::resume), following)
            .await
    }
}
