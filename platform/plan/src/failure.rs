//! Why a study ended badly, for people and programs.

mod align;
mod bounds;
mod dictionary;
mod rows;
mod scarcity;
mod sources;
mod statistics;
mod vertical;

use std::{collections::BTreeMap, fmt, str::FromStr};

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{
    Lang,
    texts::failure::{ALL, Code, Entry},
};

/// Who has to do something after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Nobody: the study goes on by itself when the cause is gone.
    Waits,
    /// The institution that is named.
    AtParty,
    /// The operator of the federation.
    AtCoordinator,
    /// Whoever wrote the plan.
    NewPlan,
    /// The makers of the program.
    Report,
}

impl Advice {
    /// Says it in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Advice::Waits => lang.pick(
                "the study waits and goes on by itself",
                "研究等待并自动继续",
            ),
            Advice::AtParty => lang.pick("to be corrected at the party", "需在该方处更正"),
            Advice::AtCoordinator => lang.pick("to be looked at by the operator", "需由运营方查看"),
            Advice::NewPlan => lang.pick("needs another plan", "需要另一份方案"),
            Advice::Report => lang.pick("to be reported", "需报告"),
        }
    }
}

/// What went wrong: a code, at whom, at which step, and what else the texts name.
///
/// # Security
///
/// It is shown to every party of the study: names and counts the plan allows, never values of rows.
/// Others' failures are read within bounds: few short texts, without a letter that is not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind of failure.
    pub code: Code,
    /// At whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// At which step of the study or protocol.
    #[serde(
        default,
        deserialize_with = "bounds::step",
        skip_serializing_if = "Option::is_none"
    )]
    pub step: Option<String>,
    /// What the texts name besides.
    #[serde(
        default,
        deserialize_with = "bounds::details",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub details: BTreeMap<String, String>,
}

impl Failure {
    /// Begins with a kind.
    pub fn new(code: Code) -> Failure {
        Failure {
            code,
            party: None,
            step: None,
            details: BTreeMap::new(),
        }
    }

    /// Names the party.
    #[must_use]
    pub fn of(mut self, party: &PartyId) -> Failure {
        self.party = Some(party.clone());
        self
    }

    /// Names the step.
    #[must_use]
    pub fn at(mut self, step: impl Into<String>) -> Failure {
        self.step = Some(bounds::fitted(&step.into()));
        self
    }

    /// Fills a place of the texts.
    #[must_use]
    pub fn with(mut self, place: &str, value: impl fmt::Display) -> Failure {
        let value = bounds::fitted(&value.to_string());
        self.details.insert(place.to_owned(), value);
        self
    }

    /// Fills a place of the texts that is not written alike in both languages.
    #[must_use]
    pub fn with_words(self, place: &str, [en, zh]: [String; 2]) -> Failure {
        self.with(place, en).with(&chinese(place), zh)
    }

    /// Says what happened.
    pub fn what(&self, lang: Lang) -> String {
        self.fill(self.code.entry().what.open(lang), lang)
    }

    /// Says what to do next, whether the study has ended or not.
    pub fn remedy(&self, lang: Lang) -> String {
        self.fill(&self.code.entry().whole_remedy(lang), lang)
    }

    /// Says what to do next where the study has not ended.
    pub fn remedy_before_end(&self, lang: Lang) -> String {
        self.fill(self.code.entry().remedy.open(lang), lang)
    }

    fn fill(&self, open: &str, lang: Lang) -> String {
        let mut pieces = open.split('{');
        let mut said = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (place, behind) = piece.split_once('}').unwrap_or((piece, ""));
            said.push_str(self.place(place, lang).unwrap_or("?"));
            said.push_str(behind);
        }
        said
    }

    fn place(&self, place: &str, lang: Lang) -> Option<&str> {
        let detail = |place: &str| self.details.get(place).map(String::as_str);
        let in_chinese = || detail(&chinese(place)).filter(|_| lang == Lang::Zh);
        match place {
            "party" => self.party.as_ref().map(PartyId::as_str),
            "step" => self.step.as_deref(),
            // Of what was kept before it was said.
            "differing" => in_chinese()
                .or_else(|| detail(place))
                .or(Some(lang.pick(ANY_PART.0, ANY_PART.1))),
            other => in_chinese().or_else(|| detail(other)),
        }
    }
}

/// In what a column may differ.
const ANY_PART: (&str, &str) = (
    "type, unit, code system, range or levels",
    "类型、单位、编码体系、范围或取值",
);

/// Names the detail that fills a place in Chinese, where there is one.
fn chinese(place: &str) -> String {
    format!("{place}.zh")
}

/// The code and what happened, in English, as logs have it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.what(Lang::En))
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().id)
    }
}

/// A text that is no code of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no failure has that code")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads a code in any case.
    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let found = ALL.iter().find(|entry| entry.id.eq_ignore_ascii_case(text));
        found.map(|entry| entry.code).ok_or(UnknownCode)
    }
}

/// Explains a code without an instance of it; places are shown as `‹party›`.
pub fn explain(code: Code, lang: Lang) -> String {
    let Entry {
        id, advice, what, ..
    } = code.entry();
    let shown = |text: &str| text.replace('{', "‹").replace('}', "›");
    let (then, whose) = lang.pick(("next: ", "who: "), ("处理：", "责任："));
    format!(
        "{id}\n{}\n{then}{}\n{whose}{}\n",
        shown(what.open(lang)),
        shown(&code.entry().whole_remedy(lang)),
        advice.text(lang)
    )
}
