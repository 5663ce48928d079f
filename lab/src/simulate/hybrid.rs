//! Trees over columns of several, where hospitals have each its own people.

#[cfg(test)]
mod tests;

use consilium_base::Seed;
use consilium_gbdt::{
    hybrid::{
        Agreement, Hospital, HybridError, LabelHolder, Member, coordinate, follow, hear_rows, lead,
        tell_rows,
    },
    vertical::{self, FeatureHolder, FeatureModel, LabelModel, Unwatched},
};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::{Grow, HybridSums, Plan, Vertical};
use futures_util::future::{join, join_all};

use super::{
    Brought, Parties, SimulationError, Trained,
    error::all_ended,
    protection::Sums,
    vertical::{Curve, PREPARE, of_label_holder, trained},
};

pub(super) async fn fit(
    (plan, task, grow): (&Plan, &Vertical, &Grow),
    brought: &[Brought],
    parties: &Parties,
) -> Result<Trained, SimulationError> {
    let HybridSums {
        counts,
        ciphertexts,
    } = plan.hybrid_sums().ok_or(SimulationError::NotSimulated)?;
    let group = task.group().and_then(|group| group.terms.as_ref());
    let group = group.ok_or(SimulationError::NotSimulated)?;
    let members = task.hospitals().map(|party| {
        let own = brought.iter().find(|it| it.party == *party);
        let own = own.ok_or_else(|| SimulationError::Missing(party.clone()))?;
        Ok::<_, SimulationError>(Member {
            party: party.clone(),
            rows: u32::try_from(own.rows.count()).unwrap_or(u32::MAX),
        })
    });
    let members: Vec<Member> = members.collect::<Result<_, _>>()?;
    let rows = members.iter().map(|it| it.rows);
    let total = rows.fold(0, u32::saturating_add);
    let agreement = task.hybrid_agreement(grow, plan.coordinator(), total.into())?;
    let fit = Hybrid {
        plan,
        task,
        grow,
        agreement,
        members,
        total,
        counts: Sums::new(counts, parties.seed.derive("lab.1.counts", &[])),
        ciphertexts: Sums::new(ciphertexts, parties.seed.derive("lab.1.ciphertexts", &[])),
    };

    let (mut leading, mut hospitals, mut others) = (None, Vec::new(), Vec::new());
    for (mail, own) in parties.others.iter().zip(brought) {
        let secrets = ["lab.1.trees", "lab.1.keys"].map(|it| parties.secret(it, mail.me()));
        if own.party == task.label_holder {
            leading = Some(fit.lead(mail, own, secrets));
        } else if task.is_hospital(&own.party) {
            hospitals.push(async {
                parties.prove(mail, plan, brought).await?;
                fit.follow_as_hospital(mail, own, secrets).await
            });
        } else {
            others.push(fit.follow(mail, own, secrets));
        }
    }
    let leading = leading.ok_or_else(|| SimulationError::Missing(task.label_holder.clone()))?;
    let coordinating = fit.coordinate(&parties.coordinator);
    let following = join(join_all(hospitals), join_all(others));
    let at_centre = join(Box::pin(leading), Box::pin(coordinating));
    let ((led, coordinated), (hospitals, others)) = join(at_centre, following).await;
    let led = all_ended(led, [coordinated]).map(|(led, _)| led);
    let led = all_ended(led, hospitals);
    let (((label, curve), hospitals), mut parts) = all_ended(led, others)?;
    // Each hospital has the same splits: they are the group's.
    let of_group = hospitals.into_iter().next();
    parts.extend(of_group.map(|part| (group.name.clone(), part)));
    Ok(trained(label, parts, curve))
}

/// What is agreed on, and how many rows each hospital brings.
struct Hybrid<'a> {
    plan: &'a Plan,
    task: &'a Vertical,
    grow: &'a Grow,
    agreement: Agreement,
    members: Vec<Member>,
    total: u32,
    counts: Sums,
    ciphertexts: Sums,
}

impl Hybrid<'_> {
    async fn lead(
        &self,
        mail: &Mailbox,
        own: &Brought,
        [secret, keys]: [Seed; 2],
    ) -> Result<(LabelModel, Curve), SimulationError> {
        let feature_holders = self.task.feature_holders();
        let feature_holders: Vec<PartyId> = feature_holders.map(|it| it.party.clone()).collect();
        let others = (self.plan.coordinator(), &feature_holders[..]);
        tell_rows(mail, others, &self.members).await?;
        let holder = mail.compute(PREPARE, || {
            let table = of_label_holder(self.grow.specification().objective, &own.rows);
            let table = table.map_err(|bad| SimulationError::rows(&own.party, &bad))?;
            // Its rows are the hospitals', one hospital after the other.
            let mut start = 0;
            let patients = self.members.iter().map(|hospital| {
                let first = start;
                start += hospital.rows;
                (first..start).collect()
            });
            let patients: Vec<Vec<u32>> = patients.collect();
            let holder = LabelHolder::new(&self.agreement, &table, &patients, secret);
            holder.map_err(SimulationError::from)
        });
        let (mut holder, mut curve) = (holder?, Curve::default());
        let mut sums = self.ciphertexts.aggregator()?;
        let rng = &mut keys.generator();
        let model = lead(mail, &mut holder, &mut sums, rng, &mut curve).await?;
        Ok((model, curve))
    }

    async fn coordinate(&self, mail: &Mailbox) -> Result<(), SimulationError> {
        self.hear(mail, &[]).await?;
        let mut sums = self.counts.aggregator()?;
        Ok(coordinate(mail, &self.agreement, &mut sums).await?)
    }

    async fn follow_as_hospital(
        &self,
        mail: &Mailbox,
        own: &Brought,
        [secret, keys]: [Seed; 2],
    ) -> Result<FeatureModel, SimulationError> {
        let rows = self.members.iter().find(|it| it.party == own.party);
        let rows: Vec<u32> = rows.map(|it| it.rows).into_iter().collect();
        self.hear(mail, &rows).await?;
        let hospital = mail.compute(PREPARE, || {
            Hospital::new(&self.agreement, mail.me(), own.rows.columns.clone(), secret)
        });
        let mut counts = self.counts.contributor(mail.me())?;
        let mut sums = self.ciphertexts.contributor(mail.me())?;
        let (hospital, both) = (hospital?, (&mut counts, &mut sums));
        let (rng, watch) = (&mut keys.generator(), &mut Unwatched);
        let following = Box::pin(follow(mail, &hospital, both, rng, watch));
        Ok(following.await?)
    }

    async fn follow(
        &self,
        mail: &Mailbox,
        own: &Brought,
        [secret, keys]: [Seed; 2],
    ) -> Result<(PartyId, FeatureModel), SimulationError> {
        let rows: Vec<u32> = self.members.iter().map(|it| it.rows).collect();
        self.hear(mail, &rows).await?;
        let holder = mail.compute(PREPARE, || {
            FeatureHolder::new(self.agreement.whole(), mail.me(), &own.rows.columns, secret)
        });
        let rng = &mut keys.generator();
        let model = vertical::follow(mail, &mut holder?, rng, &mut Unwatched).await?;
        Ok((own.party.clone(), model))
    }

    /// Hears how many rows all hospitals have, and that so many of them are this party's.
    async fn hear(&self, mail: &Mailbox, rows: &[u32]) -> Result<(), HybridError> {
        let within = self.total..=self.total;
        hear_rows(mail, &self.task.label_holder, rows, within).await?;
        Ok(())
    }
}
