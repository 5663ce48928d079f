//! The report as one page that needs nothing else: no script, no font, no file beside it. It shows no cell.

use std::collections::HashSet;

use consilium_lab::{
    Html, Interval,
    figure::{Caption, Dot, Dots, Row},
};
use consilium_plan::Lang;
use consilium_quality::{Certainty, Heading, Outcome, Score};

use super::{
    Found,
    kept::Kept,
    say::{self, Shown, points},
    shapes,
};
use crate::data::issues::{
    self,
    state::{Issue, State},
};

/// The width of a picture.
const WIDTH: f64 = 800.0;

/// The most rows of a picture.
const MOST_ROWS: usize = 30;

/// The most checks whose scores are shown.
const MOST_PAST: usize = 20;

/// Writes the page.
pub(super) fn html(found: &Found, kept: &Kept, lang: Lang) -> String {
    let report = &found.report;
    let title = lang.pick("How good the tables are", "数据质量报告");
    let kicker = format!("Consilium · {} · {}", report.title, found.time);
    let mut page = Html::new(title, lang);
    page.head(kicker, title);
    page.paragraph("lead", say::lead(report, lang));
    page.paragraph("remark", say::warning(lang));
    page.paragraph("soft", tables(found, lang));
    headings(&mut page, found, lang);
    broken(&mut page, found, lang);
    shapes::add(&mut page, &found.report, lang);
    missing(&mut page, found, lang);
    not_run(&mut page, found, lang);
    trend(&mut page, found, kept, lang);
    open(&mut page, found, kept, lang);
    applied(&mut page, found, lang);
    page.heading(lang.pick("What the numbers mean", "数字的含义"));
    page.paragraph("", meaning(lang));
    page.finish()
}

/// A table; the columns after the first so many are numbers.
fn shown(page: &mut Html, (header, rows): &Shown, texts: usize) {
    page.table(header, rows, texts);
}

fn tables(found: &Found, lang: Lang) -> String {
    let table = |it: &consilium_quality::TableSize| match it.rows {
        Some(rows) => lang.pick(
            format!("{}: {rows} rows", it.name),
            format!("{}：{rows} 行", it.name),
        ),
        None => lang.pick(
            format!("{}: not read", it.name),
            format!("{}：未能读取", it.name),
        ),
    };
    let tables: Vec<String> = found.report.tables.iter().map(table).collect();
    tables.join(lang.pick(" · ", "；"))
}

fn headings(page: &mut Html, found: &Found, lang: Lang) {
    let report = &found.report;
    let row = |label: &str, score: &Score| scored(label.to_owned(), score, "pass", lang);
    let of = |it: &consilium_quality::HeadingResult| row(say::heading(it.heading, lang), &it.score);
    let mut rows: Vec<Row> = report.headings.iter().map(of).collect();
    let total = lang.pick("total", "总分");
    rows.extend(report.total.iter().map(|score| {
        let mut row = row(total, score);
        row.dots[0].class = "pooled";
        row
    }));
    let picture = Dots {
        caption: caption(
            "fig-headings",
            lang.pick("Scores by heading", "各维度得分"),
            lang.pick(
                "a mark with its interval for each heading, and for the total",
                "各维度与总分的得分及区间",
            ),
        ),
        width: WIDTH,
        name: lang.pick("score", "得分"),
        rows,
        within: (0.0, 100.0),
        reference: Some(100.0),
        legend: Vec::new(),
    };
    let said = lang.pick(
        "Scores under the headings of GB/T 36344-2018, with 95 % intervals. 100: nothing that was checked has failed.",
        "按 GB/T 36344-2018 各维度的得分及 95% 区间。100 表示所检查内容全部通过。",
    );
    page.heading(lang.pick("Headings", "各质量维度"));
    page.figure(&picture.draw(), said);
    shown(page, &say::headings(report, lang), 1);
}

