//! What programs read of the demo of trust.

use std::collections::BTreeMap;

use consilium_quality::Heading;
use consilium_scorecard::{Band, Dimension};
use consilium_value::Value;
use serde::Serialize;

use super::{Found, deal::Mistake, estimate::Estimate, measured::Measured, scored::Scored};

/// The result of the demo.
#[derive(Debug, Serialize)]
pub(super) struct TrustResult {
    demo: &'static str,
    ok: bool,
    metrics: Metrics,
    /// The six, from the best card to the worst.
    hospitals: Vec<Hospital>,
    /// The four with patients of their own, likewise.
    heart: Vec<Scores>,
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
    /// By how much the second is above the first, and the third: over the same rows.
    auc_gained: Option<Estimate>,
    auc_gained_by_sound: Option<Estimate>,
    rows: usize,
    tested: usize,
}

/// What a card says, and what it is made of.
#[derive(Debug, Serialize)]
struct Scores {
    party: String,
    rows: usize,
    /// The composite, the band of it that others see, and the dimensions.
    composite: Option<f64>,
    band: Option<Band>,
    quality: Option<f64>,
    privacy: Option<f64>,
    scarcity: Option<f64>,
    value: Option<f64>,
    /// Lower and upper end of each one's interval of 95 %.
    intervals: BTreeMap<&'static str, [f64; 2]>,
    conformity: Option<f64>,
    accuracy: Option<f64>,
    prosecutor: f64,
    uniqueness: f64,
    /// What the rows are worth to the model, in units of deviance.
    worth: Option<Value>,
}

#[derive(Debug, Serialize)]
struct Hospital {
    #[serde(flatten)]
    scores: Scores,
    #[serde(skip_serializing_if = "Option::is_none")]
    mistake: Option<&'static str>,
    /// How much its rows count in the weighted study.
    weight: Option<f64>,
    /// Whether the plan that asks for a score is refused there.
    refused: bool,
    /// By how much the area under the curve of the others' model is above that of all six, and how sure that is.
    auc_gained_without: Option<f64>,
    auc_gained_without_error: Option<f64>,
}

impl TrustResult {
    pub(super) fn new(found: &Found) -> TrustResult {
        let ranked = found.six.ranked();
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
            auc_gained: trained.gained_by_weights(),
            auc_gained_by_sound: trained.gained_by_sound(),
            rows: hospitals.iter().map(|it| it.scores.rows).sum(),
            tested: trained.tested,
        };
        let mut result = TrustResult {
            demo: "trust",
            ok: false,
            metrics,
            hospitals,
            heart: scores(&found.four),
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
                it.auc_gained.is_some_and(|gained| gained.low > 0.0),
                "the model of weighed rows is not clearly better",
                "加权后的模型没有明显更好",
            ),
        ];
        let odd = all.into_iter().find(|(is_right, ..)| !is_right);
        odd.map(|(_, en, zh)| (en, zh))
    }
}

/// What cards say, from the best to the worst.
fn scores(scored: &Scored) -> Vec<Scores> {
    let ranked = scored.ranked().into_iter();
    ranked.map(|it| Scores::new(it, scored)).collect()
}

impl Scores {
    fn new(measured: &Measured, scored: &Scored) -> Scores {
        let party = &measured.party;
        let composite = scored.composite(party);
        let of = |dimension| Some(scored.dimension(party, dimension)?.score);
        let dimensions = Dimension::ALL.into_iter();
        let dimensions = dimensions.map(|it| (it.id(), scored.dimension(party, it)));
        let intervals = dimensions.chain([("composite", composite)]);
        let intervals = intervals.filter_map(|(id, it)| it.map(|it| (id, [it.low, it.high])));
        Scores {
            party: party.to_string(),
            rows: measured.rows(),
            composite: composite.map(|it| it.score),
            band: composite.map(Band::of),
            quality: of(Dimension::Quality),
            privacy: of(Dimension::Privacy),
            scarcity: of(Dimension::Scarcity),
            value: of(Dimension::Value),
            intervals: intervals.collect(),
            conformity: measured.score(Heading::Conformity),
            accuracy: measured.score(Heading::Accuracy),
            prosecutor: measured.privacy.prosecutor(),
            uniqueness: measured.privacy.curve.uniqueness,
            worth: scored.worth(party),
        }
    }
}

impl Hospital {
    fn new(measured: &Measured, found: &Found) -> Hospital {
        let party = &measured.party;
        let gained = found.trained.gained_without(party.as_str());
        Hospital {
            scores: Scores::new(measured, &found.six),
            mistake: Mistake::at(party.as_str()).map(Mistake::name),
            weight: found.ended.weights.get(party).map(|it| it.get()),
            refused: found.is_refused(party),
            auc_gained_without: gained.map(|it| it.value),
            auc_gained_without_error: gained.map(|it| it.standard_error),
        }
    }
}
