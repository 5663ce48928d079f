use std::collections::BTreeSet;

use consilium_schema::{Kind, TextPlace};
use toml::Spanned;

use crate::{
    FitError, FitFault,
    raw::{RawFeature, RawImpute, RawIntent, RawOneHot, RawSelect, RawWinsorise, Scale},
};

/// How a preparation is to be fitted: by which numbers of published statistics, and which columns stay.
///
/// TOML, as docs/guide/preparation.md shows it. It holds no number of any row.
#[derive(Debug, Clone)]
pub struct Intent {
    text: String,
    pub(crate) raw: RawIntent,
}

impl Intent {
    /// Parses and checks TOML, as far as that can be done without statistics and schema.
    ///
    /// # Errors
    ///
    /// Names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Self, FitError> {
        let intent = Self {
            raw: RawIntent::parse(text)?,
            text: text.to_owned(),
        };
        intent.check_defaults()?;
        intent.check_features()?;
        intent.check_limits()?;
        Ok(intent)
    }

    /// Blames what stands at a byte of the text.
    pub(crate) fn blame(&self, at: usize, fault: FitFault) -> FitError {
        FitError::Intent {
            place: TextPlace::of(&self.text, at),
            fault,
        }
    }

    fn check_defaults(&self) -> Result<(), FitError> {
        let all = &self.raw.default;
        let all = [
            &all.number,
            &all.integer,
            &all.boolean,
            &all.category,
            &all.code,
        ];
        for default in all.into_iter().flatten() {
            let named = default.name.as_ref().map(|it| ("name", it.span().start));
            let column = default
                .column
                .as_ref()
                .map(|it| ("column", it.span().start));
            let product = default.product.as_ref();
            let product = product.map(|it| ("product", it.span().start));
            if let Some((key, at)) = named.or(column).or(product) {
                return Err(self.blame(at, FitFault::NotOfDefault { key }));
            }
            self.check_keys(default)?;
        }
        Ok(())
    }

    fn check_features(&self) -> Result<(), FitError> {
        let mut names = BTreeSet::new();
        for feature in &self.raw.feature {
            let name = match (&feature.column, &feature.product) {
                (Some(column), None) => feature.name.as_ref().unwrap_or(column),
                (None, Some(product)) => match &feature.name {
                    Some(name) if feature.keys().next().is_none() => name,
                    _ => return Err(self.blame(product.span().start, FitFault::ColumnOrProduct)),
                },
                (column, _) => {
                    let at = column.as_ref().or(feature.name.as_ref());
                    let at = at.map(|it| it.span().start);
                    let at = at.or_else(|| feature.keys().next().map(|(_, at)| at));
                    let at = at.unwrap_or(0);
                    return Err(self.blame(at, FitFault::ColumnOrProduct));
                }
            };
            if !names.insert(name.get_ref()) {
                let fault = FitFault::Twice {
                    name: name.get_ref().clone(),
                };
                return Err(self.blame(name.span().start, fault));
            }
            self.check_keys(feature)?;
        }
        let mut columns = BTreeSet::new();
        for column in self.raw.columns.iter().flatten() {
            if !columns.insert(column.get_ref()) {
                let fault = FitFault::Twice {
                    name: column.get_ref().clone(),
                };
                return Err(self.blame(column.span().start, fault));
            }
        }
        Ok(())
    }

    /// Holds keys of one feature against each other.
    fn check_keys(&self, feature: &RawFeature) -> Result<(), FitError> {
        let is_sane = |written: &RawWinsorise| match *written {
            RawWinsorise::Shares([low, high]) => 0.0 < low && low < high && high < 1.0,
            RawWinsorise::Not(is_on) => !is_on,
        };
        if let Some(written) = &feature.winsorise
            && !is_sane(written.get_ref())
        {
            return Err(self.blame(written.span().start, FitFault::Shares));
        }
        if feature.is_woe()
            && let Some((key, at)) = feature.keys().find(|(key, _)| *key != "woe")
        {
            return Err(self.blame(at, FitFault::BesideWoe { key }));
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), FitError> {
        let RawSelect {
            missing,
            information_value,
            stability,
            correlation,
            vif,
            keep: _,
        } = &self.raw.select;
        let is_share = |limit: f64| (0.0..=1.0).contains(&limit);
        let is_amount = |limit: f64| limit >= 0.0 && limit.is_finite();
        let is_factor = |limit: f64| limit >= 1.0 && limit.is_finite();
        let share = "a share, 0 to 1";
        self.check_limit("select.missing", missing.as_ref(), share, is_share)?;
        self.check_limit("select.correlation", correlation.as_ref(), share, is_share)?;
        let amount = "0 or more";
        let key = "select.information_value";
        self.check_limit(key, information_value.as_ref(), amount, is_amount)?;
        self.check_limit("select.stability", stability.as_ref(), amount, is_amount)?;
        self.check_limit("select.vif", vif.as_ref(), "1 or more", is_factor)
    }

    fn check_limit(
        &self,
        key: &'static str,
        limit: Option<&Spanned<f64>>,
        range: &'static str,
        is_sane: impl Fn(f64) -> bool,
    ) -> Result<(), FitError> {
        match limit {
            Some(limit) if !is_sane(*limit.get_ref()) => {
                Err(self.blame(limit.span().start, FitFault::Limit { key, range }))
            }
            _ => Ok(()),
        }
    }

    /// What is done to a column by default of its type, if anything.
    pub(crate) fn default_of(&self, kind: &Kind) -> Option<&RawFeature> {
        let all = &self.raw.default;
        match kind {
            Kind::Number(_) => all.number.as_ref(),
            Kind::Integer(_) => all.integer.as_ref(),
            Kind::Boolean => all.boolean.as_ref(),
            Kind::Category(_) => all.category.as_ref(),
            Kind::Code { .. } => all.code.as_ref(),
            Kind::Text | Kind::Date(_) => None,
        }
    }
}

