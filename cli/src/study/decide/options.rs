//! What a decision is given on the command line.

use std::collections::BTreeSet;

use anyhow::Context as _;
use clap::Args;
use consilium_data::Date;
use consilium_identity::IdentityKey;
use consilium_node::config::Period;
use consilium_plan::{Lang, Plan, PlanHash, Steward, UnixTime};
use consilium_proto::v1;
use consilium_schema::DateOrder;

use crate::{
    client::HouseDoor,
    hint::{Misuse, OrHint as _},
    person::StewardKey,
};

/// Who signs, and where it is handed in.
#[derive(Debug, Args)]
pub(in crate::study) struct Signing {
    #[command(flatten)]
    key: StewardKey,

    /// Sign without asking
    #[arg(long)]
    pub(super) yes: bool,

    #[command(flatten)]
    pub(super) door: HouseDoor,
}

/// How far an approval goes.
#[derive(Debug, Args)]
pub(in crate::study) struct Limits {
    /// The most runs that the participant takes part in; default, and at most: what the plan asks
    /// for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,

    /// When the approval ends: a day, as 2027-01-31, whose end in UTC is meant, or a length of
    /// time, as 14d; default, and at the latest: when the plan ends
    #[arg(long, value_name = "WHEN", value_parser = until)]
    until: Option<Until>,

    /// Allow that your institution's own aggregate becomes derivable when others drop out
    #[arg(long)]
    pub(super) waive_derivable: bool,

    /// Allow it beside an earlier study that measured columns of nearly the same rows by other rules, or told of
    /// the data set with noise; may be given several times
    #[arg(long, value_name = "STUDY")]
    beside: Vec<String>,
}

/// When an approval ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    At(UnixTime),
    After(Period),
}

fn until(text: &str) -> Result<Until, String> {
    const DAY: i64 = 86_400;
    let is_day = text.len() <= "2027-01-31".len();
    if let Some(date) = Date::parse(text, DateOrder::Ymd).filter(|_| is_day) {
        return Ok(Until::At(UnixTime((i64::from(date.days()) + 1) * DAY - 1)));
    }
    let period = text.parse().map(Until::After);
    period.map_err(|_| "write a day as 2027-01-31, or a length of time as 14d".to_owned())
}

impl Signing {
    pub(super) fn signer(
        &self,
        house: &v1::ParticipantStatus,
        lang: Lang,
    ) -> anyhow::Result<Steward> {
        Ok(Steward {
            party: house.party.parse().context("the daemon's party")?,
            name: self.key.name(lang)?,
        })
    }

    pub(super) fn key(&self, lang: Lang) -> anyhow::Result<IdentityKey> {
        self.key.open(lang)
    }
}

impl Limits {
    /// Gives the earlier studies beside which the study may run.
    ///
    /// # Errors
    ///
    /// If no study that was answered here has such a hash, or several have.
    pub(super) fn beside(
        &self,
        own: &v1::OwnStudy,
        lang: Lang,
    ) -> anyhow::Result<BTreeSet<PlanHash>> {
        let named = |named: &String| {
            let answered = own.answered.iter().map(|earlier| earlier.study.as_str());
            let found: BTreeSet<&str> = answered.filter(|it| it.starts_with(&**named)).collect();
            let mut found = found.into_iter();
            match (found.next(), found.next()) {
                (Some(study), None) => study.parse().context("the earlier study"),
                _ => Err(Misuse(lang.pick(
                    format!("--beside {named}: that is not the beginning of one study's hash"),
                    format!("--beside {named}：不是唯一一项研究的哈希开头"),
                )))
                .or_hint(lang.pick(
                    "`consilium study show` lists the studies that were answered here",
                    "`consilium study show` 列出此处回答过的研究",
                )),
            }
        };
        self.beside.iter().map(named).collect()
    }

    /// Gives the most runs of the approval, and when it ends.
    ///
    /// # Errors
    ///
    /// If either is beyond what the plan asks for.
    pub(super) fn within(
        &self,
        plan: &Plan,
        now: UnixTime,
        lang: Lang,
    ) -> anyhow::Result<(u32, UnixTime)> {
        let (most, last) = (plan.limits().runs, plan.deadline(now));
        let runs = self.runs.unwrap_or(most);
        let until = match self.until {
            Some(Until::At(time)) => time,
            Some(Until::After(Period(length))) => now.after(length),
            None => last,
        };
        let beyond = match (runs > most, until > last) {
            (true, _) => lang.pick(
                format!("--runs {runs} is more than the plan's {most}"),
                format!("--runs {runs} 超过方案的 {most} 次"),
            ),
            (false, true) => lang.pick(
                format!("--until {until} is later than the plan's end, {last} at the latest"),
                format!("--until {until} 晚于方案的结束时间（最迟 {last}）"),
            ),
            (false, false) => return Ok((runs, until)),
        };
        Err(Misuse(beyond)).or_hint(lang.pick(
            "without the option the approval goes as far as the plan does",
            "省略该选项时，批准与方案的限度相同",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_approval_goes_no_further_than_the_plan() {
        let text = include_str!("../../../../platform/plan/tests/it/expected/heart.toml");
        let plan: Plan = text.parse().unwrap();
        let (most, now) = (plan.limits().runs, UnixTime(1_800_000_000));
        let last = plan.deadline(now);
        let within = |runs, until| {
            let limits = Limits {
                runs,
                until,
                beside: Vec::new(),
                waive_derivable: false,
            };
            let said = limits.within(&plan, now, Lang::En);
            said.map_err(|error| format!("{error:#}"))
        };
        assert_eq!(within(None, None), Ok((most, last)));
        let sooner = UnixTime(last.0 - 1);
        assert_eq!(within(Some(1), Some(Until::At(sooner))), Ok((1, sooner)));
        let named = within(Some(most + 1), None).unwrap_err();
        assert!(named.ends_with(&format!("plan's {most}")), "{named}");
        let named = within(None, Some(Until::At(UnixTime(last.0 + 1)))).unwrap_err();
        assert!(named.contains(&last.to_string()), "{named}");
    }

    #[test]
    fn an_approval_ends_with_a_day_or_after_a_while() {
        let Ok(Until::At(end)) = until("2027-01-31") else {
            panic!("a day is a time")
        };
        assert_eq!(end.to_string(), "2027-01-31T23:59:59Z");
        let length = Period(Duration::from_hours(14 * 24));
        assert_eq!(until("14d"), Ok(Until::After(length)));
        assert!(until("soon").is_err());
        assert!(until("2027-02-30").is_err());
    }
}
