//! What programs read of the demo of trust.

use consilium_quality::Heading;
use serde::Serialize;

use super::{Found, deal::Mistake, measured::Measured};

/// The result of the demo.
#[derive(Debug, Serialize)]
pub(super) struct TrustResult {
    demo: &'static str,
    ok: bool,
    metrics: Metrics,
    /// From the best to the worst.
    hospitals: Vec<Hospital>,
}

#[derive(Debug, Serialize)]
struct Metrics {
    /// Whether the hospitals with mistakes in their codes have the lowest scores of quality.
    shifted_codes_ranked_last: bool,
    /// Whether a model gains most where those hospitals are left out at which something went wrong.
    poisoned_worst_by_retraining: bool,
    /// Of a model of all six, and of the sound ones alone, over rows as they would be without mistakes.
    auc_unweighted: f64,
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
    total: f64,
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
        let last = ranked.last().map(|it| it.party.as_str());
        let is_last = last.and_then(Mistake::at) == Some(Mistake::Codes);
        let hospitals = ranked.iter().map(|it| Hospital::new(it, found));
        let hospitals: Vec<Hospital> = hospitals.collect();
        TrustResult {
            demo: "trust",
            ok: is_last && found.trained.mistaken_are_worst(),
            metrics: Metrics {
                shifted_codes_ranked_last: is_last,
                poisoned_worst_by_retraining: found.trained.mistaken_are_worst(),
                auc_unweighted: found.trained.all.auc(),
                auc_sound: found.trained.sound.auc(),
                rows: hospitals.iter().map(|it| it.rows).sum(),
                tested: found.trained.tested,
            },
            hospitals,
        }
    }

    /// Whether it came as it must.
    pub(super) fn is_right(&self) -> bool {
        self.ok
    }
}

impl Hospital {
    fn new(measured: &Measured, found: &Found) -> Hospital {
        Hospital {
            party: measured.party.clone(),
            rows: found.rows(&measured.party),
            mistake: Mistake::at(&measured.party).map(Mistake::name),
            total: measured.total(),
            conformity: measured.score(Heading::Conformity),
            accuracy: measured.score(Heading::Accuracy),
            auc_gained_without: found.trained.gained_without(&measured.party),
            prosecutor: measured.privacy.prosecutor(),
            uniqueness: measured.privacy.curve.uniqueness,
        }
    }
}
