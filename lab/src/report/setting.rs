//! One setting against the exact plan.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::PartyId;
use consilium_plan::{Audience, Disclosure, Lang, Plan, PlanHash};
use serde::Serialize;

use super::{
    Measure,
    arm::{Fits, sent_bytes},
};
use crate::{
    Bargain, Fitted, Measured, NoVerdict, Pair, Scale, Setting, SettingNumber, Unsure, Verdict,
    verdict::loss,
};

/// One setting against the exact plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingReport {
    /// Its number.
    pub number: SettingNumber,
    /// What its block is called, if it is called something.
    pub name: Option<String>,
    /// The knobs that it turns, as in `trees.bins`, and what it sets them to, as in a plan.
    pub knobs: Vec<TurnedKnob>,
    /// The hash of the plan as it is then.
    pub plan: PlanHash,
    /// What it loses and saves.
    pub verdict: Option<Verdict>,
    /// Why there is no verdict.
    pub reason: Option<Said>,
    /// How many runs have a model of both plans whose measure is undefined: the verdict is without
    /// them.
    pub undefined: usize,
    /// Whether no other setting beats it both in what it loses and in the CPU time that it saves.
    pub on_front: bool,
    /// What it discloses and the exact plan does not.
    pub discloses_more: Vec<Said>,
    /// What the exact plan discloses and it does not.
    pub discloses_less: Vec<Said>,
    /// What each institution has of it.
    pub institutions: BTreeMap<PartyId, Against>,
}

/// A knob that is turned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnedKnob {
    /// Its path in a plan.
    pub path: String,
    /// Its value in TOML; nothing where the plan has no such key.
    pub value: Option<String>,
    /// The default in TOML, where it was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What it approximates.
    pub meaning: Said,
}

/// A line in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// How much better an institution's score is than otherwise, in the units of the score: below 0 where
/// it is worse. Means over the seeds and folds that have both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Against {
    /// Than by the exact plan.
    pub exact: Option<f64>,
    /// Than by its own rows alone.
    pub alone: Option<f64>,
}

/// What settings are held against.
pub(super) struct Yardstick<'a> {
    pub(super) plan: &'a Plan,
    pub(super) exact: &'a Fits<'a>,
    pub(super) alone: &'a BTreeMap<PartyId, Fits<'a>>,
    pub(super) score: Measure,
    pub(super) bargain: Bargain,
    pub(super) overlap: f64,
}

impl Said {
    /// Says a line in both languages.
    pub(super) fn by(say: impl Fn(Lang) -> String) -> Said {
        Said {
            en: say(Lang::En),
            zh: say(Lang::Zh),
        }
    }

    fn new(en: &str, zh: &str) -> Said {
        Said::by(|lang| lang.pick(en, zh).to_owned())
    }

    /// Says it in one.
    pub fn say(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }
}

impl SettingReport {
    /// A setting that has no model in some run does not pass, however good it is in the others.
    pub(super) fn new(
        setting: &Setting,
        (fits, failed): (&Fits<'_>, usize),
        by: &Yardstick<'_>,
    ) -> SettingReport {
        let pairs = by.pairs(fits);
        let both = fits.keys().filter(|split| by.exact.contains_key(*split));
        let undefined = both.count() - pairs.len();
        let knobs = setting.turned.iter().map(|(knob, value)| TurnedKnob {
            path: knob.path.to_owned(),
            value: Some(value.to_string()),
            default: None,
            meaning: Said::by(|lang| knob.meaning(lang).to_owned()),
        });
        let verdict = Verdict::new(&pairs, (by.score.scale(), by.bargain), by.overlap);
        let reason = verdict.err().map(|why| match why {
            NoVerdict::NoPair if fits.len() + failed == 0 => {
                Said::new("not run yet", "尚未运行")
            }
            NoVerdict::NoPair if fits.is_empty() => Said::by(|lang| {
                lang.pick(
                    format!("no model in any of {failed} runs"),
                    format!("{failed} 次运行均未得到模型"),
                )
            }),
            NoVerdict::NoPair if undefined > 0 => Said::by(|lang| by.score.undefined(lang)),
            NoVerdict::NoPair => Said::new(
                "no run of the exact plan to hold it against",
                "没有可比的精确方案运行结果",
            ),
            NoVerdict::NothingExplained => Said::new(
                "the exact plan's deviance does not clearly lie below that of the mean of the labels, so \
                 there is nothing of which a share could be lost",
                "精确方案的偏差并未明显低于以标签均值预测时的偏差，无从谈起损失了其中多少",
            ),
            NoVerdict::NothingToLose => Said::new(
                "the exact plan is so near to chance that a model that tells nothing would pass",
                "精确方案与随机猜测相差无几，毫无信息的模型也会通过",
            ),
        });
        let judged = |verdict: Verdict| match failed {
            0 => verdict,
            _ => Verdict {
                passes: false,
                confidence: None,
                unsure: Some(Unsure::MissingModel),
                ..verdict
            },
        };
        SettingReport {
            number: setting.number,
            name: setting.name.clone(),
            knobs: knobs.collect(),
            plan: setting.plan.hash(),
            verdict: verdict.ok().map(judged),
            reason,
            undefined,
            on_front: false,
            discloses_more: beyond(&setting.plan, by.plan),
            discloses_less: beyond(by.plan, &setting.plan),
            institutions: institutions(fits, by),
        }
    }

    /// Says whether it passes.
    pub fn passes(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict.passes)
    }

