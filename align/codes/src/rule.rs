use std::collections::BTreeMap;

use serde::Serialize;

use crate::{CodeMap, CodesError, Form, RowFault, sheet, sheet::Sheet, table};

/// How one of several targets is chosen. It is always declared, never a default.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Nothing is chosen: a code with more than one way stays undecided.
    OnlyUnambiguous,
    /// The first way in the order of the map's file.
    First,
    /// All targets of all ways: a row counts for each of them.
    All,
    /// The longest code under which all targets stand, by the form of the target's system.
    CommonAncestor,
    /// The way whose least weighty code weighs most; two that weigh the same stay undecided, and so do
    /// more than 65,536 ways.
    Weight(Weights),
}

/// How much target codes weigh, such as how often they are used; what is not named weighs nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(BTreeMap<String, f64>);

/// What a rule made of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// These codes stand for it.
    Codes(Vec<String>),
    /// There is more than one way, and the rule prefers none.
    Undecided,
    /// The map says that nothing corresponds.
    NoMap,
    /// The map doesn't know the code.
    Absent,
}

/// The head of a file of weights.
#[derive(Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightHead {
    kind: String,
    system: String,
    source: String,
}

impl Weights {
    /// Reads weights: a file of kind `weights` with the columns `code` and `weight`.
    ///
    /// # Errors
    ///
    /// Names the line; weights are finite and not negative.
    pub fn read(bytes: &[u8]) -> Result<Weights, CodesError> {
        let text = sheet::text(bytes)?;
        let sheet = Sheet::of(&text)?;
        let head: WeightHead = sheet.head()?;
        table::kind("weights", &head.kind)?;
        let form = Form::named(&head.system)?;
        let mut weights = BTreeMap::new();
        let mut lines = BTreeMap::new();
        sheet.rows(&["code", "weight"], 2, |line, cells| {
            let [code, weight] = cells else {
                return Err(RowFault::Cells {
                    found: cells.len(),
                    expected: 2,
                });
            };
            let code = table::code(form, "code", code)?;
            let weight: f64 = weight
                .parse()
                .map_err(|_| RowFault::Value { column: "weight" })?;
            if !weight.is_finite() || weight < 0.0 {
                return Err(RowFault::Value { column: "weight" });
            }
            if let Some(first) = lines.insert(code.clone(), line) {
                return Err(RowFault::Twice { first });
            }
            weights.insert(code, weight);
            Ok(())
        })?;
        Ok(Weights(weights))
    }

    fn of(&self, code: &str) -> f64 {
        self.0.get(code).copied().unwrap_or_default()
    }
}

impl Rule {
    /// The rule's name, as commands take it.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::OnlyUnambiguous => "only-unambiguous",
            Rule::First => "first",
            Rule::All => "all",
            Rule::CommonAncestor => "most-specific-common-ancestor",
            Rule::Weight(_) => "weight",
        }
    }

    /// Applies the rule to a code in normal form.
    pub fn choose(&self, map: &CodeMap, source: &str) -> Chosen {
        let Some(entry) = map.get(source) else {
            return Chosen::Absent;
        };
        let owned =
            |codes: Vec<&str>| Chosen::Codes(codes.into_iter().map(str::to_owned).collect());
        let ways = entry.ways();
        let Some(first) = entry.way(0) else {
            return Chosen::NoMap;
        };
        if ways == 1 {
            return owned(first);
        }
        match self {
            Rule::First => owned(first),
            Rule::All => owned(entry.targets().into_iter().collect()),
            Rule::CommonAncestor => {
                let [_, form] = map.forms();
                let common = common(form, entry.targets().into_iter());
                common.map_or(Chosen::Undecided, |code| Chosen::Codes(vec![code]))
            }
            Rule::Weight(weights) if ways <= MOST_WEIGHED => {
                let ways = (0..ways).filter_map(|number| entry.way(number));
                weightiest(ways, weights).map_or(Chosen::Undecided, owned)
            }
            Rule::OnlyUnambiguous | Rule::Weight(_) => Chosen::Undecided,
        }
    }
}

/// More ways than these are not weighed one by one.
const MOST_WEIGHED: u64 = 1 << 16;

/// The longest code under which all stand; a code stands under itself.
fn common<'a>(form: Form, mut codes: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut line = line(form, codes.next()?);
    for code in codes {
        let other = self::line(form, code);
        line.retain(|above| other.contains(above));
    }
    line.into_iter().next()
}

/// A code and what stands above it.
fn line(form: Form, code: &str) -> Vec<String> {
    std::iter::successors(Some(code.to_owned()), |below| form.parent(below)).collect()
}

fn weightiest<'a>(
    ways: impl Iterator<Item = Vec<&'a str>>,
    weights: &Weights,
) -> Option<Vec<&'a str>> {
    let mut best: Option<(f64, Option<Vec<&str>>)> = None;
    for way in ways {
        let weight = way
            .iter()
            .map(|code| weights.of(code))
            .fold(f64::INFINITY, f64::min);
        match &best {
            Some((most, _)) if weight < *most => {}
            Some((most, _)) if weight.total_cmp(most).is_eq() => best = Some((weight, None)),
            _ => best = Some((weight, Some(way))),
        }
    }
    best.and_then(|(_, way)| way)
}
