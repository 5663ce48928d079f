//! The report as one page that needs nothing else: no script, no font, no file beside it.

mod conditions;
mod estimates;
mod pictures;
mod published;
mod rows;
mod scores;
mod settings;
mod tables;

use std::fmt::Display;

use consilium_plan::Lang;

use super::{
    Report, SettingReport,
    figure::escaped,
    words::{bound, decimals, significant},
};
use crate::{Arm, Html, Interval};

impl Report {
    /// Writes the report as one self-contained page.
    ///
    /// # Security
    ///
    /// Whatever comes from files, names and titles alike, is text in it and never markup.
    pub fn html(&self, lang: Lang) -> String {
        let mut page = Page {
            report: self,
            lang,
            html: Html::new(&self.title, lang),
        };
        page.head();
        page.summary();
        page.arms();
        page.published();
        page.pictures();
        if !self.settings.is_empty() {
            page.settings();
        }
        page.estimates();
        page.institutions();
        page.departures();
        page.failures();
        page.conditions();
        page.html.finish()
    }
}

/// A page that is being written.
struct Page<'a> {
    report: &'a Report,
    lang: Lang,
    html: Html,
}

impl Page<'_> {
    /// Adds markup.
    fn add(&mut self, markup: impl AsRef<str>) {
        self.html.add(markup);
    }

    /// Adds an element with a text in it.
    fn element(&mut self, tag: &str, class: &str, text: impl Display) {
        self.html.element(tag, class, text);
    }

    fn heading(&mut self, en: &str, zh: &str) {
        self.html.heading(self.lang.pick(en, zh));
    }

    fn paragraph(&mut self, class: &str, en: impl Display, zh: impl Display) {
        let text = self.lang.pick(en.to_string(), zh.to_string());
        self.html.paragraph(class, text);
    }

    fn head(&mut self) {
        let kicker = self.lang.pick(
            "Consilium · accuracy against efficiency, measured on the protocols of production",
            "Consilium · 准确率与效率的权衡，以生产协议实测",
        );
        self.html.head(kicker, &self.report.title);
    }

    fn summary(&mut self) {
        let report = self.report;
        let (all, lang) = (report.settings.len(), self.lang);
        let passing = report.settings.iter().filter(|it| it.passes());
        let passing = passing.count();
        let most = bound(report.bargain.lost_at_most, lang);
        let least = bound(report.bargain.saved_at_least, lang);
        let name = report.score().name(lang);
        let lead = match (lang, self.is_of_loss()) {
            (Lang::En, false) => format!(
                "Settings that pass: {passing} of {all}. To pass is to lose, against the exact plan, at \
                 most {most} of the {name}, and to save at least {least} of the CPU time of all parties."
            ),
            (Lang::En, true) => format!(
                "Settings that pass: {passing} of {all}. To pass is to lose at most {most} of the deviance \
                 that the exact plan explains, and to save at least {least} of the CPU time of all \
                 parties. Explained is by how much its {name} lies below that of a model that \
                 predicts the mean of the test rows' labels for everybody: such a model loses 100\u{a0}%."
            ),
            (Lang::Zh, false) => format!(
                "{all} 个设置中 {passing} 个通过。通过即：与精确方案相比，{name} 损失不超过 {most}，且所有\
                 参与方的 CPU 时间至少节省 {least}。"
            ),
            (Lang::Zh, true) => format!(
                "{all} 个设置中 {passing} 个通过。通过即：损失不超过精确方案所解释偏差的 {most}，且所有\
                 参与方的 CPU 时间至少节省 {least}。所解释偏差即：与对所有人都以测试行标签均值预测的模型相比，\
                 精确方案的{name}低多少；后者损失 100%。"
            ),
        };
        self.element("p", "lead", lead);
        self.best();
        for remark in report.remarks(lang) {
            self.element("p", "remark", remark);
        }
    }

    /// Tells of the setting that is the best.
    fn best(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let Some(best) = report.best.and_then(|number| report.setting(number)) else {
            return;
        };
        let (number, turned) = (best.number.0, best.turned());
        let said = report.sentence(best, lang);
        let passes = best.passes();
        match (lang, passes) {
            (Lang::En, true) => self.add("<p>Of these the one that saves most is setting "),
            (Lang::En, false) => self.add("<p>The one that loses least is setting "),
            (Lang::Zh, true) => self.add("<p>其中节省最多的是设置 "),
            (Lang::Zh, false) => self.add("<p>损失最少的是设置 "),
        }
        let (before, after, end) = lang.pick((", ", ": it ", "."), ("，", "：", "。"));
        let (word, said) = said
            .split_once(lang.pick(": ", "："))
            .unwrap_or(("", &said));
        let said = match (passes, lang) {
            (true, _) => said.to_owned(),
            (false, Lang::En) => format!("{word}, {said}"),
            (false, Lang::Zh) => format!("{word}，{said}"),
        };
        self.add(format!(
            "{number}{before}<code>{}</code>{after}",
            escaped(&turned)
        ));
        self.add(format!("{}{end}</p>", escaped(&said)));
    }

    /// Says whether the measure is one of which less is better.
    fn is_of_loss(&self) -> bool {
        self.report.score().scale() == crate::Scale::LessIsBetter
    }

    /// Names an arm.
    fn arm_name(&self, arm: &Arm) -> String {
        match (arm, self.lang) {
            (Arm::Pooled, lang) => lang.pick("pooled", "集中").to_owned(),
            (Arm::Exact, lang) => lang.pick("exact plan", "精确方案").to_owned(),
            (Arm::Local { party }, lang) => {
                let labels = self.report.arm(arm).and_then(|it| it.labels_of.as_ref());
                match (labels, lang) {
                    (None, Lang::En) => format!("{party} alone"),
                    (None, Lang::Zh) => format!("仅 {party}"),
                    (Some(other), Lang::En) => {
                        format!("columns of {party} with the labels of {other}")
                    }
                    (Some(other), Lang::Zh) => format!("{party} 的列加 {other} 的标签"),
                }
            }
            (Arm::Approximate { setting }, _) => {
                let setting = self.report.setting(*setting);
                setting
                    .map(|it| format!("{} · {}", it.number.0, it.short()))
                    .unwrap_or_default()
            }
        }
    }

    /// Gives the labels of settings in pictures: their numbers, with the knobs where few are short.
    fn labels(&self) -> Vec<String> {
        let settings = &self.report.settings;
        let long = |setting: &SettingReport| format!("{} · {}", setting.number.0, setting.short());
        let all: Vec<String> = settings.iter().map(long).collect();
        if all.len() <= 6 && all.iter().all(|label| label.chars().count() <= 26) {
            return all;
        }
        settings.iter().map(|it| it.number.0.to_string()).collect()
    }
}

/// Writes a score to four places where it is a share, else to three significant ones.
fn score(value: f64) -> String {
    if value.abs() < 1.0 {
        decimals(value, 4)
    } else {
        significant(value)
    }
}

/// Gives the class of what passes or fails.
fn class(setting: &SettingReport) -> &'static str {
    if setting.passes() { "pass" } else { "fail" }
}

/// Gives an interval in percent.
fn in_percent(share: Interval) -> Interval {
    Interval {
        low: share.low * 100.0,
        estimate: share.estimate * 100.0,
        high: share.high * 100.0,
    }
}

/// Gives an interval of no width.
fn point(value: f64) -> Interval {
    Interval {
        low: value,
        estimate: value,
        high: value,
    }
}
