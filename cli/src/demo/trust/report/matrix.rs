//! Cards side by side: a row for each institution, a scale from 0 to 100 for each dimension.

use consilium_lab::figure::{Anchor, At, Caption, Svg};
use consilium_plan::Lang;
use consilium_scorecard::{Dimension, Score};

use super::{
    super::{deal::Mistake, page::with_interval, scored::Scored},
    WIDTH, class,
};

/// Where the scales begin, how far one begins behind the other, and how wide each is.
const LEFT: f64 = 100.0;
const APART: f64 = 141.0;
const WIDE: f64 = 112.0;
/// Where the rows begin, and how far they are apart.
const TOP: f64 = 30.0;
const TALL: f64 = 26.0;

/// Draws the cards, the best first, with the composites last and a line at the least that is asked for.
pub(super) fn draw(scored: &Scored, id: &'static str, least: Option<f64>, lang: Lang) -> String {
    let ranked = scored.ranked();
    let bottom = TOP + TALL * ranked.len() as f64;
    let mut svg = Svg::new(WIDTH, bottom + 24.0);
    let places = (0..=Dimension::ALL.len()).map(|place| LEFT + APART * place as f64);
    let dimensions = Dimension::ALL.map(Some).into_iter().chain([None]);
    for (dimension, left) in dimensions.clone().zip(places.clone()) {
        let name = dimension.map_or_else(
            || lang.pick("composite", "综合得分").to_owned(),
            |it| lang.pick(it.name().en, it.name().zh),
        );
        svg.text(At(left, TOP - 12.0), Anchor::Start, "label", &name);
        for tick in [0_u32, 20, 40, 60, 80, 100] {
            let x = at(left, f64::from(tick));
            svg.line(At(x, TOP), At(x, bottom), "grid");
            let below = At(x, bottom + 17.0);
            svg.text(below, Anchor::Middle, "tick", &tick.to_string());
        }
        svg.line(At(left, bottom), At(left + WIDE, bottom), "axis");
        if let (None, Some(least)) = (dimension, least) {
            svg.line(
                At(at(left, least), TOP),
                At(at(left, least), bottom),
                "bound",
            );
        }
    }
    for (row, measured) in ranked.into_iter().enumerate() {
        let party = &measured.party;
        let level = TOP + TALL * (row as f64 + 0.5);
        let label = At(LEFT - 14.0, level + 4.0);
        svg.text(label, Anchor::End, "row", party.as_str());
        for (dimension, left) in dimensions.clone().zip(places.clone()) {
            let score = match dimension {
                Some(dimension) => scored.dimension(party, dimension),
                None => scored.composite(party),
            };
            match score {
                Some(score) => {
                    svg.begin(&format!("{party}: {}", with_interval(Some(score))));
                    draw_score(
                        &mut svg,
                        score,
                        At(left, level),
                        class(Mistake::at(party.as_str())),
                    );
                    svg.end();
                }
                None => svg.text(At(left, level + 4.0), Anchor::Start, "soft", "–"),
            }
        }
    }
    svg.finish(&Caption {
        id,
        title: lang.pick("Scorecards", "评分卡").to_owned(),
        alt: lang
            .pick(
                "for each institution a mark with its interval on a scale from 0 to 100 for each dimension and the composite",
                "每家机构在各维度与综合得分的 0 至 100 刻度上各有一个标记及区间",
            )
            .to_owned(),
    })
}

fn draw_score(svg: &mut Svg, score: Score, At(left, level): At, class: &str) {
    let ends = [score.low, score.high].map(|end| At(at(left, end), level));
    if score.low < score.high {
        svg.line(ends[0], ends[1], "whisker");
    }
    svg.mark(At(at(left, score.score), level), class);
}

fn at(left: f64, score: f64) -> f64 {
    left + WIDE * score / 100.0
}
