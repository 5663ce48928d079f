//! The page's pictures, and those of what is lost against what is saved.

use consilium_plan::Lang;

use super::{Page, class, in_percent};
use crate::{
    Arm, Interval, Mode, Verdict,
    report::figure::{Caption, Level, Point, Scatter, escaped},
};

/// The width of a picture that takes the whole page.
pub(super) const WIDTH: f64 = 800.0;

/// What is saved, of which there is a picture.
struct Saving {
    id: &'static str,
    of: fn(&Verdict) -> Option<Interval>,
    size: (f64, f64),
    /// Whether the bargain is about it.
    is_bound: bool,
    name: &'static str,
}

impl Page<'_> {
    pub(super) fn pictures(&mut self) {
        if !self.report.settings.is_empty() {
            self.heading("Lost against saved", "损失与节省");
            self.scatter_of_cpu();
            self.scatters_of_links();
        }
        self.heading("Scores", "得分");
        self.scores();
        self.by_institution();
        self.curves();
    }

    fn scatters_of_links(&mut self) {
        let lang = self.lang;
        let size = (390.0, 340.0);
        self.add("<figure><div class=\"pair\">");
        for saving in [
            Saving {
                id: "fig-bytes",
                of: |verdict| Some(verdict.saved_bytes),
                size,
                is_bound: false,
                name: lang.pick("bytes saved, %", "节省的字节，%"),
            },
            Saving {
                id: "fig-time",
                of: |verdict| verdict.saved_wall,
                size,
                is_bound: false,
                name: lang.pick("time saved, %", "节省的时间，%"),
            },
        ] {
            let picture = self.scatter(&saving);
            self.add(picture);
        }
        self.add("</div>");
        match self.report.mode {
            Mode::Simulated => self.caption(
                "The same against the bytes that all parties sent and against the time from the first \
                 message to the last over the declared links.",
                "同一损失，横轴分别为所有参与方发送的字节，以及在所声明链路上从首条到末条消息的时间。",
            ),
            Mode::Processes => self.caption(
                "The same against the bytes that all parties sent and against the time that a study took on \
                 the machine, from its submission to its end. Of models averaged from local training there is \
                 no time: their studies fit the plan's own model first.",
                "同一损失，横轴分别为所有参与方发送的字节，以及研究在本机上从提交到结束的时间。由本地训练平均\
                 所得的模型不计时间：其研究须先拟合方案自身的模型。",
            ),
        }
    }

    /// Ends a figure below its caption.
    pub(super) fn caption(&mut self, en: &str, zh: &str) {
        self.html.caption(self.lang.pick(en, zh));
    }

    fn scatter_of_cpu(&mut self) {
        let lang = self.lang;
        let name = lang.pick(
            "CPU time of all parties saved, %",
            "所有参与方节省的 CPU 时间，%",
        );
        let saving = Saving {
            id: "fig-cpu",
            of: |verdict| Some(verdict.saved_cpu),
            size: (WIDTH, 440.0),
            is_bound: true,
            name,
        };
        let picture = self.scatter(&saving);
        self.add("<figure>");
        self.add(picture);
        self.add("<ol class=\"key\">");
        for setting in &self.report.settings {
            let (number, turned) = (setting.number.0, escaped(&setting.turned()));
            let name = setting.name.as_deref().map(|name| {
                let colon = lang.pick(": ", "：");
                format!("<b>{}</b>{colon}", escaped(name))
            });
            let name = name.unwrap_or_default();
            self.add(format!("<li value=\"{number}\">{name}{turned}</li>"));
        }
        self.add("</ol>");
        self.caption(
            "What each setting loses and saves against the exact plan, with 95 % intervals. Filled marks \
             pass, hollow ones fail; dashed lines are the bounds, dotted ones what institutions alone lose, \
             and what a model that tells nothing would. The line joins the settings that none other beats in \
             both. What lies beyond 100 % stands at the edge, with an arrow and the figure.",
            "各设置相对精确方案的损失与节省，附 95% 区间。实心为通过，空心为未通过；虚线为界限，点线为各机构单独\
             训练的损失，以及毫无信息的模型的损失。连线上的设置没有被其他设置在两方面同时超过。超出 100% 者置于\
             边缘，以箭头与数值注明。",
        );
    }

    /// Gives what baselines lose against the exact plan, in percent.
    fn levels(&self) -> Vec<Level> {
        let (report, lang) = (self.report, self.lang);
        let alone = report.arms.iter().filter_map(|arm| {
            let is_alone = matches!(arm.arm, Arm::Local { .. });
            Some(Level {
                value: arm.lost.filter(|_| is_alone)?.estimate * 100.0,
                label: self.arm_name(&arm.arm),
            })
        });
        let nothing = report.nothing_loses.map(|lost| Level {
            value: lost * 100.0,
            label: lang.pick("tells nothing", "毫无信息").to_owned(),
        });
        alone.chain(nothing).collect()
    }

    fn scatter(&self, saving: &Saving) -> String {
        let (report, lang) = (self.report, self.lang);
        let labels = self.labels();
        let name = report.score().name(lang);
        let lost = match (lang, self.is_of_loss()) {
            (Lang::En, false) => format!("{name} lost, %"),
            (Lang::En, true) => "explained deviance lost, %".to_owned(),
            (Lang::Zh, false) => format!("{name} 损失，%"),
            (Lang::Zh, true) => "所解释偏差的损失，%".to_owned(),
        };
        let mut places = Vec::new();
        let mut points = Vec::new();
        for (setting, label) in report.settings.iter().zip(labels) {
            let of = |verdict: Verdict| Some((verdict.lost, (saving.of)(&verdict)?));
            let Some((loss, saved)) = setting.verdict.and_then(of) else {
                continue;
            };
            places.push(setting.number);
            let number = setting.number.0.to_string();
            points.push(Point {
                x: in_percent(saved),
                y: in_percent(loss),
                label: if saving.is_bound { label } else { number },
                hint: format!("{}: {}", setting.turned(), report.sentence(setting, lang)),
                class: class(setting),
            });
        }
        let said = points
            .iter()
            .map(|point| point.hint.as_str())
            .collect::<Vec<_>>();
        let front = report.front.iter().filter(|_| saving.is_bound);
        let scatter = Scatter {
            caption: Caption {
                id: saving.id,
                title: format!("{lost} · {}", saving.name),
                alt: said.join(". "),
            },
            size: saving.size,
            names: [saving.name, &lost],
            front: front
                .filter_map(|it| places.iter().position(|place| place == it))
                .collect(),
            levels: if saving.is_bound {
                self.levels()
            } else {
                Vec::new()
            },
            bounds: (
                saving
                    .is_bound
                    .then_some(report.bargain.saved_at_least * 100.0),
                Some(report.bargain.lost_at_most * 100.0),
            ),
            passing: lang.pick("passes", "通过"),
            origin: lang.pick("exact", "精确"),
            points,
        };
        scatter.draw()
    }
}
