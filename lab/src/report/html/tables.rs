//! The tables of arms and of institutions.

use std::collections::BTreeSet;

use consilium_mailbox::PartyId;
use consilium_plan::Lang;

use super::{Page, score};
use crate::{
    Arm,
    report::{
        Against, ArmReport, Spread,
        figure::escaped,
        words::{bytes, decimals, is_zero, seconds},
    },
};

impl Page<'_> {
    /// Begins a table with its caption and the names of its columns, those of numbers marked.
    pub(super) fn begin_table(&mut self, caption: (&str, &str), columns: &[(String, bool)]) {
        self.add("<div class=\"wide\"><table>");
        let caption = self.lang.pick(caption.0, caption.1).to_owned();
        self.element("caption", "", caption);
        self.add("<thead><tr>");
        for (name, is_number) in columns {
            let class = if *is_number { " class=\"number\"" } else { "" };
            self.add(format!("<th scope=\"col\"{class}>{}</th>", escaped(name)));
        }
        self.add("</tr></thead><tbody>");
    }

    pub(super) fn end_table(&mut self) {
        self.add("</tbody></table></div>");
    }

    /// Adds a number with its standard deviation below it.
    fn spread(&mut self, value: Option<&Spread>, written: impl Fn(f64) -> String) {
        let deviation = value.and_then(|it| it.deviation).map(&written);
        let deviation = deviation.filter(|written| !is_zero(written));
        let mean = Self::mean(value, written);
        self.add(format!("<td class=\"number\">{mean}"));
        if let Some(deviation) = deviation {
            self.add(format!("<small>± {deviation}</small>"));
        }
        self.add("</td>");
    }

    pub(super) fn arms(&mut self) {
        let (report, lang) = (self.report, self.lang);
        self.heading("What the approximations are held against", "比较的基准");
        let measures = report.measures.iter().take(3);
        let mut columns = vec![(lang.pick("arm", "方式").to_owned(), false)];
        columns.extend(measures.clone().map(|it| (it.name(lang).to_owned(), true)));
        let costs = lang.pick(
            ["CPU time", "bytes", "time", "updates or trees", "runs"],
            ["CPU 时间", "字节", "时间", "更新次数或树数", "运行"],
        );
        columns.extend(costs.map(|name| (name.to_owned(), true)));
        self.begin_table(
            (
                "Means ± standard deviations over runs, none where all runs gave the same; a run is one seed and \
                 fold. CPU time and bytes are those of all parties, time is that of the study.",
                "各次运行的均值 ± 标准差，各次相同者不列；一次运行即一个种子和一折。CPU 时间与字节为所有参与方之和，\
                 时间为研究所用。",
            ),
            &columns,
        );
        let is_fixed = |arm: &&ArmReport| !matches!(arm.arm, Arm::Approximate { .. });
        for arm in report.arms.iter().filter(is_fixed) {
            let name = self.arm_name(&arm.arm);
            self.add("<tr>");
            let class = if arm.labels_of.is_some() { "" } else { "arm" };
            self.element("td", class, name);
            for measure in measures.clone() {
                self.spread(arm.measures.get(measure), score);
            }
            self.number(&Self::mean(arm.cpu_s.as_ref(), |it| seconds(it, lang)));
            let is_federated = arm.arm == Arm::Exact;
            let sent = arm.sent_bytes.as_ref().filter(|_| is_federated);
            self.number(&Self::mean(sent, bytes));
            self.number(&Self::mean(arm.wall_s.as_ref(), |it| seconds(it, lang)));
            let iterations = arm.iterations.as_ref().filter(|it| it.mean > 0.0);
            self.number(&Self::mean(iterations, count));
            let (fitted, all) = (arm.fitted, arm.fitted + arm.failures.len());
            let runs = if fitted == all {
                fitted.to_string()
            } else {
                format!("{fitted} / {all}")
            };
            self.number(&runs);
            self.add("</tr>");
        }
        self.end_table();
        if report.arms.iter().any(|arm| arm.labels_of.is_some()) {
            self.paragraph(
                "note",
                "An institution without labels can train nothing alone: its columns with another's labels say \
                 what they are worth, and nobody could run that.",
                "没有标签的机构无法单独训练：其列加另一机构的标签只说明这些列的价值，实际无人能如此运行。",
            );
        }
        self.costs_by_party();
    }

    /// Shows what the exact plan costs each party.
    fn costs_by_party(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let Some(exact) = report.arm(&Arm::Exact) else {
            return;
        };
        let best = report.best.map(|setting| Arm::Approximate { setting });
        let best = best.and_then(|arm| report.arm(&arm));
        if exact.fitted == 0 {
            return;
        }
        let number = report.best.map_or(0, |number| number.0);
        let mut columns = lang
            .pick(
                ["party", "CPU time, exact", "sent, exact", "received, exact"],
                ["参与方", "CPU 时间，精确", "发送，精确", "接收，精确"],
            )
            .map(|name| (name.to_owned(), true))
            .to_vec();
        columns[0].1 = false;
        if best.is_some() {
            let names = match lang {
                Lang::En => {
                    ["CPU time", "sent", "received"].map(|it| format!("{it}, setting {number}"))
                }
                Lang::Zh => ["CPU 时间", "发送", "接收"].map(|it| format!("{it}，设置 {number}")),
            };
            columns.extend(names.map(|name| (name, true)));
        }
        self.begin_table(
            (
                "What one run costs each party: means.",
                "一次运行中各参与方的开销：均值。",
            ),
            &columns,
        );
        let taking_part = exact.parties.iter().filter(|(_, it)| it.cpu_s.is_some());
        for (party, _) in taking_part {
            self.add("<tr>");
            self.element("td", "", party);
            for arm in [Some(exact), best].into_iter().flatten() {
                let own = arm.parties.get(party);
                let cpu = own.and_then(|it| it.cpu_s.as_ref());
                self.number(&Self::mean(cpu, |it| seconds(it, lang)));
                self.number(&Self::mean(
                    own.and_then(|it| it.sent_bytes.as_ref()),
                    bytes,
                ));
                self.number(&Self::mean(
                    own.and_then(|it| it.received_bytes.as_ref()),
                    bytes,
                ));
            }
            self.add("</tr>");
        }
        self.end_table();
    }

    pub(super) fn number(&mut self, text: &str) {
        self.element("td", "number", text);
    }

    pub(super) fn mean(value: Option<&Spread>, written: impl Fn(f64) -> String) -> String {
        value.map_or_else(|| "–".to_owned(), |spread| written(spread.mean))
    }

    /// Shows who gains and who loses.
    pub(super) fn institutions(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let parties: BTreeSet<&PartyId> = (report.settings.iter())
            .flat_map(|setting| setting.institutions.keys())
            .collect();
        if parties.is_empty() {
            return;
        }
        self.heading("Who gains and who loses", "谁受益，谁受损");
        let mut columns = vec![(lang.pick("setting", "设置").to_owned(), false)];
        columns.extend(parties.iter().map(|party| (party.to_string(), true)));
        let name = report.score().name(lang);
        let better = if self.is_of_loss() {
            lang.pick("lower", "更低")
        } else {
            lang.pick("higher", "更高")
        };
        self.begin_table(
            (
                &format!(
                    "By how much {name} is {better} at each institution than by the exact plan, and in brackets \
                     than by its own rows alone: means over runs; − is worse."
                ),
                &format!(
                    "各机构的 {name} 比精确方案{better}多少，括号内为比仅用本机构的行{better}多少：各次运行的均值；\
                     − 表示更差。"
                ),
            ),
            &columns,
        );
        for setting in &report.settings {
            self.add("<tr>");
            self.element(
                "td",
                "",
                format!("{} · {}", setting.number.0, setting.short()),
            );
            for party in &parties {
                let text = setting
                    .institutions
                    .get(*party)
                    .map_or_else(|| "–".to_owned(), against);
                self.number(&text);
            }
            self.add("</tr>");
        }
        self.end_table();
        self.losers();
    }

    /// Names institutions that would do better alone than by the best approximation.
    fn losers(&mut self) {
        let Some(best) = self
            .report
            .best
            .and_then(|number| self.report.setting(number))
        else {
            return;
        };
        let loses = |it: &Against| it.alone.is_some_and(|gain| gain < 0.0);
        let losers = best.institutions.iter().filter(|(_, it)| loses(it));
        let losers: Vec<&str> = losers.map(|(party, _)| party.as_str()).collect();
        let number = best.number.0;
        if losers.is_empty() {
            self.paragraph(
                "",
                format!("By setting {number} every institution does at least as well as by its own rows alone, where those give a model."),
                format!("采用设置 {number} 时，凡能单独训练出模型的机构都不逊于单独训练。"),
            );
        } else {
            self.paragraph(
                "",
                format!(
                    "By setting {number} these do worse than alone: {}.",
                    losers.join(", ")
                ),
                format!(
                    "采用设置 {number} 时，以下机构不如单独训练：{}。",
                    losers.join("、")
                ),
            );
        }
    }
}

/// Writes a mean of counts.
fn count(mean: f64) -> String {
    decimals(mean, usize::from(mean.fract() != 0.0))
}

/// Writes how much better an institution does than by the exact plan, and than alone.
fn against(it: &Against) -> String {
    let signed = |gain: f64| {
        let places = if gain.abs() < 10.0 { 3 } else { 1 };
        let text = decimals(gain, places);
        if gain > 0.0 && !is_zero(&text) {
            format!("+{text}")
        } else {
            text
        }
    };
    let exact = it.exact.map_or_else(|| "–".to_owned(), signed);
    match it.alone {
        Some(alone) => format!("{exact} ({})", signed(alone)),
        None => exact,
    }
}
