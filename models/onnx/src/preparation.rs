//! What columns become before a model takes them, as nodes of its graph.

use std::collections::BTreeMap;

use consilium_preparation::{
    CutWeights, Feature, LevelWeights, MissingLevel, OneHot, Operation, Preparation, Scale, Unseen,
};
use consilium_schema::Level;

use crate::{
    NotExportable,
    file::{node, places, tensor},
    proto::{Attribute, AttributeType, Node, Tensor},
};

/// What separates 0 from 1.
const HALF: f64 = 0.5;

/// Names the columns that a graph with a preparation takes, in the order in which a row holds them.
///
/// A number is one column, and so is a yes/no, as 1 and 0. A category or code is one 0/1 column for each
/// level that the preparation names, called `column=level`, the reference among them: all 0 for any other
/// level, all NaN where the value is missing.
pub fn inputs(preparation: &Preparation) -> Vec<String> {
    let taken = taken(preparation);
    taken.into_iter().map(|input| input.name()).collect()
}

/// One column of the graph's input.
#[derive(Clone, Debug, PartialEq)]
struct Input<'a> {
    column: &'a str,
    level: Option<&'a Level>,
}

impl Input<'_> {
    fn name(&self) -> String {
        match self.level {
            None => self.column.to_owned(),
            Some(level) => format!("{}={}", self.column, level.name()),
        }
    }
}

fn taken(preparation: &Preparation) -> Vec<Input<'_>> {
    let mut taken: Vec<Input<'_>> = Vec::new();
    for column in preparation.columns() {
        let is_of = |feature: &&Feature| feature.column() == Some(column);
        for feature in preparation.features().iter().filter(is_of) {
            let inputs: Vec<Input<'_>> = match feature.operation() {
                Operation::OneHot(OneHot { levels, .. })
                | Operation::LevelWeights(LevelWeights { levels, .. }) => {
                    let level = |level| Input {
                        column,
                        level: Some(level),
                    };
                    levels.iter().map(level).collect()
                }
                _ => vec![Input {
                    column,
                    level: None,
                }],
            };
            for input in inputs {
                if !taken.contains(&input) {
                    taken.push(input);
                }
            }
        }
    }
    taken
}

/// Where a model finds its columns: the name of a matrix, and what makes it.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) inputs: Vec<String>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) constants: Vec<Tensor>,
}

impl Source {
    /// Takes columns as they come, or out of a preparation.
    pub(crate) fn of(
        columns: &[String],
        preparation: Option<&Preparation>,
    ) -> Result<Source, NotExportable> {
        let Some(preparation) = preparation else {
            return Ok(Source {
                name: "features",
                inputs: columns.to_vec(),
                nodes: Vec::new(),
                constants: Vec::new(),
            });
        };
        let mut graph = Steps {
            inputs: taken(preparation),
            ..Steps::default()
        };
        let mut terms: BTreeMap<&str, String> = BTreeMap::new();
        // Products are of terms that may stand below them.
        let features = preparation.features().iter().enumerate();
        let (products, others): (Vec<_>, Vec<_>) =
            features.partition(|(_, feature)| feature.column().is_none());
        for (place, feature) in others.into_iter().chain(products) {
            let mut made = match feature.operation() {
                Operation::Product(product) => {
                    let factor = |place: usize| {
                        let term = preparation.terms().get(place);
                        term.and_then(|term| terms.get(term.name.as_str())).cloned()
                    };
                    let [one, other] = product.places.map(factor);
                    let (one, other) = one.zip(other).ok_or(NotExportable::Column)?;
                    let product = graph.add("Mul", &[&one, &other]);
                    vec![product]
                }
                Operation::Scale(scale) => vec![graph.scale(scale)?],
                Operation::CutWeights(weights) => vec![graph.cut_weights(weights)?],
                Operation::OneHot(one_hot) => graph.one_hot(one_hot)?,
                Operation::LevelWeights(weights) => vec![graph.level_weights(weights)?],
            };
            if feature.operation().mark_missing() {
                let column = feature.column().ok_or(NotExportable::Column)?;
                made.push(graph.mark(column)?);
            }
            let names = preparation.terms_of(place).map(|term| term.name.as_str());
            terms.extend(names.zip(made));
        }
        let wanted = columns
            .iter()
            .map(|column| terms.get(column.as_str()).map(String::as_str));
        let wanted: Option<Vec<&str>> = wanted.collect();
        let wanted = wanted.ok_or(NotExportable::Column)?;
        graph.nodes.push(Node {
            attribute: vec![axis()],
            ..node("Concat", &wanted, "prepared")
        });
        let inputs = graph.inputs.iter().map(Input::name).collect();
        Ok(Source {
            name: "prepared",
            inputs,
            nodes: graph.nodes,
            constants: graph.constants,
        })
    }
}

