//! Figures that others have published, to stand beside those measured here.

use serde::Serialize;

use super::{
    Setting,
    places::{Places, Step},
    plain,
    raw::RawPublished,
};
use crate::{Arm, LabError, LabFault, Measure};

/// A figure that others have published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// What they call it, one line.
    pub name: String,
    /// Where it stands, one line.
    pub source: String,
    /// What was measured.
    pub measure: Measure,
    /// Their mean.
    pub value: f64,
    /// Their standard deviation over seeds or folds, if it is told.
    pub deviation: Option<f64>,
    /// The arms that it stands beside, at least one.
    pub beside: Vec<Arm>,
}

/// Checks what is published of `measures`; blocks of settings go by their names.
pub(super) fn check(
    raw: &[RawPublished],
    (settings, measures): (&[Setting], &'static [Measure]),
    places: &Places,
) -> Result<Vec<Published>, LabError> {
    let each = raw.iter().enumerate().map(|(item, raw)| {
        let refuse = |key: &str, fault| {
            let steps = [Step::Key("published"), Step::Item(item), Step::Key(key)];
            places.at_steps(&steps, fault)
        };
        let line = |key, text: &str| plain(text.to_owned(), key, |fault| refuse(key, fault));
        let number = |key: &str, allowed| {
            let key = key.to_owned();
            LabFault::Number { key, allowed }
        };
        if !raw.value.is_finite() {
            return Err(refuse("value", number("value", "a finite number")));
        }
        let is_share = matches!(raw.measure, Measure::Auc | Measure::Accuracy);
        if is_share && !(0.0..=1.0).contains(&raw.value) {
            let allowed = "from 0 to 1: a share, not percent";
            return Err(refuse("value", number("value", allowed)));
        }
        if raw
            .deviation
            .is_some_and(|it| !(it.is_finite() && it > 0.0))
        {
            let fault = number("deviation", "a finite number above 0");
            return Err(refuse("deviation", fault));
        }
        if !measures.contains(&raw.measure) {
            return Err(refuse("measure", LabFault::Unmeasured { measures }));
        }
        let beside = match &*raw.beside {
            "pooled" => vec![Arm::Pooled],
            "exact" => vec![Arm::Exact],
            block => (settings.iter())
                .filter(|setting| setting.name.as_deref() == Some(block))
                .map(|setting| Arm::Approximate {
                    setting: setting.number,
                })
                .collect(),
        };
        if beside.is_empty() {
            let block = raw.beside.clone();
            return Err(refuse("beside", LabFault::NoBlock { block }));
        }
        Ok(Published {
            name: line("name", &raw.name)?,
            source: line("source", &raw.source)?,
            measure: raw.measure,
            value: raw.value,
            deviation: raw.deviation,
            beside,
        })
    });
    each.collect()
}