fn broken(page: &mut Html, found: &Found, lang: Lang) {
    let broken = say::broken(&found.report);
    page.heading(lang.pick("Rules that are broken", "未通过的规则"));
    if broken.is_empty() {
        page.paragraph("", lang.pick("None.", "无。"));
        return;
    }
    let row = |rule: &&consilium_quality::RuleResult| Row {
        label: lang.pick(&rule.name.en, &rule.name.zh).clone(),
        dots: vec![Dot {
            value: point(100.0 * say::share(rule)),
            class: "fail",
            hint: format!("{}: {} / {}", rule.id, rule.failed, rule.checked),
        }],
        instead: None,
    };
    let picture = shares(
        caption(
            "fig-rules",
            lang.pick("Shares that fail, by rule", "各规则未通过占比"),
            lang.pick(
                "a mark for each rule that is broken",
                "每条未通过规则的占比",
            ),
        ),
        lang.pick("failed, % of what was checked", "未通过占比，%"),
        broken.iter().take(MOST_ROWS).map(row).collect(),
    );
    let said = lang.pick(
        "The share of rows or cells that fail, of those that a rule applies to; what matters most is above. The \
         first offending rows stand in offending.csv, beside this page.",
        "各规则未通过的行或单元格占所检查内容的比例，影响最大者在上。首批问题行见同一文件夹的 offending.csv。",
    );
    page.figure(&picture.draw(), said);
    shown(page, &say::rules(&broken, lang), 4);
}

/// Missing cells of columns that rules want to be there.
fn missing(page: &mut Html, found: &Found, lang: Lang) {
    let complete = found.report.rules.iter();
    let complete = complete.filter(|it| it.heading == Heading::Completeness);
    let (mut rows, mut whole) = (Vec::new(), 0_usize);
    // Two rules may count the same cells.
    let mut seen = HashSet::new();
    for (rule, column) in complete.flat_map(|it| it.columns.iter().map(move |column| (it, column)))
    {
        if !seen.insert((&rule.table, &column.column, column.checked, column.failed)) {
            continue;
        }
        if column.failed == 0 {
            whole += 1;
            continue;
        }
        rows.push(Row {
            label: format!("{}.{}", rule.table, column.column),
            dots: vec![Dot {
                value: point(100.0 * column.failed as f64 / column.checked.max(1) as f64),
                class: "fail",
                hint: format!("{}: {} / {}", rule.id, column.failed, column.checked),
            }],
            instead: None,
        });
    }
    if rows.is_empty() && whole == 0 {
        return;
    }
    page.heading(lang.pick("What is missing", "缺失情况"));
    let said = lang.pick(
        format!("The share of cells that are missing where they should be there. {whole} columns are complete."),
        format!("应填写而缺失的单元格占比。另有 {whole} 列完整。"),
    );
    if rows.is_empty() {
        page.paragraph("", said);
        return;
    }
    rows.sort_by(|a, b| {
        let share = |row: &Row| row.dots[0].value.estimate;
        share(b).total_cmp(&share(a))
    });
    rows.truncate(MOST_ROWS);
    let picture = shares(
        caption(
            "fig-missing",
            lang.pick("Missing cells, by column", "各列缺失占比"),
            lang.pick(
                "a mark for each column that is not complete",
                "每个不完整列的缺失占比",
            ),
        ),
        lang.pick("missing, % of rows", "缺失占比，%"),
        rows,
    );
    page.figure(&picture.draw(), said);
}

/// Rules that could not be run, and those of packs whose columns are not bound.
fn not_run(page: &mut Html, found: &Found, lang: Lang) {
    let rules = &found.report.rules;
    let broken: Vec<String> = rules
        .iter()
        .filter_map(|rule| say::not_run(rule, lang))
        .collect();
    let unbound = |rule: &consilium_quality::RuleResult| match &rule.outcome {
        Outcome::NotApplicable { missing } => Some(vec![
            rule.id.clone(),
            lang.pick(&rule.name.en, &rule.name.zh).clone(),
            missing.join(lang.pick(", ", "、")),
        ]),
        _ => None,
    };
    let unbound: Vec<Vec<String>> = rules.iter().filter_map(unbound).collect();
    if !broken.is_empty() {
        page.heading(lang.pick("Rules that could not be run", "未能运行的规则"));
        page.list(broken);
    }
    let adjusted = say::adjusted(&found.report, lang);
    if !adjusted.is_empty() {
        page.heading(lang.pick(
            "Rules that the rule file has otherwise",
            "规则文件调整过的规则",
        ));
        page.list(adjusted);
    }
    if let Some(line) = say::unused(&found.report, lang) {
        page.paragraph("", line);
    }
    if !unbound.is_empty() {
        page.heading(lang.pick("Rules of packs that don't apply", "规则包中不适用的规则"));
        let header = [
            ("rule", "规则"),
            ("meaning", "含义"),
            ("not bound", "未绑定"),
        ];
        page.table(&say::named(&header, lang), &unbound, 3);
    }
}

