//! From an intent to numbers.

use std::collections::BTreeSet;

use consilium_schema::{Column, Kind, Schema};
use consilium_statistics::Findings;
use toml::Spanned;

use crate::{
    Entry, FitError, FitFault, Fitted, Intent, LeftOut, Origin, Prepared, Reason, Value, evidence,
    intent::Treatment, levels, numbers, raw::RawFeature, select, source::Source,
};

impl Intent {
    /// Fits a preparation: pure, and the same at whoever has the same intent, statistics and schema.
    ///
    /// `schema` is that of the statistics' plan. All numbers come from `findings`, in which small cells
    /// are held back, from the intent or from the schema.
    ///
    /// # Errors
    ///
    /// Names what is missing, where the intent asks for it, and what to do.
    pub fn fit(&self, findings: &Findings, schema: &Schema) -> Result<Fitted, FitError> {
        let rows = findings.rows.ok_or(FitError::NothingTold)?;
        let all = self.sources(findings, schema, rows)?;
        let mut left_out = Vec::new();
        let mut candidates: Vec<Source<'_>> = Vec::new();
        for source in self.wanted(&all, schema)? {
            let kind = source.column.kind();
            if self.features_of(source.column.name()).next().is_none()
                && self.default_of(kind).is_none()
            {
                let reason = Reason::NoDefault { kind: kind.name() };
                left_out.push(LeftOut {
                    name: source.name(),
                    reason,
                });
            } else {
                candidates.push(source);
            }
        }
        let selection = select::select(self, findings, &candidates)?;
        let is_left =
            |source: &&Source<'_>| selection.left_out.iter().any(|it| it.name == source.name());
        let dropped: BTreeSet<String> = candidates
            .iter()
            .filter(is_left)
            .map(Source::name)
            .collect();
        left_out.extend(selection.left_out);

        let mut prepared = Vec::new();
        for source in candidates
            .iter()
            .filter(|source| !dropped.contains(source.column.name()))
        {
            let default = self.default_of(source.column.kind());
            let nothing = RawFeature::default();
            let mut own: Vec<&RawFeature> = self.features_of(source.column.name()).collect();
            if own.is_empty() {
                own.push(&nothing);
            }
            for feature in own {
                let treatment = Treatment::of(feature, default);
                prepared.push(Prepared {
                    name: feature.name.as_ref().map(|name| name.get_ref().clone()),
                    column: Some(source.name()),
                    entries: self.entries(&treatment, source, feature.column.as_ref())?,
                });
            }
        }
        self.check_names(&prepared)?;
        self.products(&mut prepared, &dropped, &mut left_out)?;
        if prepared.is_empty() {
            return Err(FitError::NothingLeft);
        }
        Ok(Fitted {
            rows,
            institutions: findings
                .contributors
                .iter()
                .map(ToString::to_string)
                .collect(),
            prepared,
            left_out,
            unjudged: selection.unjudged,
        })
    }

