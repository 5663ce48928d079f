//! Whether a study could use a file's keys.

use std::io::{self, Write};

use anyhow::anyhow;
use consilium_mailbox::PartyId;
use consilium_plan::{Align, Code, Failure, Lang, Plan};
use serde_json::Value;

use super::Found;
use crate::hint::OrHint as _;

/// Why the study would fail, for each party whose file it may be.
pub(super) struct Verdict<'a> {
    parties: usize,
    fails: Vec<Fails<'a>>,
}

struct Fails<'a> {
    party: &'a PartyId,
    code: Code,
    /// What the plan allows, where it is a matter of numbers.
    bound: u64,
}

impl<'a> Verdict<'a> {
    pub(super) fn of(plan: &'a Plan, task: &Align, found: &Found) -> Verdict<'a> {
        let (minimum, limits) = (u64::from(task.minimum), plan.limits());
        let fails = |party: &'a PartyId| {
            let most = task.most_keys(party, limits);
            let (code, bound) = match found {
                Err(error) => (Failure::of_keys(error.stop(), party).code, u32::MAX.into()),
                Ok((keys, _)) if (keys.len() as u64) < minimum => (Code::AlignSetTooSmall, minimum),
                Ok((keys, _)) if keys.len() as u64 > most => (Code::AlignSetTooLarge, most),
                Ok(_) => return None,
            };
            Some(Fails { party, code, bound })
        };
        Verdict {
            parties: plan.contributors().count(),
            fails: plan
                .contributors()
                .filter_map(|(party, _)| fails(party))
                .collect(),
        }
    }

    fn whoever_has_it(&self) -> bool {
        self.fails.len() == self.parties
    }

    /// Says for whom alone the study would fail, or that the keys fit the plan.
    pub(super) fn print(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        if self.whoever_has_it() {
            return Ok(());
        }
        for Fails { party, code, bound } in &self.fails {
            let (why, _) = said(*code, *bound, lang);
            let line = lang.pick(
                format!("the study would fail if this is the file of {party}: {why} ({code})"),
                format!("若此文件属于 {party}，研究将失败：{why}（{code}）"),
            );
            writeln!(out, "{line}")?;
        }
        if self.fails.is_empty() {
            let fits = lang.pick(
                "the keys are such as the plan asks for",
                "这些键符合方案的要求",
            );
            writeln!(out, "{fits}")?;
        }
        Ok(())
    }

    /// Fails if the study would, whoever's file it is.
    pub(super) fn or_fail(&self, lang: Lang) -> anyhow::Result<()> {
        let widest = self.fails.iter().max_by_key(|fails| fails.bound);
        let Some(Fails { code, bound, .. }) = widest.filter(|_| self.whoever_has_it()) else {
            return Ok(());
        };
        let (why, way_out) = said(*code, *bound, lang);
        let failed = lang.pick(
            format!("under this plan the study would fail: {why} ({code})"),
            format!("按此方案，研究将失败：{why}（{code}）"),
        );
        Err(anyhow!(failed)).or_hint(way_out)
    }

    /// Gives the code of each party's failure.
    pub(super) fn to_json(&self) -> Value {
        let fails = self.fails.iter();
        fails
            .map(|fails| (fails.party.to_string(), fails.code.to_string().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

/// Gives why the study fails, and the way out.
fn said(code: Code, bound: u64, lang: Lang) -> (String, &'static str) {
    match code {
        Code::KeysRepeated => (
            lang.pick(
                "rows share a key, and the plan refuses duplicates",
                "有多行共用同一个键，而方案拒绝重复键",
            )
            .to_owned(),
            lang.pick(
                "correct the rows named above, or set key.duplicates = \"first\" in the plan, or \"all\" if no \
                 trees are to be grown over these rows",
                "更正上面列出的行，或在方案中设置 key.duplicates = \"first\"；若不在这些行上生长树，也可为 \"all\"",
            ),
        ),
        Code::KeysNone => (
            lang.pick("no row has a valid key", "没有任何一行具有有效的键")
                .to_owned(),
            lang.pick(
                "look at the reasons above, and whether the plan's key fits the file",
                "请查看上面的原因，并核对方案所声明的键是否与文件相符",
            ),
        ),
        Code::AlignSetTooSmall => (
            lang.pick(
                format!("fewer than {bound} different keys"),
                format!("不同的键少于 {bound} 个"),
            ),
            lang.pick(
                "rows that share a key count once; set right what is refused, or lower align.minimum \
                 if all stewards agree",
                "共用一个键的行只计一次；请更正被拒绝的行，或经各方数据管理员同意调低 align.minimum",
            ),
        ),
        _ => (
            lang.pick(
                format!("more than {bound} different keys"),
                format!("不同的键多于 {bound} 个"),
            ),
            lang.pick(
                "raise limits.most_rows if all stewards agree",
                "经各方数据管理员同意调高 limits.most_rows",
            ),
        ),
    }
}
