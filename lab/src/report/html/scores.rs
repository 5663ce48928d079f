//! The pictures of scores: of every arm, at each institution, and as models grow.

use std::collections::BTreeSet;

use consilium_mailbox::PartyId;

use super::{Page, class, pictures::WIDTH, point, score};
use crate::{
    Arm, Interval,
    report::{
        ArmReport,
        figure::{Caption, Curve, Dot, Dots, Lines, Row},
    },
};

impl Page<'_> {
    pub(super) fn scores(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let exact = report.arm(&Arm::Exact).and_then(|arm| arm.score);
        let nothing = |arm: &ArmReport| match arm.failures.len() {
            0 => lang.pick("not run", "未运行"),
            _ => lang.pick("no model", "未得到模型"),
        };
        let row = |arm: &ArmReport| {
            let label = self.arm_name(&arm.arm);
            let class = match &arm.arm {
                Arm::Pooled => "pooled",
                Arm::Local { .. } => "alone",
                Arm::Exact => "exact",
                Arm::Approximate { setting } => report.setting(*setting).map_or("fail", class),
            };
            let dot = |value: Interval| Dot {
                value,
                class,
                hint: format!("{label}: {}", score(value.estimate)),
            };
            Row {
                dots: arm.score.map(dot).into_iter().collect(),
                instead: (arm.score.is_none()).then(|| nothing(arm).to_owned()),
                label,
            }
        };
        let rows: Vec<Row> = report.arms.iter().map(row).collect();
        let hints: Vec<&str> = rows
            .iter()
            .flat_map(|it| &it.dots)
            .map(|it| it.hint.as_str())
            .collect();
        let name = report.score().name(lang);
        let dots = Dots {
            caption: Caption {
                id: "fig-scores",
                title: lang.pick(format!("{name} of every arm"), format!("各方式的 {name}")),
                alt: hints.join("; "),
            },
            width: WIDTH,
            name,
            within: (f64::NEG_INFINITY, f64::INFINITY),
            reference: exact.map(|exact| exact.estimate),
            legend: Vec::new(),
            rows,
        };
        let picture = dots.draw();
        self.add("<figure>");
        self.add(picture);
        self.caption(
            &format!(
                "Over the test rows of all parties: {name}, the mean over runs and its 95 % interval. The \
                 dashed line is the exact plan. Intervals of differences, which verdicts rest on, are \
                 narrower: arms are compared on the same rows."
            ),
            &format!(
                "所有参与方测试行上的{name}：各次运行的均值及其 95% 区间。虚线为精确方案。判定所依据的差值区间\
                 更窄，因为各方式在相同的行上比较。"
            ),
        );
    }

    pub(super) fn by_institution(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let best = report.best.map(|setting| Arm::Approximate { setting });
        let mark = report
            .best
            .and_then(|number| report.setting(number))
            .map_or("fail", class);
        let of_exact = report.arm(&Arm::Exact);
        let parties: BTreeSet<&PartyId> = (report.arms.iter())
            .flat_map(|arm| arm.parties.iter().filter(|(_, it)| it.score.is_some()))
            .map(|(party, _)| party)
            .collect();
        if parties.is_empty() {
            return;
        }
        let row = |party: &PartyId| {
            let local = Arm::Local {
                party: party.clone(),
            };
            let arms = [
                Some(Arm::Pooled),
                Some(Arm::Exact),
                best.clone(),
                Some(local),
            ];
            let classes = ["pooled", "exact", mark, "alone"];
            let dots = arms.iter().zip(classes).filter_map(|(arm, class)| {
                let arm = report.arm(arm.as_ref()?)?;
                let mean = arm.parties.get(party)?.score?.mean;
                Some(Dot {
                    value: point(mean),
                    class,
                    hint: format!("{party}, {}: {}", self.arm_name(&arm.arm), score(mean)),
                })
            });
            Row {
                label: party.to_string(),
                dots: dots.collect(),
                instead: None,
            }
        };
        let rows: Vec<Row> = parties.into_iter().map(row).collect();
        let hints: Vec<&str> = rows
            .iter()
            .flat_map(|it| &it.dots)
            .map(|it| it.hint.as_str())
            .collect();
        let name = report.score().name(lang);
        let approximation = best
            .as_ref()
            .map(|arm| self.arm_name(arm))
            .unwrap_or_default();
        let shown = format!("{}{approximation}", lang.pick("setting ", "设置 "));
        let mut legend = vec![
            ("pooled", lang.pick("pooled", "集中")),
            ("exact", lang.pick("exact plan", "精确方案")),
        ];
        if best.is_some() {
            legend.push((mark, &shown));
        }
        legend.push(("alone", lang.pick("alone", "仅本机构")));
        let dots = Dots {
            caption: Caption {
                id: "fig-institutions",
                title: lang.pick(
                    format!("{name} at each institution"),
                    format!("各机构的 {name}"),
                ),
                alt: hints.join("; "),
            },
            width: WIDTH,
            name,
            within: (f64::NEG_INFINITY, f64::INFINITY),
            reference: None,
            legend,
            rows,
        };
        let picture = dots.draw();
        self.add("<figure>");
        self.add(picture);
        let all = of_exact.map_or(0, |arm| arm.fitted);
        self.caption(
            &format!(
                "Over each institution's own test rows: {name}, the mean over runs (of the exact plan \
                 {all}): by a model of all rows in one place, by its own rows alone, by the exact plan, \
                 and by the best approximation."
            ),
            &format!(
                "各机构自有测试行上的{name}，各次运行的均值（精确方案 {all} 次）：全部行集中训练、仅用本机构的\
                 行、精确方案、最佳近似。"
            ),
        );
    }

    pub(super) fn curves(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let mut curves = Vec::new();
        for (arm, class) in [(Arm::Pooled, "pooled"), (Arm::Exact, "exact")] {
            let label = match arm {
                Arm::Pooled => lang.pick("pooled", "集中"),
                _ => lang.pick("exact", "精确"),
            };
            curves.extend(report.arm(&arm).map(|arm| (arm, label.to_owned(), class)));
        }
        for setting in &report.settings {
            let number = setting.number;
            let arm = report.arm(&Arm::Approximate { setting: number });
            curves.extend(arm.map(|arm| (arm, number.0.to_string(), class(setting))));
        }
        let is_curve = |(arm, _, _): &(&ArmReport, String, &str)| arm.curve.len() > 1;
        let silent = curves.iter().filter(|it| !is_curve(it));
        let silent: Vec<String> = silent.map(|(_, label, _)| label.clone()).collect();
        let curves = curves
            .into_iter()
            .filter(is_curve)
            .map(|(arm, label, class)| Curve {
                label,
                hint: self.arm_name(&arm.arm),
                class,
                values: arm.curve.clone(),
            });
        let curves: Vec<Curve> = curves.collect();
        if curves.is_empty() {
            return;
        }
        let name = if self.is_of_loss() {
            lang.pick("mean training deviance", "训练平均偏差")
        } else {
            lang.pick("mean training log loss", "训练平均对数损失")
        };
        let ends = curves.iter().filter_map(|curve| {
            let last = curve.values.last()?;
            Some(format!("{}: {}", curve.hint, score(*last)))
        });
        let lines = Lines {
            caption: Caption {
                id: "fig-curves",
                title: name.to_owned(),
                alt: ends.collect::<Vec<_>>().join("; "),
            },
            size: (WIDTH, 400.0),
            names: [
                lang.pick("updates of the model, or trees", "模型更新次数或树数"),
                name,
            ],
            curves,
        };
        let picture = lines.draw();
        self.add("<figure>");
        self.add(picture);
        let (without_en, without_zh) = if silent.is_empty() {
            Default::default()
        } else {
            let (en, zh) = (silent.join(", "), silent.join("、"));
            (
                format!(" None is told on the way by: {en}."),
                format!("途中不报告损失者：{zh}。"),
            )
        };
        self.caption(
            &format!(
                "Loss on the training rows as the model grows: means over all runs. Numbers are those of the \
                 settings.{without_en}"
            ),
            &format!("模型增长时训练行上的损失：所有运行的均值。数字为设置编号。{without_zh}"),
        );
    }
}
