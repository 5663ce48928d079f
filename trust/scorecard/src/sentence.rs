//! What a card says, in words that a steward understands.

use crate::{Card, Dimension, Measured, Score, Text};

impl Card {
    /// Says what the card says: how good, in which dimensions, what is weakest, and what nobody has measured.
    pub fn sentence(&self) -> Text {
        let mut said = vec![self.whole()];
        said.extend(self.weakest().map(|(dimension, part, score)| {
            let (name, part) = (dimension.name(), dimension.subscore(part));
            let score = points(score);
            Text::of(
                format!("Weakest in {} is {} ({score})", name.en, part.en),
                format!("最弱的是{}中的{}（{score}）", name.zh, part.zh),
            )
        }));
        let missing = self.missing();
        if !missing.is_empty() {
            let missing = names(missing);
            said.push(Text::of(
                format!("Not measured: {}", missing.en),
                format!("未度量：{}", missing.zh),
            ));
        }
        let said = joined(said, ". ", "。");
        Text::of(said.en + ".", said.zh + "。")
    }

    fn whole(&self) -> Text {
        let composite = if let Some(Score { score, low, high }) = self.composite {
            let [score, low, high] = [score, low, high].map(points);
            Text::of(
                format!("scores {score} of 100 ({low} to {high})"),
                format!("得 {score} 分（满分 100，区间 {low} 至 {high}）"),
            )
        } else {
            let lacks = names(self.lacks());
            Text::of(
                format!("has no composite score, for lack of {}", lacks.en),
                format!("缺少{}，没有综合得分", lacks.zh),
            )
        };
        let each = |(dimension, measured): (&Dimension, &Measured)| {
            let (name, score) = (dimension.name(), points(measured.score.score));
            let (en, zh) = if measured.proxy {
                (" by proxy", "（代理任务）")
            } else {
                ("", "")
            };
            Text::of(
                format!("{} {score}{en}", name.en),
                format!("{} {score}{zh}", name.zh),
            )
        };
        let each = joined(self.dimensions.iter().map(each), ", ", "，");
        let (set, at, purpose) = (&self.data_set, &self.institution, &self.purpose_name);
        let (en, zh) = if self.dimensions.is_empty() {
            ("", "")
        } else {
            (": ", "：")
        };
        Text::of(
            format!(
                "For {}, {set} of {at} {}{en}{}",
                purpose.en, composite.en, each.en
            ),
            format!(
                "用于{}时，{at} 的 {set} {}{zh}{}",
                purpose.zh, composite.zh, each.zh
            ),
        )
    }

    /// The lowest part among those that count, of the dimensions that count.
    fn weakest(&self) -> Option<(Dimension, &str, f64)> {
        let counted = self.dimensions.iter();
        let counted = counted.filter(|(dimension, _)| self.weights.contains_key(dimension));
        let parts = counted.flat_map(|(dimension, measured)| {
            let parts = measured.subscores.iter().filter(|it| it.weight > 0.0);
            parts.map(|it| (*dimension, it.id.as_str(), it.score.score))
        });
        let weakest = parts.min_by(|(.., a), (.., b)| a.total_cmp(b));
        weakest.filter(|(.., score)| *score < 100.0)
    }
}

/// Writes a score; less than 100 is not rounded up to it.
fn points(score: f64) -> String {
    if score >= 100.0 {
        return "100".to_owned();
    }
    format!("{:.1}", score.min(99.9))
}

fn names(dimensions: Vec<Dimension>) -> Text {
    joined(dimensions.into_iter().map(Dimension::name), ", ", "、")
}

fn joined(texts: impl IntoIterator<Item = Text>, en: &str, zh: &str) -> Text {
    let (english, chinese): (Vec<_>, Vec<_>) = texts.into_iter().map(|it| (it.en, it.zh)).unzip();
    Text::of(english.join(en), chinese.join(zh))
}
