//! The report as one page that needs nothing else: no script, no font, no file beside it.
//!
//! The demo has all rows in one place, so that it can show what no institution shows another: whatever is
//! told of one institution is held back below the studies' own minimum.

use std::{fmt::Display, fs, path::Path};

use anyhow::Context as _;
use consilium_lab::figure::{STYLE, escaped};
use consilium_plan::Lang;

use super::{Found, files::PARTIES};

mod codes;
mod contracts;
mod missing;
mod prepared;
mod sources;
mod spread;
mod studies;

/// The width of a picture that takes the whole page.
const WIDTH: f64 = 800.0;

/// What the pictures need besides the usual style.
const MORE_STYLE: &str = "\
svg .bar { stroke: none; }
svg .bar.pass { fill: var(--pass); }
svg .bar.pooled { fill: var(--pooled); }
svg .bar.alone { fill: var(--alone); }
svg .bar.exact { fill: var(--soft); }
svg .bar.fail { fill: var(--fail); }
svg .bar.faint { fill: var(--rule); }
svg .held { stroke: var(--soft); fill: none; }
td code { white-space: normal; overflow-wrap: anywhere; }
.legend span { white-space: nowrap; margin-right: 1.2rem; }
";

/// Leaves the report in the demo's folder.
pub(super) fn write(found: &Found, folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let path = folder.join("report.html");
    fs::write(&path, html(found, lang)).with_context(|| path.display().to_string())
}

/// Writes the page.
fn html(found: &Found, lang: Lang) -> String {
    let mut page = Page {
        found,
        lang,
        text: String::new(),
        figures: 0,
    };
    page.head();
    page.summary();
    page.sources();
    page.contracts();
    page.missing();
    page.spread();
    page.stability();
    page.codes();
    page.prepared();
    page.model();
    page.learnt();
    page.text + "</body></html>\n"
}

/// A page that is being written.
struct Page<'a> {
    found: &'a Found,
    lang: Lang,
    text: String,
    /// Figures so far.
    figures: u32,
}

impl Page<'_> {
    /// Adds markup.
    fn add(&mut self, markup: impl AsRef<str>) {
        self.text.push_str(markup.as_ref());
    }

    /// Adds an element with a text in it.
    fn element(&mut self, tag: &str, class: &str, text: impl Display) {
        let text = escaped(&text.to_string());
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        self.add(format!("<{tag}{class}>{text}</{tag}>"));
    }

    fn heading(&mut self, en: &str, zh: &str) {
        self.element("h2", "", self.lang.pick(en, zh));
    }

    fn paragraph(&mut self, class: &str, en: impl Display, zh: impl Display) {
        let text = self.lang.pick(en.to_string(), zh.to_string());
        self.element("p", class, text);
    }

    /// Adds a figure with its caption.
    fn figure(&mut self, picture: &str, en: &str, zh: &str) {
        self.figures += 1;
        let number = self.figures;
        let (name, text) = self.lang.pick(("Figure", en), ("图", zh));
        self.add(format!(
            "<figure>{picture}<figcaption><b>{name}&#160;{number}.</b> {}</figcaption></figure>",
            escaped(text)
        ));
    }

    /// Adds a table; cells after the first of a row are numbers where `numbers` says so.
    fn table(&mut self, header: &[&str], rows: &[Vec<String>], numbers: bool) {
        self.add("<div class=\"wide\"><table><thead><tr>");
        let class = |place: usize| if numbers && place > 0 { "number" } else { "" };
        for (place, name) in header.iter().enumerate() {
            self.element("th", class(place), name);
        }
        self.add("</tr></thead><tbody>");
        for row in rows {
            self.add("<tr>");
            for (place, cell) in row.iter().enumerate() {
                self.element("td", class(place), cell);
            }
            self.add("</tr>");
        }
        self.add("</tbody></table></div>");
    }

    fn head(&mut self) {
        let lang = self.lang.pick("en", "zh-CN");
        let title = self.lang.pick(
            "Three institutions, three layouts, one feature matrix",
            "三家机构、三种结构、一个特征矩阵",
        );
        self.add(format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"/>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
             <title>{title}</title><style>\n{STYLE}{MORE_STYLE}</style></head><body>"
        ));
        self.paragraph(
            "kicker",
            "Consilium · do we mean the same?",
            "Consilium · 我们说的是同一件事吗？",
        );
        self.element("h1", "", title);
    }

    fn summary(&mut self) {
        let found = self.found;
        let (joint, pooled) = (found.compared.joint.auc(), found.compared.pooled.auc());
        let kappa = found.recoding.median().unwrap_or(f64::NAN);
        let features = found.ended.findings.columns.len() - 1;
        let rows: usize = found.mapped.iter().map(|it| it.table.rows()).sum();
        self.paragraph(
            "lead",
            format!(
                "A hospital, the public insurer and a commercial insurer have mapped their own files to the \
                 same {features} features of {rows} people. Comorbidities from ICD-10-CM agree with those from \
                 ICD-9-CM with a median of Cohen's kappa of {kappa:.3}. A model trained by all three without \
                 a row leaving its house reaches an AUC of {joint:.3}, as does one of all rows in one place \
                 ({pooled:.3})."
            ),
            format!(
                "医院、公共医保与商业保险机构各自将自己的文件映射为 {rows} 人的同样 {features} 个特征。由 \
                 ICD-10-CM 得出的合并症与由 ICD-9-CM 得出者相比，Cohen κ 中位数为 {kappa:.3}。三方在任何一行都不\
                 离开本机构的情况下训练的模型，AUC 为 {joint:.3}；全部行集中在一处训练的模型为 {pooled:.3}。"
            ),
        );
        let minimum = found.ended.findings.minimum_cell;
        self.paragraph(
            "remark",
            format!(
                "In this demo all rows lie in one place, so figures of single institutions can stand side by \
                 side here. In a federation each institution sees only its own and those of all together. Counts \
                 below {minimum} are held back in either case. People are synthetic (CMS DE-SynPUF); who buys \
                 which drug is drawn."
            ),
            format!(
                "本演示中全部行都在一处，因此各机构的数字可以并列。在真实联邦中，每家机构只看到自己的数字与\
                 全体合计。两种情况下，低于 {minimum} 的计数均不显示。人员为合成数据（CMS DE-SynPUF）；药品购买\
                 由随机抽取得到。"
            ),
        );
    }

    /// What an institution is called.
    fn name(&self, party: &str) -> String {
        name(party, self.lang).to_owned()
    }

    /// The names of all institutions, in order.
    fn names(&self) -> [&'static str; 3] {
        PARTIES.map(|party| name(party, self.lang))
    }

    /// The marks of the institutions with their names.
    fn legend(&self) -> Vec<(&'static str, &'static str)> {
        CLASSES.into_iter().zip(self.names()).collect()
    }

    /// What a feature is called.
    fn feature(&self, name: &str) -> String {
        let first = self.found.mapped.first();
        first.map_or_else(|| name.to_owned(), |it| it.name_of(name, self.lang))
    }

    /// The fewest rows that are told.
    fn minimum(&self) -> u64 {
        self.found.ended.findings.minimum_cell
    }
}

/// The classes of the institutions' marks and bars.
const CLASSES: [&str; 3] = ["pass", "pooled", "alone"];

fn name(party: &str, lang: Lang) -> &'static str {
    match party {
        "hospital" => lang.pick("hospital", "医院"),
        "public" => lang.pick("public insurer", "公共医保"),
        _ => lang.pick("commercial insurer", "商业保险"),
    }
}
