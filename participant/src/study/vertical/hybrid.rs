//! Growing trees where hospitals have each its own people: the label holder's part, a hospital's, and
//! that of others with columns of them all.

use std::sync::Arc;

use consilium_base::{Generator, Verifier};
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
use consilium_secagg::{Aggregator, Contributor, Credentials, Terms};
use tokio::sync::mpsc;

use super::{
    KEEPING, OwnPart, RunError, fitting::told, growing::of_keeping, kept::Kept, rows::Rows,
    telling::Telling,
};
use crate::{
    store::{Book, StudyBook},
    study::run,
};

impl OwnPart<'_> {
    /// Grows the trees that are left; gives the losses after each too, the first after none.
    pub(super) async fn fit_with_hospitals(
        &self,
        mail: &Mailbox,
        grow: &Grow,
        rows: Rows,
    ) -> Result<(ModelPart, Vec<Losses>), RunError> {
        let total = self.agree_on_rows(mail, rows.count()).await?;
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

    /// Gives how many rows all hospitals have together: the label holder says it.
    async fn agree_on_rows(&self, mail: &Mailbox, own: u32) -> Result<u32, RunError> {
        let label_holder = &self.task.label_holder;
        if self.has_labels() {
            let coordinator = [self.plan.coordinator().clone()];
            let others = [&coordinator[..], &self.others].concat();
            tell_rows(mail, &others, own).await?;
            return Ok(own);
        }
        let within = if self.task.is_hospital(&self.home.party) {
            let limits = self.plan.limits();
            let least = self.task.least_fitted(limits.minimum_rows.0);
            own.max(least)..=most_rows(limits.most_rows.0)
        } else {
            own..=own
        };
        Ok(hear_rows(mail, label_holder, within).await?)
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
        let (heard, progress) = mpsc::unbounded_channel();
        let kept = Kept::<LabelSide>::of(self.home, &self.plan.hash(), mail).telling(heard);
        let new = || LabelHolder::new(agreement, &table, &patients, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop((table, patients));
        let (kept, mut holder) = self.ready(kept, new, LabelHolder::resume).await?;
        let known = holder.losses().to_vec();
        let HybridSums { ciphertexts, .. } = self.sums()?;
        // A run that breaks off has opened some as well.
        self.log(self.entry(Kind::OPENING).with("learnt", "sums"))
            .await?;
        // Numbers that were used up are kept with the trees: none is opened twice.
        let mut sums = Aggregator::new(ciphertexts, self.verifier().await?, [])?;
        let leading = async {
            // Once it is dropped there is nothing more to tell.
            let mut kept = kept;
            let rng = &mut self.home.ambient.generator();
            let led = Box::pin(lead(mail, &mut holder, &mut sums, rng, &mut kept)).await;
            led.map_err(|error| of_keeping(error, kept.unkept))
        };
        told(leading, &telling, (known, progress)).await
    }

    async fn follow_as_hospital(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        rows: Rows,
    ) -> Result<FeatureModel, RunError> {
        let kept = Kept::<HospitalSide>::of(self.home, &self.plan.hash(), mail);
        let (me, columns) = (&self.home.party, rows.columns);
        let new = || Hospital::new(agreement, me, columns, self.secret());
        let new = mail.compute(KEEPING, new)?;
        let resume = |new: Hospital, side| Ok::<_, HybridError>(new.resume(side));
        let (mut kept, hospital) = self.ready(kept, new, resume).await?;
        let HybridSums {
            counts,
            ciphertexts,
        } = self.sums()?;
        let credentials = Credentials {
            signer: self.home.key.clone(),
            verifier: self.verifier().await?,
        };
        let mut counts = self.contributor(Book::Counts, counts, credentials.clone())?;
        let mut sums = self.contributor(Book::Ciphertexts, ciphertexts, credentials)?;
        let rng = &mut self.home.ambient.generator();
        let both = (&mut counts, &mut sums);
        let followed = Box::pin(follow(mail, &hospital, both, rng, &mut kept)).await;
        followed.map_err(|error| of_keeping(error, kept.unkept))
    }

    fn sums(&self) -> Result<HybridSums, RunError> {
        let sums = self.plan.hybrid_sums();
        sums.ok_or_else(|| self.internal("sums"))
    }

    async fn verifier(&self) -> Result<Arc<dyn Verifier>, RunError> {
        Ok(Arc::new(self.home.directory().await?))
    }

    fn contributor(
        &self,
        book: Book,
        terms: Terms,
        credentials: Credentials,
    ) -> Result<Contributor<StudyBook, Generator>, RunError> {
        let (me, secret) = (&self.home.party, &self.counted.secret);
        let book = run::book(self.home, self.plan, book);
        let rng = self.home.ambient.generator();
        Ok(Contributor::new(me, terms, credentials, secret, book, rng)?)
    }
}

/// Gives how many rows a study may have that allows so many.
fn most_rows(allowed: u64) -> u32 {
    let most = allowed.min(MOST_ROWS as u64);
    u32::try_from(most).unwrap_or(u32::MAX)
}
