//! Holding columns against labels.

use consilium_journal::{Kind, band};
use consilium_mailbox::Mailbox;
use consilium_plan::Phase;
use consilium_statistics::{
    Evidence, EvidenceBin, Place,
    vertical::{Binned, alone, offer, weigh},
};
use futures_util::future::try_join_all;

use super::{
    KEEPING, OwnPart, RunError,
    binning::Bins,
    report::{Weighed, WeighedReport},
    taking::Taken,
};

/// The label under which holding own columns against own labels is accounted.
const ALONE: &str = "vertical.1.weighing";

impl OwnPart<'_> {
    /// Holds the columns of all against the labels, or offers own columns to whoever has these.
    pub(super) async fn weigh(&self, mail: &Mailbox, taken: Taken) -> Result<(), RunError> {
        let Taken { rows, bins, .. } = taken;
        let here = mail.scope(Phase::Statistics.name());
        let minimum = self.plan.limits().minimum_cell.0;
        let own: Vec<Binned> = bins.iter().map(|bins| bins.binned.clone()).collect();
        let mut columns = Vec::new();
        if self.has_labels() {
            let labels: Vec<bool> = rows.labels.iter().map(|label| *label > 0.0).collect();
            let found = here.compute(ALONE, || alone(&labels, &own, minimum))?;
            columns.extend(self.own(&bins, found));
            let holders = self.task.feature_holders().map(async |member| {
                let asked = (member.features.len(), minimum);
                let mut rng = self.home.ambient.generator();
                let found = weigh(&here, &member.party, &labels, asked, &mut rng).await?;
                let columns = member.features.iter().map(String::as_str).zip(found);
                let of = |(name, evidence): (_, _)| Weighed {
                    party: &member.party,
                    name,
                    evidence,
                    bins: Vec::new(),
                };
                Ok::<Vec<Weighed<'_>>, RunError>(columns.map(of).collect())
            });
            columns.extend(try_join_all(holders).await?.into_iter().flatten());
        } else {
            let mut rng = self.home.ambient.generator();
            let holder = &self.task.label_holder;
            let found = offer(&here, holder, &own, minimum, &mut rng).await?;
            columns.extend(self.own(&bins, found));
        }
        let report = WeighedReport::of(self, &rows, columns);
        mail.compute(KEEPING, || self.results.keep_own_report(&report))?;
        let entry = self.entry(Kind::OPENING).with("learnt", "evidence");
        let entry = entry.with("rows", band(rows.count().into()));
        self.home.store.log(&entry).await?;
        self.conclude(&here, None).await
    }

    /// Says what own columns tell, by what their bins are.
    fn own<'a>(
        &'a self,
        bins: &'a [Bins],
        found: Vec<Option<Evidence>>,
    ) -> impl Iterator<Item = Weighed<'a>> {
        bins.iter().zip(found).map(|(bins, evidence)| Weighed {
            party: &self.home.party,
            name: &bins.name,
            bins: names(bins, evidence.as_ref()),
            evidence,
        })
    }
}

/// Says what lies in each bin of the evidence; nothing stands for rows without a value.
fn names<'a>(bins: &'a Bins, evidence: Option<&Evidence>) -> Vec<Vec<Option<&'a Place>>> {
    let told = evidence.map_or(&[][..], |evidence| &evidence.bins);
    let of_cell = |cell: &usize| match bins.places.get(*cell) {
        Some(places) => places.iter().map(Some).collect(),
        None => vec![None],
    };
    let named = |bin: &EvidenceBin| bin.cells.iter().flat_map(of_cell).collect();
    told.iter().map(named).collect()
}
