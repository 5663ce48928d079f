//! Growing trees where hospitals have each its own people: the label holder's part, a hospital's, and
//! that of others with columns of them all.

use std::sync::Arc;

use consilium_base::Verifier;
use consilium_gbdt::{
    Losses, MOST_ROWS,
    hybrid::{
        Agreement, Hospital, HospitalSide, HybridError, LabelHolder, LabelSide, follow, hear_rows,
        lead, tell_rows,
    },
    vertical::{FeatureModel, LabelModel, ModelPart},
};
use consilium_journal::Kind;
use consilium_mailbox::Mailbox;
use consilium_plan::{Grow, HybridSums};
use consilium_secagg::Aggregator;

use super::{KEEPING, OwnPart, RunError, kept::Kept, rows::Rows, telling::Telling};
use crate::{store::Book, study::run};

impl OwnPart<'_> {
    /// Grows the trees that are left; gives the losses after each too, the first after none.
    pub(super) async fn fit_with_hospitals(
        &self,
        mail: &Mailbox,
        grow: &Grow,
        rows: Rows,
    ) -> Result<(ModelPart, Vec<Losses>), RunError> {
        let total = self.agree_on_rows(mail, &rows).await?;
        let coordinator = self.plan.coordinator();
        let agreement = self.task.hybrid_agreement(grow, coordinator, total.into());
        let agreement = agreement.map_err(|_| self.internal("agreement"))?;
        if self.has_labels() {
            let led = Box::pin(self.lead_hospitals(mail, (grow, &agreement), rows));
            let (model, losses) = led.await?;
            return Ok((ModelPart::LabelHolder(model), losses));
        }
        let model = if self.task.is_hospital(&self.home.party) {
            Box::pin(self.follow_as_hospital(mail, &agreement, rows)).await?
        } else {
            self.follow(mail, agreement.whole(), rows).await?
        };
        Ok((ModelPart::FeatureHolder(model), Vec::new()))
    }

    /// Gives how many rows all hospitals have together: the label holder says it, and how many it has in
    /// common with each party.
    async fn agree_on_rows(&self, mail: &Mailbox, rows: &Rows) -> Result<u32, RunError> {
        if self.has_labels() {
            let feature_holders = self.task.feature_holders();
            let feature_holders: Vec<_> = feature_holders.map(|it| it.party.clone()).collect();
            let others = (self.plan.coordinator(), &feature_holders[..]);
            return Ok(tell_rows(mail, others, &rows.hospitals).await?);
        }
        let parts: Vec<u32> = rows.hospitals.iter().map(|it| it.rows).collect();
        let own = rows.count();
        let within = if self.task.is_hospital(&self.home.party) {
            let limits = self.plan.limits();
            let least = self.task.least_fitted(limits.minimum_rows.0);
            own.max(least)..=most_rows(limits.most_rows.0)
        } else {
            own..=own
        };
        Ok(hear_rows(mail, &self.task.label_holder, &parts, within).await?)
    }

    async fn lead_hospitals(
        &self,
        mail: &Mailbox,
        (grow, agreement): (&Grow, &Agreement),
        rows: Rows,
    ) -> Result<(LabelModel, Vec<Losses>), RunError> {
        let telling = Telling::of(grow, rows.count(), (mail, self.plan.coordinator()));
        let patients = rows.into_patients(grow.specification().objective);
        let (table, patients) = patients.map_err(|_| self.internal("table"))?;
        let new = || LabelHolder::new(agreement, &table, &patients, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop((table, patients));
        let role = (new, LabelHolder::resume, LabelHolder::losses);
        let leading = async |holder: &mut LabelHolder, kept: &mut Kept<LabelSide>| {
            let HybridSums { ciphertexts, .. } = self.sums()?;
            // A run that breaks off has opened some as well.
            let entry = self.entry(Kind::OPENING).with("learnt", "sums");
            self.home.store.log(&entry).await?;
            // Numbers that were used up are kept with the trees: none is opened twice.
            let mut sums = Aggregator::new(ciphertexts, self.verifier().await?, [])?;
            let rng = &mut self.home.ambient.generator();
            Ok(Box::pin(lead(mail, holder, &mut sums, rng, kept)).await?)
        };
        self.play_leading((mail, &telling), role, leading).await
    }

    async fn follow_as_hospital(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        rows: Rows,
    ) -> Result<FeatureModel, RunError> {
        let (me, columns) = (&self.home.party, rows.columns);
        let new = || Hospital::new(agreement, me, columns, self.secret());
        let new = mail.compute(KEEPING, new)?;
        let resume = |new: Hospital, side| Ok::<_, HybridError>(new.resume(side));
        let kept = Kept::of(self.home, &self.plan.hash(), mail);
        let following = async |hospital: &mut Hospital, kept: &mut Kept<HospitalSide>| {
            let HybridSums {
                counts,
                ciphertexts,
            } = self.sums()?;
            let verifier = self.verifier().await?;
            let own = (self.plan, &self.counted.secret);
            let of = |book, terms| run::sums(self.home, own, (book, terms), verifier.clone());
            let mut counts = of(Book::Counts, counts)?;
            let mut sums = of(Book::Ciphertexts, ciphertexts)?;
            let rng = &mut self.home.ambient.generator();
            let both = (&mut counts, &mut sums);
            Ok(Box::pin(follow(mail, hospital, both, rng, kept)).await?)
        };
        self.play(kept, (new, resume), following).await
    }

    fn sums(&self) -> Result<HybridSums, RunError> {
        let sums = self.plan.hybrid_sums();
        sums.ok_or_else(|| self.internal("sums"))
    }

    async fn verifier(&self) -> Result<Arc<dyn Verifier>, RunError> {
        Ok(Arc::new(self.home.directory().await?))
    }
}

/// Gives how many rows a study may have that allows so many.
fn most_rows(allowed: u64) -> u32 {
    let most = allowed.min(MOST_ROWS as u64);
    u32::try_from(most).unwrap_or(u32::MAX)
}
