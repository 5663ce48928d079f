//! Which columns stay: one criterion after the other, each among those that the ones before left.

use std::cmp::Ordering;

use consilium_schema::Kind;
use consilium_statistics::Findings;
use toml::Spanned;

use crate::{FitError, FitFault, Intent, LeftOut, Reason, Unjudged, source::Source};

/// What a selection comes to.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) unjudged: Vec<Unjudged>,
}

/// Judges columns by missing values, information, stability, correlation and inflation, in this order.
pub(crate) fn select(
    intent: &Intent,
    findings: &Findings,
    columns: &[Source<'_>],
) -> Result<Selection, FitError> {
    let limits = &intent.raw.select;
    let is_kept = |source: &&Source<'_>| {
        limits
            .keep
            .iter()
            .all(|name| name.get_ref() != source.column.name())
    };
    let mut judged = Judged {
        findings,
        left: columns.iter().filter(is_kept).copied().collect(),
        kept: columns
            .iter()
            .filter(|source| !is_kept(source))
            .copied()
            .collect(),
        selection: Selection::default(),
    };
    let needs = |limit: &Spanned<f64>, is_any: bool, key: &'static str, needs: &'static str| {
        if is_any {
            return Ok(*limit.get_ref());
        }
        let fault = FitFault::NothingToJudge { key, needs };
        Err(intent.blame(limit.span().start, fault))
    };
    if let Some(limit) = &limits.missing {
        judged.by_missing(*limit.get_ref());
    }
    if let Some(limit) = &limits.information_value {
        let is_any = findings.columns.iter().any(|it| it.evidence.is_some());
        let label = "a label with enough rows of both values";
        judged.by_information(needs(limit, is_any, "select.information_value", label)?);
    }
    if let Some(limit) = &limits.stability {
        let is_any = findings.columns.iter().any(|it| !it.stability.is_empty());
        let periods = "statistics.period, and rows enough in two periods";
        judged.by_stability(needs(limit, is_any, "select.stability", periods)?);
    }
    let is_any = !findings.correlations.is_empty();
    let pairs = "statistics.correlations, and two columns of numbers or yes/no";
    if let Some(limit) = &limits.correlation {
        judged.by_correlation(needs(limit, is_any, "select.correlation", pairs)?);
    }
    if let Some(limit) = &limits.vif {
        judged.by_inflation(needs(limit, is_any, "select.vif", pairs)?);
    }
    Ok(judged.selection)
}

struct Judged<'a> {
    findings: &'a Findings,
    /// Those that may still be left out, in order.
    left: Vec<Source<'a>>,
    /// Those that stay, whatever they are like.
    kept: Vec<Source<'a>>,
    selection: Selection,
}

