//! A card as one page that needs nothing else: no script, no font, no file beside it.

use consilium_lab::{
    Html, Interval,
    figure::{Caption, Dot, Dots, Row},
};
use consilium_plan::Lang;
use consilium_scorecard::{Card, Comparison, Dimension, Score, Signed};

use super::{
    changes,
    say::{self, Shown, scored},
};

/// The width of a picture.
const WIDTH: f64 = 800.0;

/// The most cards whose scores are shown.
const MOST_PAST: usize = 20;

/// Writes the page; the last of the cards that were kept is the card itself.
pub(super) fn html(signed: &Signed, past: &[Card], lang: Lang) -> String {
    let card = &signed.card;
    let title = lang.pick("How far these data can be trusted", "数据可信评分卡");
    let mut page = Html::new(title, lang);
    let purpose = lang.pick(&card.purpose_name.en, &card.purpose_name.zh);
    let kicker = format!(
        "Consilium · {} · {} · {purpose}",
        card.institution, card.data_set
    );
    page.head(kicker, title);
    page.paragraph("lead", say::sentence(card, lang));
    page.paragraph("remark", say::warning(lang));
    page.paragraph("soft", say::about(signed, lang));
    page.heading(lang.pick("Four dimensions", "四个维度"));
    dimensions(&mut page, card, lang);
    page.heading(lang.pick("Their parts", "分项得分"));
    parts(&mut page, card, lang);
    trend(&mut page, past, lang);
    page.heading(lang.pick("What it was made of", "依据"));
    shown(&mut page, &say::evidence(card, lang), 6);
    page.heading(lang.pick("What others see", "其他机构所见"));
    shown(&mut page, &say::bands(&card.public(), lang), 3);
    page.heading(lang.pick("What the numbers mean", "数字的含义"));
    page.paragraph("", meaning(lang));
    page.finish()
}

fn shown(page: &mut Html, (header, rows): &Shown, texts: usize) {
    page.table(header, rows, texts);
}

fn dimensions(page: &mut Html, card: &Card, lang: Lang) {
    let measured = |dimension: Dimension| card.dimensions.get(&dimension).map(|it| it.score);
    let counts = |it: &Dimension| card.weights.contains_key(it) || measured(*it).is_some();
    let all = Dimension::ALL.into_iter().filter(counts);
    let mut rows: Vec<Row> = all
        .map(|it| row(say::name(it, lang), measured(it), "pass", lang))
        .collect();
    rows.push(row(
        say::composite(lang).to_owned(),
        card.composite,
        "pooled",
        lang,
    ));
    let picture = picture(
        "fig-dimensions",
        lang.pick("Scores by dimension", "各维度得分"),
        lang.pick(
            "a mark with its interval for each dimension, and for the composite",
            "各维度与综合得分及区间",
        ),
        rows,
        lang,
    );
    let said = lang.pick(
        "Scores with their intervals; 100 is the best in all four. The diamond is the mean by the purpose's weights.",
        "各维度得分及区间，四个维度均以 100 为最佳。菱形为按用途权重计算的综合得分。",
    );
    page.figure(&picture.draw(), said);
    shown(page, &say::dimensions(card, lang), 1);
}

fn parts(page: &mut Html, card: &Card, lang: Lang) {
    let mut rows = Vec::new();
    for (dimension, measured) in &card.dimensions {
        for it in &measured.subscores {
            let (dimension, part) = (
                say::name(*dimension, lang),
                say::part(*dimension, &it.id, lang),
            );
            let label = lang.pick(
                format!("{dimension}: {part}"),
                format!("{dimension}：{part}"),
            );
            let class = if it.weight > 0.0 { "pass" } else { "alone" };
            rows.push(row(label, Some(it.score), class, lang));
        }
    }
    let picture = picture(
        "fig-parts",
        lang.pick("Scores of the parts", "分项得分"),
        lang.pick(
            "a mark with its interval for each part of a dimension",
            "各维度的分项得分及区间",
        ),
        rows,
        lang,
    );
    let said = lang.pick(
        "What each dimension is the mean of. Numbers that are exact for the rows at hand have no interval.",
        "各维度由下列分项加权平均而成。对现有行而言精确的数字没有区间。",
    );
    page.figure(&picture.draw(), said);
    shown(page, &say::subscores(card, lang), 2);
}

