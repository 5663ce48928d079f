//! The cards of all institutions by dimension, who was refused by them, and where their pages lie.

use consilium_plan::Lang;
use consilium_scorecard::{Band, Dimension, Purpose};

use super::{
    super::{DATA, deal::Mistake, heart, measured::Measured, page, scored::Scored},
    Page, matrix,
};

/// The pages that each institution's measurements leave.
const PAGES: [(&str, [&str; 2]); 3] = [
    ("card/card.html", ["card", "评分卡"]),
    ("quality/quality.html", ["quality", "质量"]),
    ("privacy/privacy.html", ["privacy", "隐私"]),
];

impl Page<'_> {
    pub(super) fn four(&mut self) {
        self.heading("Four hospitals as they are", "四家医院的实际数据");
        let lang = self.lang;
        let counts = counts(Purpose::built_in(heart::PURPOSE).as_ref(), lang);
        self.html.paragraph(
            "",
            lang.pick(
                format!(
                    "Patients with suspected heart disease in Cleveland, Budapest, Zurich and Basel, and Long Beach; nothing was \
                     done to their files. The purpose is that of training a model: {counts}."
                ),
                format!(
                    "克利夫兰、布达佩斯、苏黎世与巴塞尔、长滩的疑似心脏病患者，数据未作改动。用途为训练模型：{counts}。"
                ),
            ),
        );
        let scored = &self.found.four;
        let picture = matrix::draw(scored, "cards-four", None, lang);
        let judged = scored.values.values().next().map_or(0, |it| it.judged_rows);
        self.html.figure(
            &picture,
            lang.pick(
                format!(
                    "The four hospitals' cards: scores by dimension with their intervals, the best card first; 100 is the best. \
                     Scarcity is of noised tables of a few hundred rows, and value of the {judged} patients that judge: small \
                     tables say little, and the intervals show how little."
                ),
                format!(
                    "四家医院的评分卡：各维度得分及区间，按综合得分由高到低；100 为最佳。稀缺性来自几百行的加噪表，价值由 {judged} \
                     名测试患者判断：数据少则结论弱，区间宽度即说明这一点。"
                ),
            ),
        );
        self.table(scored);
    }

    pub(super) fn six(&mut self) {
        self.heading(
            "Six hospitals, with two of which something went wrong",
            "六家医院，其中两家有差错",
        );
        let lang = self.lang;
        let purpose = Purpose::from_toml(self.found.example.asked.purpose).ok();
        let counts = counts(purpose.as_ref(), lang);
        self.html.paragraph(
            "",
            lang.pick(
                format!(
                    "Stays of people with diabetes, dealt out by patients. At south each label is the other one with a chance \
                     of one half; at west each code of seven columns is the next of its list. All codes are codes and all \
                     labels labels: no rule about values sees either. For this purpose count: {counts}."
                ),
                format!(
                    "糖尿病患者住院记录，按患者分给六家医院。south 的每个标签有一半概率被翻转；west 有七列的编码各错后一位。编码与标签本身\
                     都合法，取值规则无法发现。此用途的权重：{counts}。"
                ),
            ),
        );
        let scored = &self.found.six;
        let picture = matrix::draw(scored, "cards-six", Some(self.found.least()), self.lang);
        self.figure(
            &(self.key() + &picture),
            "The six hospitals' cards, the best first; the dashed line is the score that a plan asks for. Privacy is about \
             rows, right or wrong, and so it is the same everywhere.",
            "六家医院的评分卡，由高到低；虚线为方案要求的最低分。隐私只看各行本身，与对错无关，因此各家相近。",
        );
        self.html.paragraph("remark", page::scarce(self.lang));
        self.paragraph(
            "note",
            "Each patient is in one hospital, so the share of patients that nobody else has is 100 % everywhere and was not \
             asked for.",
            "每名患者只在一家医院，独有患者占比处处为 100%，因此未计算。",
        );
        self.table(scored);
    }

    fn table(&mut self, scored: &Scored) {
        let lang = self.lang;
        let mut header = vec![lang.pick("hospital", "医院").to_owned()];
        header.push(lang.pick("rows", "行数").to_owned());
        let dimensions = Dimension::ALL.into_iter().map(Dimension::name);
        header.extend(dimensions.map(|it| lang.pick(it.en, it.zh)));
        header.push(lang.pick("composite", "综合得分").to_owned());
        header.push(lang.pick("others see", "他人可见").to_owned());
        let lines = scored.ranked().into_iter().map(|measured| {
            let party = &measured.party;
            let composite = scored.composite(party);
            let mut line = vec![party.to_string(), measured.rows().to_string()];
            let dimensions = Dimension::ALL
                .into_iter()
                .map(|it| scored.dimension(party, it));
            line.extend(dimensions.chain([composite]).map(page::with_interval));
            line.push(composite.map_or_else(|| "–".to_owned(), |it| Band::of(it).to_string()));
            line
        });
        let lines: Vec<Vec<String>> = lines.collect();
        self.html.table(&header, &lines, 1);
    }

    pub(super) fn refused(&mut self) {
        self.heading("Who was refused, and why", "谁被拒绝，为什么");
        let lang = self.lang;
        let least = self.found.least();
        let header = [
            lang.pick("hospital", "医院").to_owned(),
            lang.pick("what went wrong", "差错").to_owned(),
            lang.pick(
                format!("a plan that asks for {least}"),
                format!("要求 {least} 分的方案"),
            ),
            lang.pick("its daemon says", "守护进程的答复").to_owned(),
            lang.pick("composite", "综合得分").to_owned(),
        ];
        let lines = self.found.six.ranked().into_iter().map(|measured| {
            let party = &measured.party;
            let mistake = Mistake::at(party.as_str()).map_or("–", |it| it.said(lang));
            let mut failures = self.found.ended.refused.iter();
            let failure = failures.find(|it| it.party.as_ref() == Some(party));
            let heard = failure.map_or_else(|| "–".to_owned(), |it| it.code.to_string());
            let met = match failure {
                None => lang.pick("passes", "通过"),
                Some(_) => lang.pick("refused", "拒绝"),
            };
            vec![
                party.to_string(),
                mistake.to_owned(),
                met.to_owned(),
                heard,
                page::with_interval(self.found.six.composite(party)),
            ]
        });
        let lines: Vec<Vec<String>> = lines.collect();
        self.html.table(&header, &lines, 4);
        self.paragraph(
            "note",
            "Each hospital's daemon holds its own card against the plan when a steward wants to approve it, and names the code, \
             which `consilium explain` explains. Nobody else sees a score. Value is scored here by the mean of all: \
             equals have 100.",
            "数据管理员批准方案时，各医院的守护进程以自己的评分卡对照方案，并给出代码（`consilium explain` 可解释）；其他机构看不到分数。此处\
             价值以各家平均值为准：彼此相当者为 100。",
        );
    }

    /// Where what each has measured lies.
    pub(super) fn pages(&mut self) {
        self.heading("What each hospital sees of its own", "各医院自己的页面");
        let parts = [
            (&self.found.four, format!("{}/{DATA}", heart::FOLDER)),
            (&self.found.six, DATA.to_owned()),
        ];
        self.html.add("<ul>");
        for (scored, folder) in parts {
            for Measured { party, .. } in scored.ranked() {
                let page = |(page, [en, zh]): (&str, [&str; 2])| {
                    let name = self.lang.pick(en, zh);
                    format!(" <a href=\"{folder}/{party}/{page}\">{name}</a>")
                };
                let pages = PAGES.map(page).concat();
                self.html.add(format!("<li>{party}:{pages}</li>"));
            }
        }
        self.html.add("</ul>");
    }
}

/// How much each dimension counts for a purpose.
fn counts(purpose: Option<&Purpose>, lang: Lang) -> String {
    let weights = purpose.into_iter().flat_map(Purpose::weights);
    let counts = weights.map(|(dimension, weight)| {
        let name = dimension.name();
        format!("{} {:.0} %", lang.pick(name.en, name.zh), 100.0 * weight)
    });
    counts.collect::<Vec<_>>().join(lang.pick(", ", "，"))
}