/// Totals of the last checks.
fn trend(page: &mut Html, found: &Found, kept: &Kept, lang: Lang) {
    let past = kept.past.entries();
    if past.len() < 2 {
        return;
    }
    let last = &past[past.len().saturating_sub(MOST_PAST)..];
    let row = |it: &super::kept::Past| {
        let class = if it.rules == found.report.rules_hash {
            "pass"
        } else {
            "alone"
        };
        let label = it.time.to_string();
        match &it.total {
            Some(score) => scored(label, score, class, lang),
            None => Row {
                label,
                dots: Vec::new(),
                instead: Some("–".to_owned()),
            },
        }
    };
    let picture = Dots {
        caption: caption(
            "fig-trend",
            lang.pick("Totals of earlier checks", "历次总分"),
            lang.pick(
                "a mark with its interval for each check, the last one below",
                "每次检查的总分及区间，最近一次在下",
            ),
        ),
        width: WIDTH,
        name: lang.pick("total", "总分"),
        rows: last.iter().map(row).collect(),
        within: (0.0, 100.0),
        reference: None,
        legend: vec![
            ("pass", lang.pick("these rules", "当前规则")),
            ("alone", lang.pick("other rules", "其他规则")),
        ],
    };
    let header = Heading::ALL.map(|it| say::heading(it, lang).to_owned());
    let mut columns = vec![
        lang.pick("check", "检查时间").to_owned(),
        lang.pick("total", "总分").to_owned(),
    ];
    columns.extend(header);
    let row = |it: &super::kept::Past| {
        let score = |heading: Heading| {
            let found = it.headings.iter().find(|it| it.heading == heading);
            found.map_or_else(|| "–".to_owned(), |it| points(it.score.score))
        };
        let total = it.total.map(|total| points(total.score));
        [it.time.to_string(), total.unwrap_or("–".to_owned())]
            .into_iter()
            .chain(Heading::ALL.map(score))
            .collect()
    };
    let said = lang.pick(
        "Totals of the last checks with 95 % intervals. Totals of other rules say other things.",
        "最近各次检查的总分及 95% 区间。规则不同则总分含义不同。",
    );
    let rows: Vec<Vec<String>> = last.iter().map(row).collect();
    page.heading(lang.pick("Over time", "变化趋势"));
    page.figure(&picture.draw(), said);
    page.table(&columns, &rows, 1);
}

/// Issues that are open, and those that somebody has accepted.
fn open(page: &mut Html, found: &Found, kept: &Kept, lang: Lang) {
    let issues = issues::state::issues(kept.issues.entries());
    let open: Vec<&Issue> = issues.values().filter(|it| it.open).collect();
    let accepted = issues.values();
    let accepted = accepted.filter(|it| it.last.state == State::Accepted);
    let accepted: Vec<&Issue> = accepted.collect();
    if open.is_empty() && accepted.is_empty() {
        return;
    }
    let time = found.time;
    page.heading(lang.pick(
        format!("Issues as of {time}"),
        format!("截至 {time} 的问题"),
    ));
    page.paragraph(
        "soft",
        lang.pick(
            "What became of them since then, `consilium data issues list FOLDER --all` tells.",
            "此后的变化请用 `consilium data issues list 文件夹 --all` 查看。",
        ),
    );
    if !open.is_empty() {
        page.paragraph("", lang.pick("Open:", "待处理："));
        shown(page, &issues::rows(&open, &found.report, lang), 8);
    }
    if !accepted.is_empty() {
        page.paragraph(
            "",
            lang.pick(
                "Accepted as they are; their rows count in scores all the same:",
                "已按现状接受，仍计入得分：",
            ),
        );
        shown(page, &issues::rows(&accepted, &found.report, lang), 8);
    }
}

