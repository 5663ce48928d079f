//! What holds of a report as a whole, and is said once.

use consilium_plan::Lang;

use super::{Report, SettingReport};
use crate::{Unsure, Verdict};

impl Report {
    /// Says in a sentence each what a reader of the verdicts must know: that cells are missing, that
    /// runs say nothing of other patients, and that the exact plan is not the best model here.
    pub fn remarks(&self, lang: Lang) -> Vec<String> {
        let mut said = Vec::new();
        let (finished, all) = (self.cells.len(), self.of);
        if finished < all {
            said.push(lang.pick(
                format!("Unfinished: {finished} of {all} cells."),
                format!("尚未完成：{all} 个单元中完成 {finished} 个。"),
            ));
        }
        let verdicts = || {
            let verdict = |it: &SettingReport| Some((it.number.0.to_string(), it.verdict?));
            self.settings.iter().filter_map(verdict)
        };
        let is_same = |verdict: &Verdict| verdict.unsure == Some(Unsure::SameTestRows);
        if verdicts().any(|(_, verdict)| is_same(&verdict)) {
            said.push(
                lang.pick(
                    "All runs have the same test rows: nothing is said of other patients.",
                    "所有运行的测试行相同：结果不能推及其他患者。",
                )
                .to_owned(),
            );
        }
        let better = verdicts().filter(|(_, verdict)| verdict.is_gain());
        let better: Vec<String> = better.map(|(number, _)| number).collect();
        if !better.is_empty() {
            let settings = if better.len() == 1 {
                "setting"
            } else {
                "settings"
            };
            let (en, zh) = (better.join(", "), better.join("、"));
            let en = format!("{settings} {en}");
            said.push(lang.pick(
                format!(
                    "The exact plan is not the best model here: the whole interval is a gain of {en}. \
                     Against a tuned exact plan less may be saved."
                ),
                format!(
                    "精确方案在此并非最佳模型：设置 {zh} 的整个区间均为提高。与调优后的精确方案相比，节省可能较少。"
                ),
            ));
        }
        said
    }
}