impl RawFeature {
    /// The keys that are written, with where their values stand.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static str, usize)> {
        fn at<T>(key: &'static str, written: Option<&Spanned<T>>) -> Option<(&'static str, usize)> {
            written.map(|it| (key, it.span().start))
        }
        [
            at("impute", self.impute.as_ref()),
            at("mark_missing", self.mark_missing.as_ref()),
            at("winsorise", self.winsorise.as_ref()),
            at("log", self.log.as_ref()),
            at("scale", self.scale.as_ref()),
            at("one_hot", self.one_hot.as_ref()),
            at("woe", self.woe.as_ref()),
        ]
        .into_iter()
        .flatten()
    }

    fn is_woe(&self) -> bool {
        self.woe.as_ref().is_some_and(|woe| *woe.get_ref())
    }
}

/// What is done to one column: a feature's own keys, then those of its type's default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Treatment {
    pub(crate) impute: Option<Spanned<RawImpute>>,
    pub(crate) mark_missing: Option<Spanned<bool>>,
    pub(crate) winsorise: Option<(usize, [f64; 2])>,
    pub(crate) log: Option<Spanned<bool>>,
    pub(crate) scale: Option<Spanned<Scale>>,
    pub(crate) one_hot: Option<Spanned<RawOneHot>>,
    pub(crate) woe: Option<Spanned<bool>>,
}

impl Treatment {
    /// Gives where a key is written that columns of some types alone may have.
    pub(crate) fn start(&self, key: &str) -> Option<usize> {
        match key {
            "winsorise" => self.winsorise.map(|(at, _)| at),
            "log" => Some(self.log.as_ref()?.span().start),
            "scale" => Some(self.scale.as_ref()?.span().start),
            "one_hot" => Some(self.one_hot.as_ref()?.span().start),
            _ => None,
        }
    }

    /// Puts a feature's own keys over those of the default; one that says how values become numbers
    /// (woe, or anything else) takes the default's other way out.
    pub(crate) fn of(own: &RawFeature, default: Option<&RawFeature>) -> Self {
        let is_other_way = own.is_woe()
            || (own.keys().any(|(key, _)| key != "woe") && default.is_some_and(RawFeature::is_woe));
        let nothing = RawFeature::default();
        let default = default.filter(|_| !is_other_way).unwrap_or(&nothing);
        let on = |written: &Option<Spanned<bool>>, default: &Option<Spanned<bool>>| {
            let written = written.clone().or_else(|| default.clone());
            written.filter(|it| *it.get_ref())
        };
        let winsorise = own.winsorise.as_ref().or(default.winsorise.as_ref());
        Self {
            impute: own
                .impute
                .clone()
                .or_else(|| default.impute.clone())
                .filter(|it| !matches!(it.get_ref(), RawImpute::Word(word) if word == "none")),
            mark_missing: on(&own.mark_missing, &default.mark_missing),
            winsorise: winsorise.and_then(|it| match it.get_ref() {
                RawWinsorise::Shares(shares) => Some((it.span().start, *shares)),
                RawWinsorise::Not(_) => None,
            }),
            log: on(&own.log, &default.log),
            scale: own
                .scale
                .clone()
                .or_else(|| default.scale.clone())
                .filter(|it| *it.get_ref() != Scale::None),
            one_hot: own.one_hot.clone().or_else(|| default.one_hot.clone()),
            woe: on(&own.woe, &default.woe),
        }
    }
}