/// Composites of the last cards, and what has changed since the one before.
fn trend(page: &mut Html, past: &[Card], lang: Lang) {
    let [.., before, after] = past else { return };
    let last = &past[past.len().saturating_sub(MOST_PAST)..];
    let of = |card: &Card| {
        let class = if card.purpose == after.purpose {
            "pass"
        } else {
            "alone"
        };
        row(card.made.to_string(), card.composite, class, lang)
    };
    let picture = Dots {
        legend: vec![
            ("pass", lang.pick("this purpose", "当前用途")),
            (
                "alone",
                lang.pick("as the purpose was before", "用途的早先规定"),
            ),
        ],
        ..picture(
            "fig-trend",
            lang.pick("Composites of earlier cards", "历次综合得分"),
            lang.pick(
                "a mark with its interval for each card, the last one below",
                "每张评分卡的综合得分及区间，最近一张在下",
            ),
            last.iter().map(of).collect(),
            lang,
        )
    };
    let compared = Comparison::of(before, after);
    page.heading(lang.pick("Over time", "变化趋势"));
    page.figure(
        &picture.draw(),
        lang.pick(
            "Composites of the last cards with their intervals.",
            "最近各张评分卡的综合得分及区间。",
        ),
    );
    shown(page, &changes::history(last, lang), 2);
    page.heading(lang.pick("Since the card before", "与上一张相比"));
    for remark in changes::remarks(&compared, lang) {
        page.paragraph("remark", remark);
    }
    shown(page, &changes::changes(&compared, lang), 1);
    let because = changes::because(&compared, lang);
    if !because.1.is_empty() {
        shown(page, &because, 1);
    }
}

fn picture<'a>(id: &'static str, title: &str, alt: &str, rows: Vec<Row>, lang: Lang) -> Dots<'a> {
    Dots {
        caption: Caption {
            id,
            title: title.to_owned(),
            alt: alt.to_owned(),
        },
        width: WIDTH,
        name: lang.pick("score", "得分"),
        rows,
        within: (0.0, 100.0),
        reference: Some(100.0),
        legend: Vec::new(),
    }
}

/// A row with a score and its interval, or with a dash.
fn row(label: String, score: Option<Score>, class: &'static str, lang: Lang) -> Row {
    let Some(Score {
        score: at,
        low,
        high,
    }) = score
    else {
        let instead = Some(lang.pick("not measured", "未度量").to_owned());
        return Row {
            label,
            dots: Vec::new(),
            instead,
        };
    };
    let [points, interval] = scored(score, lang);
    Row {
        dots: vec![Dot {
            value: Interval {
                low,
                estimate: at,
                high,
            },
            class,
            hint: format!("{label}: {points} ({interval})"),
        }],
        label,
        instead: None,
    }
}

fn meaning(lang: Lang) -> &'static str {
    lang.pick(
        "Each dimension is the mean of its parts, by the weights of the reports or of the purpose; the composite is the \
         mean of the dimensions that were measured, by the purpose's weights. What was not measured is missing and \
         is not filled in. Intervals of 95 % are joined as if all moved together, so that they are too wide \
         rather than too narrow. Weights and bands are ours; no standard says so. The steward's signature says \
         who answers for the card, not that it is true: others can check what a study has found, and not what an \
         institution reports of its own rows.",
        "维度得分为分项按报告或用途的权重加权平均；综合得分为已度量维度按用途权重加权平均。未度量的维度视为缺失，不作填补。\
         95% 区间按各部分同向变动合并，宁宽勿窄。权重与分档由本项目设定，并非标准规定。数据管理员签名表明由谁负责，\
         并不证明内容属实：他方可核对研究所得，无法核对机构对自有数据的报告。",
    )
}
