//! The report as one page that needs nothing else: no script, no font, no file beside it.
//!
//! The demo has all rows in one place, so that it can show what no institution shows another: whatever is
//! told of one institution is held back below the studies' own minimum.

use std::{fmt::Display, fs, path::Path};

use anyhow::Context as _;
use consilium_lab::Html;
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

/// Leaves the report in the demo's folder.
pub(super) fn write(found: &Found, folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let path = folder.join("report.html");
    fs::write(&path, html(found, lang)).with_context(|| path.display().to_string())
}

/// Writes the page.
fn html(found: &Found, lang: Lang) -> String {
    let title = lang.pick(
        "Three institutions, three layouts, one feature matrix",
        "三家机构、三种结构、一个特征矩阵",
    );
    let kicker = lang.pick(
        "Consilium · do we mean the same?",
        "Consilium · 我们说的是同一件事吗？",
    );
    let mut page = Page {
        found,
        lang,
        html: Html::new(title, lang),
    };
    page.html.head(kicker, title);
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
    page.html.finish()
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

    fn paragraph(&mut self, class: &str, en: impl Display, zh: impl Display) {
        let text = self.lang.pick(en.to_string(), zh.to_string());
        self.html.paragraph(class, text);
    }

    /// Adds a figure with its caption.
    fn figure(&mut self, picture: &str, en: &str, zh: &str) {
        self.html.figure(picture, self.lang.pick(en, zh));
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
