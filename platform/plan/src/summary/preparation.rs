//! What becomes of columns before a model takes them.

use std::fmt::Display;

use consilium_preparation::{
    CutWeights, Feature, LevelWeights, MissingLevel, OneHot, Operation, Preparation, Scale, Unseen,
};
use consilium_schema::{Column, Level};

use super::{Page, Places, shown};
use crate::{
    Lang, Learner, Train,
    texts::{Text, preparation as texts},
};

/// Says in a line what becomes of a feature's column; `columns` say what columns mean.
pub fn say_prepared(feature: &Feature, columns: &[Column], lang: Lang) -> String {
    let said = Said {
        lang,
        steps: Vec::new(),
    };
    let name = feature.name();
    let steps = match feature.operation() {
        Operation::Product(product) => {
            let [one, other] = &product.factors;
            return texts::PRODUCT.say(lang, &[("name", &name), ("one", one), ("other", other)]);
        }
        Operation::Scale(scale) => said.scale(scale),
        Operation::OneHot(one_hot) => said.one_hot(one_hot),
        Operation::CutWeights(weights) => said.cut_weights(weights),
        Operation::LevelWeights(weights) => said.level_weights(weights),
    };
    let column = feature.column().unwrap_or_default();
    let text = if name == column {
        texts::SAME
    } else {
        texts::NAMED
    };
    let column = shown(columns, column, lang);
    text.say(
        lang,
        &[("name", &name), ("column", &column), ("steps", &steps)],
    )
}

/// Lists the features of a model.
pub(super) fn describe_prepared(preparation: &Preparation, task: &Train, page: &mut Page) {
    let columns = preparation.columns().len();
    let counts: [(&str, &dyn Display); 2] =
        [("count", &task.features.len()), ("columns", &columns)];
    page.line("", &texts::FEATURES, &counts);
    for feature in preparation.features() {
        let mut line = say_prepared(feature, &task.columns, page.lang);
        if task.features.iter().all(|name| name != feature.name()) {
            line.push_str(page.lang.pick("; ", "；"));
            line.push_str(texts::FACTOR.open(page.lang));
        }
        page.raw("- ", &line);
    }
    if matches!(task.learner, Learner::Glm(_)) {
        page.line("", &texts::UNCOUNTED, &[]);
    }
}

/// Steps in words, one after the other.
struct Said {
    lang: Lang,
    steps: Vec<String>,
}

impl Said {
    fn step(&mut self, text: &Text, places: Places<'_>) {
        self.steps.push(text.say(self.lang, places));
    }

    fn end(mut self, mark_missing: bool) -> String {
        if mark_missing {
            self.step(&texts::MARKED, &[]);
        }
        self.steps.join(self.lang.pick("; ", "；"))
    }

    fn scale(mut self, scale: &Scale) -> String {
        if let Some(value) = &scale.missing {
            self.step(&texts::FILLED, &[("value", value)]);
        }
        if let Some([low, high]) = &scale.clip {
            self.step(&texts::CLIPPED, &[("low", low), ("high", high)]);
        }
        if scale.log {
            self.step(&texts::LOG, &[]);
        }
        if scale.is_centred() {
            self.step(&texts::CENTRED, &[("centre", &scale.centre)]);
        }
        if scale.is_spread() {
            self.step(&texts::SPREAD, &[("spread", &scale.spread)]);
        }
        if self.steps.is_empty() {
            self.step(&texts::AS_IS, &[]);
        }
        self.end(scale.mark_missing)
    }

    fn one_hot(mut self, one_hot: &OneHot) -> String {
        let levels = self.list(one_hot.shown().map(Level::name));
        self.step(&texts::ONE_HOT, &[("levels", &levels)]);
        if let Some(reference) = one_hot.reference {
            let level = one_hot.levels[reference].name();
            self.step(&texts::REFERENCE, &[("level", &level)]);
        }
        match one_hot.unseen {
            Some(Unseen::Other) => self.step(&texts::UNSEEN_OTHER, &[]),
            Some(Unseen::Zero) => self.step(&texts::UNSEEN_ZERO, &[]),
            Some(Unseen::Missing) => self.step(&texts::UNSEEN_MISSING, &[]),
            None => {}
        }
        match one_hot.missing {
            MissingLevel::Kept => {}
            MissingLevel::Zero => self.step(&texts::MISSING_ZERO, &[]),
            MissingLevel::Other => self.step(&texts::MISSING_OTHER, &[]),
            MissingLevel::Level(place) => {
                let value = one_hot.levels[place].name();
                self.step(&texts::FILLED, &[("value", &value)]);
            }
        }
        self.end(one_hot.mark_missing)
    }

    fn cut_weights(mut self, weights: &CutWeights) -> String {
        let lows = [None].into_iter().chain(weights.cuts.iter().map(Some));
        let highs = weights.cuts.iter().map(Some).chain([None]);
        let intervals = lows.zip(highs).map(|(low, high)| match (low, high) {
            (Some(low), Some(high)) => {
                texts::BETWEEN.say(self.lang, &[("low", low), ("high", high)])
            }
            (Some(low), None) => texts::FROM.say(self.lang, &[("low", low)]),
            (None, Some(high)) => texts::BELOW.say(self.lang, &[("high", high)]),
            (None, None) => String::new(),
        });
        let weighed = self.weighed(intervals.zip(&weights.weights));
        self.step(&texts::CUT_WEIGHTS, &[("weights", &weighed)]);
        self.missing_weight(weights.missing_weight);
        self.end(weights.mark_missing)
    }

    fn level_weights(mut self, weights: &LevelWeights) -> String {
        let levels = weights.levels.iter().map(Level::name);
        let weighed = self.weighed(levels.zip(&weights.weights));
        self.step(&texts::LEVEL_WEIGHTS, &[("weights", &weighed)]);
        if let Some(weight) = &weights.unseen_weight {
            self.step(&texts::UNSEEN_WEIGHT, &[("weight", weight)]);
        }
        self.missing_weight(weights.missing_weight);
        self.end(weights.mark_missing)
    }

    fn missing_weight(&mut self, weight: Option<f64>) {
        if let Some(weight) = &weight {
            self.step(&texts::MISSING_WEIGHT, &[("weight", weight)]);
        }
    }

    /// Names each weight with all that have it: what is left out could be the rows of one person.
    fn weighed<'w>(&self, items: impl Iterator<Item = (String, &'w f64)>) -> String {
        let comma = self.lang.pick(", ", "、");
        let mut weights: Vec<(f64, Vec<String>)> = Vec::new();
        for (of, weight) in items {
            let same = |(known, _): &&mut (f64, Vec<String>)| known.to_bits() == weight.to_bits();
            match weights.iter_mut().find(same) {
                Some((_, all)) => all.push(of),
                None => weights.push((*weight, vec![of])),
            }
        }
        let said = weights.iter().map(|(weight, all)| {
            let all = all.join(comma);
            texts::WEIGHT.say(self.lang, &[("weight", weight), ("of", &all)])
        });
        said.collect::<Vec<String>>().join(comma)
    }

    /// Names several, every one: the last may be the rare one.
    fn list(&self, items: impl Iterator<Item = String>) -> String {
        let items: Vec<String> = items.collect();
        items.join(self.lang.pick(", ", "、"))
    }
}