    /// Writes them for a label, such as `bins 16, trees 50`.
    pub(super) fn short(&self) -> String {
        let knobs = self.knobs.iter().map(|knob| {
            let key = knob.path.rsplit('.').next().unwrap_or_default();
            let value = knob.value.as_deref().unwrap_or_default();
            let plain: String = value.chars().filter(|it| !"{}\"=".contains(*it)).collect();
            let words: Vec<&str> = plain.split_whitespace().collect();
            format!("{key} {}", words.join(" "))
        });
        knobs.collect::<Vec<_>>().join(", ")
    }

    /// Writes the knobs as they are set, such as `trees.bins = 16, trees.trees = 50`.
    pub fn turned(&self) -> String {
        let knobs = self.knobs.iter().map(|knob| {
            let value = knob.value.as_deref().unwrap_or_default();
            format!("{} = {value}", knob.path)
        });
        knobs.collect::<Vec<_>>().join(", ")
    }
}

impl Yardstick<'_> {
    /// Puts fits beside those of the exact plan, as far as both have a score.
    pub(super) fn pairs(&self, fits: &Fits<'_>) -> Vec<Pair> {
        let pairs = self.exact.iter().filter_map(|(split, exact)| {
            Some(Pair {
                exact: measured(exact, self.score)?,
                approximate: measured(fits.get(split)?, self.score)?,
                nothing: self.score.of_nothing(&exact.measures)?,
            })
        });
        pairs.collect()
    }

    /// Gives what a model that tells nothing loses.
    pub(super) fn nothing_loses(&self) -> Option<f64> {
        let mut pairs = self.pairs(self.exact);
        for pair in &mut pairs {
            pair.approximate.score = pair.nothing;
        }
        let lost = loss(&pairs, self.score.scale(), self.overlap);
        lost.ok().map(|lost| lost.estimate)
    }
}

fn measured(fitted: &Fitted, score: Measure) -> Option<Measured> {
    Some(Measured {
        score: score.of(&fitted.measures)?,
        cpu_s: fitted.cpu_s(),
        bytes: sent_bytes(fitted),
        wall_s: fitted.wall_s,
    })
}

/// Gives the disclosures of one plan that another has not.
fn beyond(one: &Plan, other: &Plan) -> Vec<Said> {
    let lines = |plan: &Plan| -> Vec<Said> {
        let said = |it: &Disclosure| Said::by(|lang| line(it, lang));
        plan.disclosures().iter().map(said).collect()
    };
    let known: BTreeSet<Said> = lines(other).into_iter().collect();
    let mut lines = lines(one);
    lines.retain(|line| !known.contains(line));
    lines
}

/// Writes a disclosure in a line; of a coordinator that is called so, its name says all.
fn line(it: &Disclosure, lang: Lang) -> String {
    let line = it.line(lang);
    match (it.to, lang) {
        (Audience::Coordinator, Lang::En) => {
            line.replacen("coordinator, the coordinator, ", "the coordinator ", 1)
        }
        _ => line,
    }
}

fn institutions(fits: &Fits<'_>, by: &Yardstick<'_>) -> BTreeMap<PartyId, Against> {
    let better = |party: &PartyId, than: &Fits<'_>| {
        let own = |fitted: &Fitted| by.score.of(fitted.by_party.get(party)?);
        let gains = fits.iter().filter_map(|(split, fitted)| {
            let gain = own(fitted)? - own(than.get(split)?)?;
            Some(match by.score.scale() {
                Scale::MoreIsBetter => gain,
                Scale::LessIsBetter => -gain,
            })
        });
        super::Spread::of(gains).map(|spread| spread.mean)
    };
    let parties: BTreeSet<&PartyId> = fits.values().flat_map(|it| it.by_party.keys()).collect();
    let against = |party: &PartyId| Against {
        exact: better(party, by.exact),
        alone: by.alone.get(party).and_then(|fits| better(party, fits)),
    };
    parties
        .into_iter()
        .map(|party| (party.clone(), against(party)))
        .collect()
}
