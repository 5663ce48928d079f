//! What programs read of the demo of trust.

use consilium_quality::Heading;
use consilium_scorecard::{Band, Dimension};
use serde::Serialize;

use super::{Found, deal::Mistake, measured::Measured};

/// The result of the demo.
#[derive(Debug, Serialize)]
pub(super) struct TrustResult {
    demo: &'static str,
    ok: bool,
    metrics: Metrics,
    /// From the best card to the worst.
    hospitals: Vec<Hospital>,
}

#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a finding that programs read by its name"
)]
struct Metrics {
    /// Whether the cards of the hospitals at which something went wrong have the lowest composites.
    poisoned_ranked_last: bool,
    /// Whether a plan that asks for a score is refused at those, and nowhere else.
    poisoned_refused: bool,
    /// Whether the hospital with mistakes in its codes has the lowest score of quality.
    shifted_codes_ranked_last: bool,
    /// Whether a model gains most where those hospitals are left out at which something went wrong.
    poisoned_worst_by_retraining: bool,
    /// Of the study of all six, each row counting alike; of the one in which they count by their cards; and of
    /// the sound hospitals alone, over rows as they would be without mistakes.
    auc_unweighted: f64,
    auc_weighted: f64,
    auc_sound: f64,
    rows: usize,
    tested: usize,
}

#[derive(Debug, Serialize)]
struct Hospital {
    party: String,
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    mistake: Option<&'static str>,
    /// Of the card: its composite, the band of it that others see, and its dimensions.
    composite: Option<f64>,
    band: Option<Band>,
    quality: Option<f64>,
    privacy: Option<f64>,
    value: Option<f64>,
    /// How much its rows count in the weighted study.
    weight: Option<f64>,
    /// Whether the plan that asks for a score is refused there.
    refused: bool,
    conformity: Option<f64>,
    accuracy: Option<f64>,
    /// By how much the area under the curve of the others' model is above that of all six.
    auc_gained_without: Option<f64>,
    prosecutor: f64,
    uniqueness: f64,
}

impl TrustResult {
    pub(super) fn new(found: &Found) -> TrustResult {
        let ranked = found.ranked();
        let is_mistaken = |it: &&Measured| Mistake::at(it.party.as_str()).is_some();
        let sound = ranked.iter().filter(|it| !is_mistaken(it)).count();
        let lowest = found.lowest_quality().map(|it| it.party.as_str());
        let hospitals = ranked.iter().map(|it| Hospital::new(it, found));
        let hospitals: Vec<Hospital> = hospitals.collect();
        let trained = &found.trained;
        let metrics = Metrics {
            poisoned_ranked_last: ranked.iter().skip(sound).all(is_mistaken),
            poisoned_refused: ranked
                .iter()
                .all(|it| found.is_refused(&it.party) == is_mistaken(it)),
            shifted_codes_ranked_last: lowest.and_then(Mistake::at) == Some(Mistake::Codes),
            poisoned_worst_by_retraining: trained.mistaken_are_worst(),
            auc_unweighted: trained.unweighted.auc(),
            auc_weighted: trained.weighted.auc(),
            auc_sound: trained.sound.auc(),
            rows: hospitals.iter().map(|it| it.rows).sum(),
            tested: trained.tested,
        };
        let mut result = TrustResult {
            demo: "trust",
            ok: false,
            metrics,
            hospitals,
        };
        result.ok = result.odd().is_none();
        result
    }

    /// Says what is not as it must be, in English and Chinese.
    pub(super) fn odd(&self) -> Option<(&'static str, &'static str)> {
        let it = &self.metrics;
        let all = [
            (
                it.shifted_codes_ranked_last,
                "shifted codes are not where quality is lowest",
                "编码错位之处并非质量得分最低",
            ),
            (
                it.poisoned_worst_by_retraining,
                "a model gains more without a sound hospital",
                "去掉无差错的医院反而使模型获益更多",
            ),
            (
                it.poisoned_ranked_last,
                "the cards of hospitals with mistakes are not the lowest",
                "有差错的医院的评分卡并非最低",
            ),
            (
                it.poisoned_refused,
                "the plan that asks for a score is not refused where something went wrong, and there alone",
                "要求评分的方案并非恰好在有差错之处被拒绝",
            ),
            (
                it.auc_weighted > it.auc_unweighted,
                "the model of weighed rows is no better",
                "加权后的模型没有更好",
            ),
        ];
        let odd = all.into_iter().find(|(is_right, ..)| !is_right);
        odd.map(|(_, en, zh)| (en, zh))
    }
}

impl Hospital {
    fn new(measured: &Measured, found: &Found) -> Hospital {
        let party = &measured.party;
        let card = found.ended.cards.get(party);
        let composite = card.and_then(|card| card.composite);
        Hospital {
            party: party.to_string(),
            rows: found.rows(party),
            mistake: Mistake::at(party.as_str()).map(Mistake::name),
            composite: composite.map(|it| it.score),
            band: composite.map(Band::of),
            quality: found.dimension(party, Dimension::Quality),
            privacy: found.dimension(party, Dimension::Privacy),
            value: found.dimension(party, Dimension::Value),
            weight: found.ended.weights.get(party).map(|it| it.get()),
            refused: found.is_refused(party),
            conformity: measured.score(Heading::Conformity),
            accuracy: measured.score(Heading::Accuracy),
            auc_gained_without: found.trained.gained_without(party.as_str()),
            prosecutor: measured.privacy.prosecutor(),
            uniqueness: measured.privacy.curve.uniqueness,
        }
    }
}
