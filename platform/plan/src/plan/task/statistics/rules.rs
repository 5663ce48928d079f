//! By which rule each column is measured: two rules over the same rows tell more than either.

use std::collections::BTreeMap;

use consilium_schema::LabelRule;
use consilium_statistics::Kind;

use super::Statistics;

impl Statistics {
    /// Gives of each column, by name, all that decides which of its counts are told: range or levels, quantiles,
    /// the label's rule, the periods, and the minimum cell. Equal texts are equal rules.
    pub fn rules(&self) -> BTreeMap<String, String> {
        let asked = &self.specification;
        let minimum = asked.minimum_cell;
        let mut rules = BTreeMap::new();
        for (name, column) in self.features.iter().zip(&asked.columns) {
            let rule = match &column.kind {
                Kind::Number { low, high } => format!("number {low} {high} {}", self.ranks()),
                Kind::Integer { low, high } => format!("integer {low} {high} {}", self.ranks()),
                Kind::Boolean => BOOLEAN.to_owned(),
                Kind::Category { levels } => format!("category {levels:?}"),
                Kind::Code { longest, most } => format!("code {longest} {most}"),
            };
            rules.insert(name.clone(), format!("{rule}, minimum {minimum}"));
        }
        if let Some(label) = &self.label {
            let rule = match &label.rule {
                LabelRule::Value => BOOLEAN.to_owned(),
                LabelRule::Above(above) => format!("above {above}"),
                LabelRule::Equals(level) => format!("equals {level:?}"),
            };
            let rule = format!("{rule}, minimum {minimum}");
            rules.insert(label.column.clone(), rule);
        }
        if let Some(periods) = &self.periods {
            let (length, from, until) = (periods.length.name(), periods.from, periods.until);
            let rule = format!("each {length} from {from} until {until}, minimum {minimum}");
            rules.insert(periods.column.clone(), rule);
        }
        rules
    }

    fn ranks(&self) -> String {
        let asked = &self.specification;
        format!(
            "quantiles {:?} to {}",
            asked.quantiles, asked.quantile_error
        )
    }
}

/// A label that is a 0/1 column is counted as that column is.
const BOOLEAN: &str = "boolean";
