//! Whether codes and names mean the same, and how far they are covered.

use consilium_codes::{CoverageReport, Mapping, Weight};
use consilium_lab::figure::{Anchor, At, Caption, Dot, Dots, Row, Svg};
use consilium_statistics::hold_back;

use super::{
    super::{comorbidities::LOW, coverage::KINDS},
    Page, WIDTH,
    missing::point,
};

impl Page<'_> {
    pub(super) fn codes(&mut self) {
        self.heading("Do codes mean the same?", "编码含义是否一致？");
        let recoding = &self.found.recoding;
        let stays = recoding.stays;
        self.paragraph(
            "",
            format!(
                "The public insurer's {stays} stays were coded in ICD-9-CM and recoded into ICD-10-CM, each code by a \
                 random choice among the ways of the General Equivalence Mappings. Groups of the recoded stays come \
                 from the published lists for ICD-10, those of the original stays from the lists for ICD-9-CM: neither \
                 list was made of the other, nor of the map."
            ),
            format!(
                "公共医保的 {stays} 次住院原以 ICD-9-CM 编码，再转为 ICD-10-CM，每个编码在 GEM 的各种写法中随机选一。\
                 转码后的分组按已发表的 ICD-10 列表得出，原始分组按 ICD-9-CM 列表得出：两个列表互不派生，也不由映射得出。"
            ),
        );
        self.kappas();
        self.low_ones();
        self.coverage();
        self.drug_names();
    }

    fn kappas(&mut self) {
        let lang = self.lang;
        let mut groups = Vec::new();
        for (place, list) in self.found.recoding.lists.iter().enumerate() {
            for group in &list.groups {
                let seen = group.agreement.both + group.agreement.first + group.agreement.second;
                // Agreement over a handful of stays tells little, and tells of them.
                let kappa = group.agreement.kappa().filter(|_| seen >= self.minimum());
                let name = lang.pick(&group.en, &group.zh);
                groups.extend(kappa.map(|kappa| (kappa, place, name.clone(), seen)));
            }
        }
        groups.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let rows = groups.into_iter().map(|(kappa, place, name, seen)| Row {
            label: name,
            dots: vec![Dot {
                value: point(kappa),
                class: ["pass", "alone"][place.min(1)],
                hint: format!("κ {kappa:.3}, {seen}"),
            }],
            instead: None,
        });
        let picture = Dots {
            caption: Caption {
                id: "fig-kappa",
                title: lang.pick("Agreement by group", "各组一致性").to_owned(),
                alt: lang
                    .pick(
                        "Cohen's kappa by group of comorbidities",
                        "各合并症组的 Cohen κ",
                    )
                    .to_owned(),
            },
            width: WIDTH,
            name: lang.pick("Cohen's kappa", "Cohen κ"),
            rows: rows.collect(),
            within: (-1.0, 1.0),
            reference: Some(LOW),
            legend: vec![("pass", "Charlson"), ("alone", "Elixhauser")],
        };
        self.figure(
            &picture.draw(),
            &format!(
                "Cohen's kappa (1960) of each group between recoded and original stays, lowest first; the dashed line is \
                 {LOW}. Groups of fewer stays than are told have none."
            ),
            &format!(
                "各组在转码后与原始住院之间的 Cohen κ（1960），由低到高；虚线为 {LOW}。住院数不足者不标出。"
            ),
        );
    }

    fn low_ones(&mut self) {
        let lang = self.lang;
        let below = lang.pick(format!("below {LOW}"), format!("低于 {LOW}"));
        let header = [
            below.as_str(),
            "κ",
            lang.pick("in both", "两者皆有"),
            lang.pick("in ICD-9-CM alone", "仅 ICD-9-CM"),
            lang.pick("in ICD-10 alone", "仅 ICD-10"),
        ];
        let minimum = self.minimum();
        let held = || lang.pick("held back", "已抑制").to_owned();
        let told = |count: Option<u64>| count.map_or_else(held, |count| count.to_string());
        let rows = self
            .found
            .recoding
            .low()
            .into_iter()
            .map(|(list, group, kappa)| {
                let of = group.agreement;
                let counts = hold_back(&[of.both, of.first, of.second, of.neither], minimum);
                let mut line = vec![
                    format!("{} ({list})", lang.pick(&group.en, &group.zh)),
                    format!("{kappa:.3}"),
                ];
                line.extend(counts.into_iter().take(3).map(told));
                line
            });
        let rows: Vec<Vec<String>> = rows.collect();
        self.html.table(&header, &rows, 1);
        self.paragraph(
            "note",
            format!(
                "Counts below {minimum} are held back, with the fewest others from which they would follow. Of dementia, the \
                 list for ICD-10 has Alzheimer's disease (G30), the one for ICD-9-CM has it not (331.0): the lists differ \
                 there, not the recoding."
            ),
            format!(
                "不足 {minimum} 的计数被抑制，可据以推出它们的最少者一并抑制。痴呆：ICD-10 列表含阿尔茨海默病（G30），ICD-9-CM 列表不含\
                 （331.0）：差异在列表，不在转码。"
            ),
        );
    }

    fn coverage(&mut self) {
        self.heading("How far codes and names are covered", "编码与名称的覆盖");
        let lang = self.lang;
        let mut svg = Svg::new(WIDTH, 34.0 + 26.0 * 6.0 + 24.0);
        let mut at = 8.0;
        for (place, kind) in KINDS.into_iter().enumerate() {
            let name = kind_name(kind, lang);
            svg.rectangle(At(at, 6.0), At(at + 12.0, 18.0), &class(place));
            svg.text(At(at + 17.0, 16.0), Anchor::Start, "row", name);
            at += 34.0
                + name
                    .chars()
                    .map(|it| if it.is_ascii() { 6.6 } else { 12.0 })
                    .sum::<f64>();
        }
        let (left, right) = (210.0, WIDTH - 24.0);
        let mut level = 34.0;
        for (party, report) in &self.found.coverage.codes {
            for (what, of) in measures(lang) {
                let label = format!("{}, {what}", self.name(party));
                svg.text(At(left - 10.0, level + 14.0), Anchor::End, "row", &label);
                bar(&mut svg, report, of, (At(left, level), right));
                level += 26.0;
            }
        }
        for percent in [0, 25, 50, 75, 100] {
            let x = left + (right - left) * f64::from(percent) / 100.0;
            svg.text(
                At(x, level + 16.0),
                Anchor::Middle,
                "tick",
                &format!("{percent} %"),
            );
        }
        let picture = svg.finish(&Caption {
            id: "fig-coverage",
            title: lang.pick("Coverage of codes", "编码覆盖").to_owned(),
            alt: lang
                .pick(
                    "Shares of codes by how the map knows them",
                    "按映射程度划分的编码占比",
                )
                .to_owned(),
        });
        self.figure(
            &picture,
            "What the map to ICD-10-CM knows of the codes of both institutions that keep ICD-9-CM: by distinct codes, by \
             diagnoses, and by what was paid for the stays they stand for, shared among a stay's diagnoses.",
            "到 ICD-10-CM 的映射对两家使用 ICD-9-CM 的机构的编码所知程度：按不同编码、按诊断行、按住院支付金额（在该次住院的\
             各诊断间平分）。",
        );
    }

    fn drug_names(&mut self) {
        let names = &self.found.coverage.names;
        let lang = self.lang;
        let header = [
            lang.pick("the hospital's items", "医院的项目"),
            lang.pick("names", "名称"),
            lang.pick("rows", "行"),
            lang.pick("money", "金额"),
        ];
        let share = |part: Weight| {
            let of = |part: f64, all: f64| format!("{:.1} %", 100.0 * part / all);
            vec![
                of(part.codes as f64, names.all.codes as f64),
                of(part.rows as f64, names.all.rows as f64),
                of(part.money, names.all.money),
            ]
        };
        let rows = [
            (
                lang.pick("the first candidate is right", "第一候选正确"),
                names.first,
            ),
            (lang.pick("among five", "前五候选之内"), names.five),
            (
                lang.pick(
                    "filled in without a person, and right",
                    "无需人工即填入且正确",
                ),
                names.filled,
            ),
            (
                lang.pick(
                    "filled in without a person, and wrong",
                    "无需人工即填入但错误",
                ),
                names.wrong,
            ),
        ];
        let rows = rows.map(|(name, part)| [vec![name.to_owned()], share(part)].concat());
        self.html.table(&header, &rows, 1);
        let (all, drugs, known) = (names.all.codes, names.drugs, names.known);
        self.paragraph(
            "note",
            format!(
                "{all} ways to write {drugs} drugs against a small library of {known}. What is not sure is decided by a person: \
                 the mapping joins those decisions. A measurement against 105,528 names stands in docs/guide/codes.md."
            ),
            format!(
                "{drugs} 种药品的 {all} 种写法，对照 {known} 种药品的小型名称库。不确定者由人确认，映射连接的是确认结果。对照 \
                 105,528 个名称的测量见 docs/guide/codes.md。"
            ),
        );
    }
}