impl<'a> Judged<'a> {
    /// Leaves out each column of which `judge` says why.
    fn each(&mut self, by: &'static str, judge: impl Fn(&Source<'a>) -> Verdict) {
        let Self {
            left, selection, ..
        } = self;
        left.retain(|source| match judge(source) {
            Verdict::Stays => true,
            Verdict::Unknown => {
                selection.unjudged.push(Unjudged {
                    column: source.name(),
                    by,
                    with: None,
                });
                true
            }
            Verdict::Goes(reason) => {
                selection.left_out.push(LeftOut {
                    name: source.name(),
                    reason,
                });
                false
            }
        });
    }

    fn by_missing(&mut self, limit: f64) {
        self.each("missing", |source| {
            let share = |rows: u64| rows as f64 / source.rows as f64;
            match source.found.missing.map(share) {
                Some(share) if share > limit => Verdict::Goes(Reason::Missing { share, limit }),
                Some(_) => Verdict::Stays,
                // Of those held back no more can be missing than are not told.
                None if share(source.untold()) <= limit => Verdict::Stays,
                None => Verdict::Unknown,
            }
        });
    }

    fn by_information(&mut self, limit: f64) {
        self.each("information_value", |source| match information(source) {
            Some(value) if value < limit => {
                Verdict::Goes(Reason::InformationValue { value, limit })
            }
            Some(_) => Verdict::Stays,
            None => Verdict::Unknown,
        });
    }

    fn by_stability(&mut self, limit: f64) {
        self.each("stability", |source| {
            let indices = source.found.stability.iter().map(|it| it.index);
            match indices.max_by(f64::total_cmp) {
                Some(index) if index > limit => Verdict::Goes(Reason::Stability { index, limit }),
                Some(_) => Verdict::Stays,
                None => Verdict::Unknown,
            }
        });
    }

    /// Of the pair that is correlated most, leaves out the column that tells less of the label; and so on.
    fn by_correlation(&mut self, limit: f64) {
        let mut pairs: Vec<_> = self.findings.correlations.iter().collect();
        // Stable: among equals the statistics' order.
        pairs.sort_by(|one, other| other.r.abs().total_cmp(&one.r.abs()));
        for pair in pairs.into_iter().take_while(|pair| pair.r.abs() > limit) {
            let all = || self.left.iter().chain(&self.kept);
            let there = |name: &str| all().any(|it| it.column.name() == name);
            if !there(&pair.one) || !there(&pair.other) {
                continue;
            }
            let weaker = [&pair.one, &pair.other]
                .into_iter()
                .filter_map(|name| self.place(name));
            let Some(place) = weaker.reduce(|one, other| self.weaker(one, other)) else {
                continue;
            };
            let name = self.left.remove(place).name();
            let with = if name == pair.one {
                &pair.other
            } else {
                &pair.one
            };
            let reason = Reason::Correlation {
                with: with.clone(),
                r: pair.r,
                limit,
            };
            self.selection.left_out.push(LeftOut { name, reason });
        }
        self.untold_pairs();
    }

    /// Leaves out the column with the largest factor among those left, until none is above the limit.
    fn by_inflation(&mut self, limit: f64) {
        loop {
            let among = self.numeric();
            let mut among: Vec<&str> = among.iter().map(|it| it.column.name()).collect();
            // Of columns that follow from each other the last one has no factor: one that may go.
            among.sort_by_key(|name| self.place(name).is_some());
            let factors = self.findings.inflation(&among);
            let size = |name: &str| match factors.get(name) {
                Some(factor) => factor.unwrap_or(f64::INFINITY),
                None => 0.0,
            };
            let places =
                (0..self.left.len()).filter(|place| size(self.left[*place].column.name()) > limit);
            let worst = places.reduce(|one, other| {
                let sizes = [one, other].map(|place| size(self.left[place].column.name()));
                match sizes[0].total_cmp(&sizes[1]) {
                    Ordering::Greater => one,
                    Ordering::Less => other,
                    Ordering::Equal => self.weaker(one, other),
                }
            });
            let Some(place) = worst else { break };
            let name = self.left.remove(place).name();
            let factor = factors.get(&name).copied().flatten();
            let reason = Reason::Inflation { factor, limit };
            self.selection.left_out.push(LeftOut { name, reason });
        }
        let among = self.numeric();
        let names: Vec<&str> = among.iter().map(|it| it.column.name()).collect();
        let factors = self.findings.inflation(&names);
        let is_known = |source: &&Source<'_>| factors.contains_key(source.column.name());
        let unknown = self
            .left
            .iter()
            .filter(|it| is_numeric(it) && !is_known(it));
        let unknown = unknown.map(|it| Unjudged {
            column: it.name(),
            by: "vif",
            with: None,
        });
        if names.len() > 1 {
            self.selection.unjudged.extend(unknown);
        }
    }

    /// Numbers and yes/no that are left, in the statistics' order.
    fn numeric(&self) -> Vec<Source<'a>> {
        let is_there = |name: &str| {
            let mut all = self.left.iter().chain(&self.kept);
            all.find(|it| it.column.name() == name && is_numeric(it))
                .copied()
        };
        self.findings
            .columns
            .iter()
            .filter_map(|it| is_there(&it.name))
            .collect()
    }

    /// Notes pairs whose correlation is held back, or is none.
    fn untold_pairs(&mut self) {
        let all = self.numeric();
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                let names = [one.column.name(), other.column.name()];
                let mut pairs = self.findings.correlations.iter();
                if !pairs.any(|it| names.contains(&&*it.one) && names.contains(&&*it.other)) {
                    let (column, with) = (one.name(), Some(other.name()));
                    self.selection.unjudged.push(Unjudged {
                        column,
                        by: "correlation",
                        with,
                    });
                }
            }
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.left.iter().position(|it| it.column.name() == name)
    }

    /// Of two columns gives the one that tells less of the label; among equals the later one.
    fn weaker(&self, one: usize, other: usize) -> usize {
        let value = |place: usize| information(&self.left[place]).unwrap_or(-1.0);
        match value(one).total_cmp(&value(other)) {
            Ordering::Less => one,
            Ordering::Greater => other,
            Ordering::Equal => one.max(other),
        }
    }
}

enum Verdict {
    Stays,
    Goes(Reason),
    /// The number is held back.
    Unknown,
}

fn information(source: &Source<'_>) -> Option<f64> {
    source
        .found
        .evidence
        .as_ref()
        .map(|it| it.information_value)
}

fn is_numeric(source: &Source<'_>) -> bool {
    matches!(
        source.column.kind(),
        Kind::Number(_) | Kind::Integer(_) | Kind::Boolean
    )
}
