//! Figures that others have published, to stand beside those measured here.

use consilium_schema::is_plain;
use serde::Serialize;

use super::{
    MOST_TITLE, Setting,
    places::{Places, Step},
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
        let line = |key: &'static str, text: &str| {
            let most = MOST_TITLE;
            let fits = is_plain(text, most).then(|| text.to_owned());
            fits.ok_or_else(|| refuse(key, LabFault::Text { key, most }))
        };
        let number = |key: &str, value: Option<f64>, allowed: &'static str| {
            let key_of = key.to_owned();
            let fits = value.is_none_or(|it| it.is_finite() && (key == "value" || it > 0.0));
            let fault = LabFault::Number {
                key: key_of,
                allowed,
            };
            fits.then_some(()).ok_or_else(|| refuse(key, fault))
        };
        number("value", Some(raw.value), "a finite number")?;
        number("deviation", raw.deviation, "a finite number above 0")?;
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