fn axis() -> Attribute {
    Attribute {
        name: "axis".into(),
        i: 1,
        r#type: AttributeType::Int.into(),
        ..Attribute::default()
    }
}

/// Nodes that each make one column out of others.
#[derive(Default)]
struct Steps<'a> {
    inputs: Vec<Input<'a>>,
    nodes: Vec<Node>,
    constants: Vec<Tensor>,
}

impl Steps<'_> {
    /// Adds a node and gives the name of its output.
    fn add(&mut self, operator: &str, input: &[&str]) -> String {
        let output = format!("prepare/{}", self.nodes.len());
        self.nodes.push(node(operator, input, &output));
        output
    }

    fn constant(&mut self, value: f64) -> String {
        let name = format!("prepare/constant/{}", self.constants.len());
        self.constants.push(tensor(&name, &[1, 1], vec![value]));
        name
    }

    /// Takes one column of the input.
    fn input(&mut self, column: &str, level: Option<&Level>) -> Result<String, NotExportable> {
        let mut inputs = self.inputs.iter();
        let place = inputs.position(|input| input.column == column && input.level == level);
        let place = place
            .and_then(|place| i64::try_from(place).ok())
            .ok_or(NotExportable::Column)?;
        let name = format!("prepare/place/{}", self.constants.len());
        self.constants.push(places(&name, vec![place]));
        let output = self.add("Gather", &["features", &name]);
        self.nodes
            .iter_mut()
            .rev()
            .take(1)
            .for_each(|gather| gather.attribute.push(axis()));
        Ok(output)
    }

    /// Takes a column of the input that is NaN where the table's column is missing.
    fn any_input(&mut self, column: &str) -> Result<String, NotExportable> {
        let level = self.inputs.iter().find(|input| input.column == column);
        let level = level.ok_or(NotExportable::Column)?.level;
        self.input(column, level)
    }

    /// Says where a column is not NaN, which alone differs from itself.
    fn is_present(&mut self, value: &str) -> String {
        self.add("Equal", &[value, value])
    }

    fn choose(&mut self, condition: &str, then: &str, otherwise: &str) -> String {
        self.add("Where", &[condition, then, otherwise])
    }

    /// Puts a number where a column is missing.
    fn fill(&mut self, value: &str, present: &str, missing: f64) -> String {
        let missing = self.constant(missing);
        self.choose(present, value, &missing)
    }

    /// Makes of what lies outside the nearer end; NaN stays.
    fn clamp(&mut self, value: &str, [low, high]: [f64; 2]) -> String {
        let (low, high) = (self.constant(low), self.constant(high));
        let is_below = self.add("Less", &[value, &low]);
        let value = self.choose(&is_below, &low, value);
        let is_above = self.add("Greater", &[&value, &high]);
        self.choose(&is_above, &high, &value)
    }

    fn mark(&mut self, column: &str) -> Result<String, NotExportable> {
        let value = self.any_input(column)?;
        let present = self.is_present(&value);
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        Ok(self.choose(&present, &zero, &one))
    }

    fn scale(&mut self, scale: &Scale) -> Result<String, NotExportable> {
        let mut value = self.input(&scale.column, None)?;
        if let Some(missing) = scale.missing {
            let present = self.is_present(&value);
            value = self.fill(&value, &present, missing);
        }
        if let Some(clip) = scale.clip {
            value = self.clamp(&value, clip);
        }
        if scale.log {
            let (zero, one) = (self.constant(0.0), self.constant(1.0));
            let is_below = self.add("Less", &[&value, &zero]);
            value = self.choose(&is_below, &zero, &value);
            let more = self.add("Add", &[&value, &one]);
            value = self.add("Log", &[&more]);
        }
        let (centre, spread) = (self.constant(scale.centre), self.constant(scale.spread));
        let centred = self.add("Sub", &[&value, &centre]);
        let scaled = self.add("Div", &[&centred, &spread]);
        Ok(self.clamp(&scaled, [scale.low, scale.high]))
    }

    fn cut_weights(&mut self, weights: &CutWeights) -> Result<String, NotExportable> {
        let value = self.input(&weights.column, None)?;
        let present = self.is_present(&value);
        let (first, others) = weights
            .weights
            .split_first()
            .ok_or(NotExportable::Lengths)?;
        let mut weight = self.constant(*first);
        for (cut, above) in weights.cuts.iter().zip(others) {
            let (cut, above) = (self.constant(*cut), self.constant(*above));
            let is_below = self.add("Less", &[&value, &cut]);
            weight = self.choose(&is_below, &weight, &above);
        }
        Ok(self.fill(
            &weight,
            &present,
            weights.missing_weight.unwrap_or(f64::NAN),
        ))
    }

    fn level_weights(&mut self, weights: &LevelWeights) -> Result<String, NotExportable> {
        let any = self.any_input(&weights.column)?;
        let present = self.is_present(&any);
        let half = self.constant(HALF);
        let mut weight = self.constant(weights.unseen_weight.unwrap_or(f64::NAN));
        for (level, own) in weights.levels.iter().zip(&weights.weights) {
            let value = self.input(&weights.column, Some(level))?;
            let has_it = self.add("Greater", &[&value, &half]);
            let own = self.constant(*own);
            weight = self.choose(&has_it, &own, &weight);
        }
        Ok(self.fill(
            &weight,
            &present,
            weights.missing_weight.unwrap_or(f64::NAN),
        ))
    }

    fn one_hot(&mut self, one_hot: &OneHot) -> Result<Vec<String>, NotExportable> {
        let column = &one_hot.column;
        let levels = one_hot
            .levels
            .iter()
            .map(|level| self.input(column, Some(level)));
        let levels: Vec<String> = levels.collect::<Result<_, _>>()?;
        let (first, others) = levels.split_first().ok_or(NotExportable::Lengths)?;
        let mut sum = first.clone();
        for level in others {
            sum = self.add("Add", &[&sum, level]);
        }
        // A level that counts as missing is known as little as a missing one.
        let known = if one_hot.unseen == Some(Unseen::Missing) {
            let half = self.constant(HALF);
            self.add("Greater", &[&sum, &half])
        } else {
            self.is_present(first)
        };
        let filled = |of: Option<usize>| match one_hot.missing {
            MissingLevel::Kept => f64::NAN,
            MissingLevel::Level(place) if of == Some(place) => 1.0,
            MissingLevel::Other if of.is_none() => 1.0,
            MissingLevel::Zero | MissingLevel::Other | MissingLevel::Level(_) => 0.0,
        };
        let shown = (0..levels.len()).filter(|place| one_hot.reference != Some(*place));
        let mut terms: Vec<String> = shown
            .map(|place| self.fill(&levels[place], &known, filled(Some(place))))
            .collect();
        if one_hot.has_other() {
            let one = self.constant(1.0);
            let other = self.add("Sub", &[&one, &sum]);
            terms.push(self.fill(&other, &known, filled(None)));
        }
        Ok(terms)
    }
}
