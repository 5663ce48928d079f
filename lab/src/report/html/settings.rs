//! The table of every setting, with its verdict in words.

use super::{Page, class, score};
use crate::{
    Arm, Interval,
    report::{
        SettingReport,
        figure::escaped,
        words::{interval, seconds},
    },
};

impl Page<'_> {
    pub(super) fn settings(&mut self) {
        let (report, lang) = (self.report, self.lang);
        self.heading("Every setting", "全部设置");
        let names = lang.pick(
            [
                "",
                "setting",
                report.score().name(lang),
                "CPU time",
                "bytes saved",
                "time saved",
                "verdict",
            ],
            [
                "",
                "设置",
                report.score().name(lang),
                "CPU 时间",
                "节省字节",
                "节省时间",
                "判定",
            ],
        );
        let is_number = [false, false, true, true, true, true, false];
        let columns = names.map(str::to_owned).into_iter().zip(is_number);
        let columns: Vec<(String, bool)> = columns.collect();
        self.begin_table(
            (
                "In brackets 95 % intervals of differences on the same rows; the confidence is that of the verdict: \
                 that both bounds are kept, or one is broken.",
                "括号内为相同行上差值的 95% 区间；置信度针对判定本身：两个界限均满足，或有一个不满足。",
            ),
            &columns,
        );
        for setting in &report.settings {
            self.setting(setting);
        }
        self.end_table();
        let extra = self.lang.pick(
            "Rows were drawn anew for each run, so that training sets overlap: variances of losses are \
             corrected for it (Nadeau and Bengio, Machine Learning 52, 2003). Savings are means of logarithms \
             of ratios.",
            "每次运行重新抽取行，训练集互有重叠：损失的方差已作相应校正（Nadeau 与 Bengio，Machine Learning 52，\
             2003）。节省为比值对数的均值。",
        );
        let fixed = self.lang.pick(
            "All runs have the same training and test rows: intervals speak of chance in the fit, not of other \
             patients. Savings are means of logarithms of ratios.",
            "所有运行的训练行与测试行相同：区间反映拟合中的随机性，而非其他患者。节省为比值对数的均值。",
        );
        let note = if report.overlap > 0.0 { extra } else { fixed };
        self.element("p", "note", note);
        self.disclosures();
    }

    fn setting(&mut self, setting: &SettingReport) {
        let (report, lang) = (self.report, self.lang);
        let number = setting.number;
        self.add(format!("<tr><td>{}</td><td class=\"knobs\">", number.0));
        if let Some(name) = &setting.name {
            self.add(format!("{}<br/>", escaped(name)));
        }
        let knobs = setting.knobs.iter().map(|knob| {
            let value = knob.value.as_deref().unwrap_or_default();
            let meaning = escaped(knob.meaning.say(lang));
            let turned = escaped(&format!("{} = {value}", knob.path));
            format!("<code title=\"{meaning}\">{turned}</code>")
        });
        let knobs: Vec<String> = knobs.collect();
        self.add(knobs.join("<br/>"));
        self.add("</td>");
        let arm = report.arm(&Arm::Approximate { setting: number });
        let measured = arm.and_then(|arm| arm.measures.get(&report.score()));
        self.number(&Self::mean(measured, score));
        let cpu = arm.and_then(|arm| arm.cpu_s.as_ref());
        self.number(&Self::mean(cpu, |it| seconds(it, lang)));
        for of in [
            setting.verdict.map(|it| it.saved_bytes),
            setting.verdict.and_then(|it| it.saved_wall),
        ] {
            let saved = of
                .as_ref()
                .map_or_else(|| "–".to_owned(), |it| interval(&middle(it), lang));
            self.number(&saved);
        }
        let sentence = report.sentence(setting, lang);
        if setting.verdict.is_none() {
            self.element("td", "words", sentence);
            self.add("</tr>");
            return;
        }
        let (word, rest) = sentence
            .split_once(lang.pick(": ", "："))
            .unwrap_or(("", &sentence));
        let class = class(setting);
        let (word, rest) = (escaped(word), escaped(rest));
        let front = if setting.on_front {
            lang.pick("; on the front", "；位于前沿")
        } else {
            ""
        };
        self.add(format!(
            "<td class=\"words\"><span class=\"{class}\">{word}</span>{}{rest}{front}</td></tr>",
            lang.pick(": ", "：")
        ));
    }
}

/// Leaves out an interval's ends.
fn middle(it: &Interval) -> Interval {
    super::point(it.estimate)
}
