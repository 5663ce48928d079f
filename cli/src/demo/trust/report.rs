//! The report as one page that needs nothing else: no script, no font, no file beside it.
//!
//! The demo has all cards in one place, so that scores can stand side by side here. Institutions show each other bands
//! alone.

use std::{fs, path::Path};

use anyhow::Context as _;
use consilium_lab::{
    Html, Interval,
    figure::{Caption, Dot, Dots, Row},
};
use consilium_plan::Lang;

use super::{Found, deal::Mistake, page};

mod cards;
mod matrix;
mod models;

/// What the page is called in the demo's folder.
pub(super) const FILE: &str = "report.html";

/// The width of a picture that takes the whole page, and of one that stands beside another.
const WIDTH: f64 = 800.0;
const HALF: f64 = 390.0;

/// Leaves the page in the demo's folder.
pub(super) fn write(found: &Found, folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let path = folder.join(FILE);
    fs::write(&path, html(found, lang)).with_context(|| path.display().to_string())
}

/// Writes the page.
fn html(found: &Found, lang: Lang) -> String {
    let title = lang.pick("Which data can be trusted?", "哪些数据可信？");
    let kicker = lang.pick(
        "Consilium · scorecards of quality, scarcity, privacy and value",
        "Consilium · 质量、稀缺性、隐私与价值评分卡",
    );
    let mut page = Page {
        found,
        lang,
        html: Html::new(title, lang),
    };
    page.html.head(kicker, title);
    page.html.paragraph("lead", page::models(found, lang));
    page.html.paragraph("remark", remark(lang));
    page.four();
    page.six();
    page.refused();
    page.worth();
    page.areas();
    page.pages();
    page.html.finish()
}

/// What the demo shows that institutions don't show each other.
fn remark(lang: Lang) -> &'static str {
    lang.pick(
        "In this demo all rows and cards lie in one place, so scores in hundredths can stand side by side here. In a \
         federation each institution sees its own card, and of the others bands of twenty points. Intervals are of 95 %.",
        "本演示中全部数据与评分卡都在一处，因此各家精确得分可以并列。在真实联邦中，每家机构只看到自己的评分卡，以及其他机构的二十分\
         分档。区间均为 95%。",
    )
}

/// A page that is being written.
struct Page<'a> {
    found: &'a Found,
    lang: Lang,
    html: Html,
}

impl Page<'_> {
    fn heading(&mut self, en: &str, zh: &str) {
        self.html.heading(self.lang.pick(en, zh));
    }

    fn paragraph(&mut self, class: &str, en: &str, zh: &str) {
        self.html.paragraph(class, self.lang.pick(en, zh));
    }

    /// Adds a figure with its caption.
    fn figure(&mut self, picture: &str, en: &str, zh: &str) {
        self.html.figure(picture, self.lang.pick(en, zh));
    }

    /// What the marks of the six mean, above their pictures.
    fn key(&self) -> String {
        let sound = self.lang.pick("nothing went wrong", "无差错");
        let mistaken = |it: Mistake| it.said(self.lang);
        let all = [
            (None, "●", sound),
            (Some(Mistake::Labels), "△", mistaken(Mistake::Labels)),
            (Some(Mistake::Codes), "◇", mistaken(Mistake::Codes)),
        ];
        let key = all.map(|(mistake, mark, said)| {
            let class = class(mistake);
            format!("<span><b style=\"color:var(--{class})\">{mark}</b> {said}</span>")
        });
        format!("<p class=\"legend\">{}</p>", key.concat())
    }
}

/// The class of a hospital's mark.
fn class(mistake: Option<Mistake>) -> &'static str {
    match mistake {
        None => "pass",
        Some(Mistake::Labels) => "alone",
        Some(Mistake::Codes) => "pooled",
    }
}

/// A row with a mark and its interval, or with a dash.
fn row(label: impl Into<String>, value: Option<Interval>, class: &'static str) -> Row {
    let dot = value.map(|value| Dot {
        hint: format!(
            "{:.4} ({:.4} … {:.4})",
            value.estimate, value.low, value.high
        ),
        value,
        class,
    });
    Row {
        label: label.into(),
        instead: dot.is_none().then(|| "–".to_owned()),
        dots: dot.into_iter().collect(),
    }
}

/// A picture of such rows.
fn picture<'a>(
    (id, title): (&'static str, &str),
    name: &'a str,
    rows: Vec<Row>,
    within: (f64, f64),
    lang: Lang,
) -> Dots<'a> {
    let alt = lang.pick(
        "a mark with its interval in each row",
        "每行一个标记及其区间",
    );
    Dots {
        caption: Caption {
            id,
            title: title.to_owned(),
            alt: alt.to_owned(),
        },
        width: WIDTH,
        name,
        rows,
        within,
        reference: None,
        legend: Vec::new(),
    }
}