/// What is counted.
type Measure = fn(&Weight) -> f64;

/// What is counted, with its name.
fn measures(lang: consilium_plan::Lang) -> [(&'static str, Measure); 3] {
    [
        (lang.pick("codes", "编码"), |it| it.codes as f64),
        (lang.pick("diagnoses", "诊断行"), |it| it.rows as f64),
        (lang.pick("money", "金额"), |it| it.money),
    ]
}

/// Draws a bar of parts.
fn bar(svg: &mut Svg, report: &CoverageReport, of: Measure, (At(left, top), right): (At, f64)) {
    let all = of(&report.total);
    let mut from = left;
    for (place, kind) in KINDS.into_iter().enumerate() {
        let share = report.mapping.get(&kind).map_or(0.0, of) / all;
        let to = from + (right - left) * share;
        svg.begin(&format!("{:.1} %", 100.0 * share));
        svg.rectangle(At(from, top), At(to, top + 20.0), &class(place));
        svg.end();
        from = to;
    }
}

fn class(place: usize) -> String {
    let classes = ["pass", "pooled", "alone", "fail", "faint", "exact"];
    format!("bar {}", classes.get(place).copied().unwrap_or("exact"))
}

fn kind_name(kind: Mapping, lang: consilium_plan::Lang) -> &'static str {
    match kind {
        Mapping::Exact => lang.pick("exactly", "精确"),
        Mapping::Approximate => lang.pick("approximately", "近似"),
        Mapping::Combination => lang.pick("to several together", "多码组合"),
        Mapping::Ambiguous => lang.pick("in several ways", "多种写法"),
        Mapping::NoMap => lang.pick("to nothing", "明示无对应"),
        Mapping::Absent => lang.pick("not in the map", "映射中没有"),
    }
}