/// All rules that were run, those too that nothing breaks, and who says so.
fn applied(page: &mut Html, found: &Found, lang: Lang) {
    let rules = found.report.rules.iter();
    let rules = rules.filter(|it| it.outcome == Outcome::Applied);
    let row = |rule: &consilium_quality::RuleResult| {
        vec![
            rule.id.clone(),
            lang.pick(&rule.name.en, &rule.name.zh).clone(),
            rule.source.clone().unwrap_or_default(),
            rule.certainty
                .map_or("", |it| certainty(it, lang))
                .to_owned(),
            rule.failed.to_string(),
            rule.checked.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = rules.map(row).collect();
    if rows.is_empty() {
        return;
    }
    let header = [
        ("rule", "规则"),
        ("meaning", "含义"),
        ("source", "来源"),
        ("how sure", "确定程度"),
        ("failed", "未通过"),
        ("checked", "已检查"),
    ];
    page.heading(lang.pick("All rules that were run", "已运行的全部规则"));
    page.table(&say::named(&header, lang), &rows, 4);
    let tables = found.report.code_tables.iter().map(|table| {
        let unread = lang.pick("could not be read", "未能读取");
        format!("{} {}", table.name, table.hash.as_deref().unwrap_or(unread))
    });
    let tables: Vec<String> = tables.collect();
    if !tables.is_empty() {
        page.paragraph(
            "soft",
            lang.pick("Tables of codes, by their hashes:", "编码表及其散列值："),
        );
        page.list(tables);
    }
}

/// How sure a rule's source is.
fn certainty(certainty: Certainty, lang: Lang) -> &'static str {
    match certainty {
        Certainty::Certain => lang.pick("certain", "确定"),
        Certainty::SeenInCode => lang.pick("seen in code", "见于代码"),
        Certainty::Unverified => lang.pick("unverified", "未核实"),
    }
}

fn meaning(lang: Lang) -> &'static str {
    lang.pick(
        "The score of a rule is the share of what it checked that has passed; a missing cell lowers completeness \
         alone. A heading is the mean of its rules by severity (minor 1, major 2, critical 4: no standard says so) \
         times weight, the total that of the headings by theirs. GB/T 36344-2018 has uniqueness within accuracy; here \
         it stands by itself. Intervals tell how far other rows might be from these, rows of one key being alike.",
        "规则得分为所检查内容中通过的比例；缺失只影响完整性。维度得分按严重程度（轻微 1、重要 2、严重 4，非标准规定）\
         乘以权重加权平均，总分为各维度按其权重的平均。GB/T 36344-2018 将唯一性列于准确性之下，此处单列。区间表示\
         换作其他行时得分可能的变动，同一主键的行视为相似。",
    )
}

fn caption(id: &'static str, title: &str, alt: &str) -> Caption {
    Caption {
        id,
        title: title.to_owned(),
        alt: alt.to_owned(),
    }
}

/// A picture of shares in per cent.
fn shares(caption: Caption, name: &str, rows: Vec<Row>) -> Dots<'_> {
    Dots {
        caption,
        width: WIDTH,
        name,
        rows,
        within: (0.0, 100.0),
        reference: Some(0.0),
        legend: Vec::new(),
    }
}

/// A row with a score and its interval.
fn scored(label: String, score: &Score, class: &'static str, lang: Lang) -> Row {
    let (points, interval) = say::scored(Some(score), lang);
    Row {
        dots: vec![Dot {
            value: Interval {
                low: score.low,
                estimate: score.score,
                high: score.high,
            },
            class,
            hint: format!("{label}: {points} ({interval})"),
        }],
        label,
        instead: None,
    }
}

fn point(value: f64) -> Interval {
    Interval {
        low: value,
        estimate: value,
        high: value,
    }
}