    /// Gives the columns that are measured but for the label, by name.
    fn sources<'a>(
        &self,
        findings: &'a Findings,
        schema: &'a Schema,
        rows: u64,
    ) -> Result<Vec<Source<'a>>, FitError> {
        let label = self.raw.label.as_ref();
        if let Some(label) = label.filter(|label| schema.column(label.get_ref()).is_none()) {
            let column = label.get_ref().clone();
            return Err(self.blame(label.span().start, FitFault::NoColumn { column }));
        }
        let mut all = Vec::new();
        let mut has_rule = false;
        for found in &findings.columns {
            let Some(column) = schema.column(&found.name) else {
                // A label by a rule is called after its column.
                let is_rule = |column: &Column| {
                    let rule = found.name.strip_prefix(column.name());
                    rule.is_some_and(|rule| rule.starts_with(" > ") || rule.starts_with(" = "))
                };
                if schema.columns().iter().any(is_rule) {
                    has_rule = true;
                    continue;
                }
                return Err(FitError::OtherSchema {
                    column: found.name.clone(),
                });
            };
            let source = Source {
                column,
                found,
                rows,
                institutions: findings.contributors.len(),
            };
            if !source.is_alike() {
                return Err(FitError::OtherSchema {
                    column: found.name.clone(),
                });
            }
            if label.is_none_or(|label| label.get_ref() != column.name()) {
                all.push(source);
            }
        }
        let has_evidence = findings.columns.iter().any(|it| it.evidence.is_some());
        if has_evidence && !has_rule && label.is_none() {
            return Err(self.blame(0, FitFault::LabelUnnamed));
        }
        Ok(all)
    }

    /// Gives the columns that the intent is about, in the order of the statistics.
    fn wanted<'a>(&self, all: &[Source<'a>], schema: &Schema) -> Result<Vec<Source<'a>>, FitError> {
        let named = self.raw.columns.iter().flatten();
        let of_features = self.raw.feature.iter().filter_map(|it| it.column.as_ref());
        for name in named
            .clone()
            .chain(of_features.clone())
            .chain(&self.raw.select.keep)
        {
            let column = name.get_ref().clone();
            let fault = match schema.column(&column).map(Column::kind) {
                None => FitFault::NoColumn { column },
                Some(kind @ (Kind::Text | Kind::Date(_))) => {
                    let kind = kind.name();
                    FitFault::NoFeature { column, kind }
                }
                Some(_)
                    if self
                        .raw
                        .label
                        .as_ref()
                        .is_some_and(|it| *it.get_ref() == column) =>
                {
                    FitFault::Label { column }
                }
                Some(_) if all.iter().all(|it| it.column.name() != column) => {
                    FitFault::NotMeasured { column }
                }
                Some(_) => continue,
            };
            return Err(self.blame(name.span().start, fault));
        }
        let names: BTreeSet<&str> = named
            .chain(of_features)
            .map(|it| it.get_ref().as_str())
            .collect();
        let is_wanted =
            |it: &&Source<'_>| self.raw.columns.is_none() || names.contains(it.column.name());
        Ok(all.iter().filter(is_wanted).copied().collect())
    }

    fn features_of(&self, column: &str) -> impl Iterator<Item = &RawFeature> {
        let is_of =
            move |it: &&RawFeature| it.column.as_ref().is_some_and(|it| it.get_ref() == column);
        self.raw.feature.iter().filter(is_of)
    }

    fn entries(
        &self,
        treatment: &Treatment,
        source: &Source<'_>,
        written: Option<&Spanned<String>>,
    ) -> Result<Vec<Entry>, FitError> {
        let at = written.map_or(0, |it| it.span().start);
        if let Some(woe) = &treatment.woe {
            return evidence::fit(source).map_err(|fault| self.blame(woe.span().start, fault));
        }
        let entries = match source.column.kind() {
            Kind::Number(_) | Kind::Integer(_) => numbers::number(treatment, source),
            Kind::Boolean => numbers::flag(treatment, source),
            _ => levels::fit(treatment, source),
        };
        entries.map_err(|(asked, fault)| self.blame(asked.unwrap_or(at), fault))
    }

    fn check_names(&self, prepared: &[Prepared]) -> Result<(), FitError> {
        let mut names = BTreeSet::new();
        for feature in prepared {
            if !names.insert(feature.called()) {
                let name = feature.called().to_owned();
                // One of the two is called so in the intent; the other has its column's name.
                let features = self.raw.feature.iter();
                let mut written = features.filter_map(|it| it.name.as_ref().or(it.column.as_ref()));
                let at = written.find(|it| *it.get_ref() == name);
                let at = at.map_or(0, |it| it.span().start);
                return Err(self.blame(at, FitFault::Twice { name }));
            }
        }
        Ok(())
    }

    /// Adds products of what is prepared.
    fn products(
        &self,
        prepared: &mut Vec<Prepared>,
        dropped: &BTreeSet<String>,
        left_out: &mut Vec<LeftOut>,
    ) -> Result<(), FitError> {
        // What a feature that was left out would have been called, too.
        let of_features = self.raw.feature.iter().filter_map(|it| {
            let column = it.column.as_ref()?.get_ref();
            let name = it.name.as_ref().map_or(column, Spanned::get_ref);
            dropped.contains(column).then_some(name)
        });
        let gone: BTreeSet<&String> = dropped.iter().chain(of_features).collect();
        let there: BTreeSet<String> = prepared.iter().map(|it| it.called().to_owned()).collect();
        let mut products = Vec::new();
        for feature in &self.raw.feature {
            let (Some(product), Some(name)) = (&feature.product, &feature.name) else {
                continue;
            };
            let is_of = |term: &str, name: &str| {
                let rest = term.strip_prefix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', '?']))
            };
            let factors = product.get_ref();
            if there.contains(name.get_ref()) {
                let fault = FitFault::Twice {
                    name: name.get_ref().clone(),
                };
                return Err(self.blame(name.span().start, fault));
            }
            let is_gone = |term: &&String| {
                !there.iter().any(|name| is_of(term, name))
                    && gone.iter().any(|name| is_of(term, name))
            };
            if let Some(factor) = factors.iter().find(is_gone) {
                let reason = Reason::Factor {
                    factor: factor.clone(),
                };
                left_out.push(LeftOut {
                    name: name.get_ref().clone(),
                    reason,
                });
                continue;
            }
            if let Some(term) = factors
                .iter()
                .find(|term| !there.iter().any(|name| is_of(term, name)))
            {
                let fault = FitFault::NoFactor { name: term.clone() };
                return Err(self.blame(product.span().start, fault));
            }
            products.push(Prepared {
                name: Some(name.get_ref().clone()),
                column: None,
                entries: vec![Entry {
                    key: "product",
                    value: Value::Names(factors.to_vec()),
                    origin: Origin::Intent,
                }],
            });
        }
        prepared.extend(products);
        Ok(())
    }
}
