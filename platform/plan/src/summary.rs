//! A plan in plain words: the page that a steward reads before deciding.

mod align;
mod dictionary;
mod hybrid;
mod preparation;
mod scarcity;
mod statistics;
mod trees;
mod vertical;

use std::{fmt::Display, time::Duration};

use consilium_evaluation::Weight;
use consilium_glm::{Family, surrogate::Order};
use consilium_mailbox::PartyId;
use consilium_schema::{Column, Label, LabelRule, is_shown};
use consilium_value::{Method, fewest_judges};

use self::preparation::describe_prepared;
pub use self::preparation::say_prepared;
use self::trees::{Drawn, describe_growth, objective};
use crate::{
    Audience, Glm, Lang, Learner, Limits, Missing, OnDropout, Part, Party, Plan, Protection, Task,
    TestRows, Train, VerticalWork,
    texts::{Text, summary as texts},
    time::in_longest_unit,
};

/// Values for the places of a text.
type Places<'a> = &'a [(&'a str, &'a dyn Display)];

impl Plan {
    /// Gives the page that a steward reads before deciding.
    ///
    /// `unverified` are contributors whose fingerprint nobody at this institution has compared;
    /// `None` where the page is not read at an institution, so that nothing is said of them.
    pub fn summary(&self, unverified: Option<&[PartyId]>, lang: Lang) -> String {
        let mut page = Page {
            lang,
            text: String::new(),
        };
        page.line("", &texts::HEADING, &[("title", &self.title)]);
        page.line("", &texts::HASH, &[("hash", &self.hash())]);
        page.line("", &texts::PURPOSE, &[("purpose", &self.purpose)]);
        if self.attempt > 1 {
            page.line("! ", &texts::ATTEMPT, &[("attempt", &self.attempt)]);
        }
        page.heading(&texts::WHAT);
        match self.task() {
            Task::Train(task) => self.describe_task(task, &mut page),
            Task::Align(task) => self.describe_alignment(task, &mut page),
            Task::Vertical(task) => task.describe(&mut page),
            Task::Statistics(task) => self.describe_statistics(task, &mut page),
            Task::Dictionary(task) => self.describe_dictionary(task, &mut page),
            Task::Scarcity(task) => self.describe_scarcity(task, &mut page),
        }
        page.heading(&texts::WHO);
        for party in self.parties() {
            page.raw("- ", &of_party(party, lang));
        }
        let coordinates = match self.task() {
            Task::Train(_) => texts::COORDINATOR,
            Task::Align(_) => texts::COORDINATOR_RELAYS,
            Task::Dictionary(_) => texts::COORDINATOR_RELAYS_CODES,
            Task::Statistics(_) | Task::Scarcity(_) => texts::COORDINATOR_BLIND,
            Task::Vertical(task) => match task.work {
                VerticalWork::Grow(_) if task.group().is_some() => texts::COORDINATOR_COUNTS,
                VerticalWork::Grow(_) => texts::COORDINATOR_HEARS,
                VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => {
                    texts::COORDINATOR_ONLY_RELAYS
                }
            },
        };
        page.line("- ", &coordinates, &[("party", self.coordinator())]);
        page.heading(&texts::LEARNS);
        let disclosures = self.disclosures();
        for to in Audience::ALL {
            let mut lines = disclosures.iter().filter(|line| line.to == to).peekable();
            if let Some(first) = lines.peek() {
                page.raw(
                    "",
                    &format!("{}{}", first.reader(lang), lang.pick(":", "：")),
                );
            }
            lines.for_each(|line| page.raw("- ", line.what(lang)));
        }
        if let Some(unverified) = unverified {
            for line in self.trust(unverified, lang) {
                page.raw("! ", &line);
            }
        }
        page.heading(&texts::PROTECTED);
        match self.task() {
            Task::Train(task) => {
                let (rows, cell) = rows_of(&task.learner, &self.limits);
                self.describe_terms(&task.protection, (rows, &cell), &mut page);
            }
            Task::Statistics(task) => {
                let cell = self.limits.minimum_cell.0;
                let rows = &texts::ROWS_OF_CELLS;
                self.describe_terms(&task.protection, (rows, &cell), &mut page);
                page.line("- ", &texts::COHORTS, &[("cell", &cell)]);
            }
            Task::Scarcity(task) => {
                let least = self.limits.minimum_rows.0;
                let rows = &texts::ROWS_OF_SCARCITY;
                self.describe_terms(&task.protection, (rows, &least), &mut page);
            }
            Task::Align(task) => self.describe_sets(task, &mut page),
            Task::Dictionary(task) => self.describe_codes(task, &mut page),
            Task::Vertical(task) => self.describe_common_rows(task, &mut page),
        }
        self.describe_end(&mut page);
        page.heading(&texts::PENDING);
        page.line("", &texts::SIGN, &[("runs", &self.limits.runs)]);
        if self.asks_waiver() {
            page.line("", &texts::WAIVER, &[]);
        }
        page.text
    }

    fn describe_task(&self, task: &Train, page: &mut Page) {
        let contributors = self.contributors().count();
        match &task.learner {
            Learner::Glm(glm) => {
                let family = match glm.regression.specification().family {
                    Family::Gaussian => texts::FAMILY_GAUSSIAN,
                    Family::Logistic => texts::FAMILY_LOGISTIC,
                    Family::Poisson => texts::FAMILY_POISSON,
                    Family::Gamma => texts::FAMILY_GAMMA,
                };
                let family = family.open(page.lang);
                page.line(
                    "",
                    &texts::TRAIN,
                    &[("family", &family), ("contributors", &contributors)],
                );
            }
            Learner::Gbdt(trees) => {
                let objective = objective(trees.specification()).open(page.lang);
                let places: [(&str, &dyn Display); 2] =
                    [("objective", &objective), ("contributors", &contributors)];
                page.line("", &texts::TRAIN_TREES, &places);
            }
        }
        describe_label(&task.label, &task.columns, page);
        if let Some(preparation) = &task.preparation {
            describe_prepared(preparation, task, page);
        } else {
            page.line("", &texts::FEATURES, &[("count", &task.features.len())]);
            for feature in &task.features {
                page.raw("- ", &shown(&task.columns, feature, page.lang));
            }
        }
        match &task.learner {
            Learner::Glm(glm) => describe_regression(glm, page),
            Learner::Gbdt(trees) => describe_growth(trees.specification(), Drawn::ByEach, page),
        }
        if self.is_weighted() {
            page.line("", &texts::WEIGHTS, &[]);
            if matches!(task.learner, Learner::Glm(_)) {
                page.line("", &texts::WEIGHTS_ERRORS, &[]);
            }
        }
        match &task.test {
            TestRows::None => page.line("", &texts::TEST_NONE, &[]),
            TestRows::Share { share, .. } => {
                let percent = (share * 1000.0).round() / 10.0;
                page.line("", &texts::TEST_SHARE, &[("percent", &percent)]);
            }
            TestRows::Split(split) => page.line("", &texts::TEST_SPLIT, &[("split", split)]),
        }
        if let Learner::Glm(glm) = &task.learner {
            describe_value(glm, page);
        }
        let arms = match &task.learner {
            Learner::Glm(glm) => glm.arms(),
            Learner::Gbdt(_) => Vec::new(),
        };
        if !arms.is_empty() {
            let arms = arms.join(page.lang.pick(" and ", "、"));
            page.line("", &texts::ARMS, &[("arms", &arms)]);
        }
    }

    fn describe_terms(
        &self,
        protection: &Protection,
        (text, cell): (&Text, &dyn Display),
        page: &mut Page,
    ) {
        let limits = &self.limits;
        let contributors = self.contributors().count();
        let needed = protection.thresholds.signatures();
        let thresholds: [(&str, &dyn Display); 3] = [
            ("needed", &needed),
            ("contributors", &contributors),
            ("colluding", &protection.colluding),
        ];
        if self.quorum() == contributors {
            page.line("- ", &texts::THRESHOLD_ALL, &thresholds);
        } else {
            page.line("- ", &texts::THRESHOLD, &thresholds);
        }
        let colluding = match protection.colluding {
            _ if self.shows_own_sums() => &texts::COLLUDING_BUT_VALUES,
            0 => &texts::COLLUDING_NONE,
            _ => &texts::COLLUDING,
        };
        page.line("- ", colluding, &thresholds);
        let outage = in_words(self.patience.outage, page.lang);
        let places: [(&str, &dyn Display); 2] =
            [("outage", &outage), ("dropouts", &protection.dropouts)];
        match protection.on_dropout {
            OnDropout::Pause => page.line("- ", &texts::DROPOUT_PAUSE, &places),
            OnDropout::Fail => page.line("- ", &texts::DROPOUT_FAIL, &places),
            OnDropout::Continue => page.line("- ", &texts::DROPOUT_CONTINUE, &places),
        }
        let rows: [(&str, &dyn Display); 4] = [
            ("minimum", &limits.minimum_rows),
            ("most", &limits.most_rows),
            ("cohort", &limits.minimum_cohort),
            ("cell", cell),
        ];
        page.line("- ", text, &rows);
        let verified = self.verified_needed();
        page.line("- ", &texts::VERIFIED, &[("count", &verified)]);
        if verified < 3 {
            page.line("! ", &texts::FEW_VERIFIED, &[]);
        }
    }

    fn describe_end(&self, page: &mut Page) {
        let limits = &self.limits;
        if let Some(floors) = &self.trust {
            let dimensions = floors.least.iter();
            let named = dimensions.map(|(dimension, least)| {
                let name = dimension.name();
                format!("{} {least}", page.lang.pick(name.en, name.zh))
            });
            let composite = floors.composite.iter();
            let composite =
                composite.map(|least| texts::COMPOSITE.say(page.lang, &[("least", least)]));
            let asked: Vec<String> = composite.chain(named).collect();
            let asked = asked.join(page.lang.pick(", ", "、"));
            let places: [(&str, &dyn Display); 2] =
                [("purpose", &floors.purpose), ("asked", &asked)];
            page.line("- ", &texts::TRUST, &places);
        }
        let study = in_words(self.patience.study, page.lang);
        page.line(
            "- ",
            &texts::RUNS,
            &[("study", &study), ("runs", &limits.runs)],
        );
        if let Some(time) = &limits.expires {
            page.line("- ", &texts::EXPIRES, &[("time", time)]);
        }
    }
}

/// Says what is counted together at least, by what learns.
fn rows_of(learner: &Learner, limits: &Limits) -> (&'static Text, u64) {
    match learner {
        Learner::Glm(_) => (&texts::ROWS, limits.minimum_cell.0),
        Learner::Gbdt(trees) => (&texts::ROWS_OF_NODES, trees.specification().min_node),
    }
}

fn describe_regression(glm: &Glm, page: &mut Page) {
    let missing = match glm.missing {
        Missing::Drop => texts::MISSING_DROP,
        Missing::Mean => texts::MISSING_MEAN,
        Missing::MeanAndIndicator => texts::MISSING_INDICATOR,
    };
    page.line("", &missing, &[]);
    let penalty = glm.regression.specification().penalty;
    if penalty > 0.0 {
        page.line("", &texts::PENALTY, &[("penalty", &penalty)]);
    }
    let specification = glm.regression.specification();
    match (specification.steps, &specification.noise) {
        (Some(steps), Some(noise)) => {
            let places: [(&str, &dyn Display); 4] = [
                ("epsilon", &noise.epsilon),
                ("delta", &noise.delta),
                ("clip", &noise.clip),
                ("steps", &steps),
            ];
            page.line("", &texts::NOISE_IN_FIT, &places);
        }
        (Some(steps), None) => page.line("", &texts::STEPS, &[("steps", &steps)]),
        (None, _) => {}
    }
    if let Some(by) = &glm.surrogate {
        let corrected = match by.order {
            Order::First => texts::BY_GRADIENT,
            Order::Second => texts::BY_INFORMATION,
        };
        let corrected = corrected.open(page.lang);
        let places: [(&str, &dyn Display); 3] = [
            ("lead", &by.lead),
            ("corrected", &corrected),
            ("rounds", &by.rounds),
        ];
        page.line("", &texts::SURROGATE, &places);
    }
}

fn describe_value(glm: &Glm, page: &mut Page) {
    let Some(by) = &glm.value else {
        return;
    };
    let judges: Vec<&str> = by.judges.iter().map(PartyId::as_str).collect();
    let judges = judges.join(", ");
    let fewest = fewest_judges(by.colluding);
    let places: Places<'_> = &[("judges", &judges), ("fewest", &fewest)];
    page.line("", &texts::VALUE, places);
    if by.method == Method::Shapley {
        page.line("! ", &texts::VALUE_BY_COALITIONS, &[]);
    }
}

fn of_party(party: &Party, lang: Lang) -> String {
    let name = &party.name;
    match &party.part {
        Part::Receiver => texts::RECEIVER.say(lang, &[("party", name)]),
        Part::Contributor {
            data,
            receives,
            weight,
        } => {
            let mut said = texts::CONTRIBUTOR.say(lang, &[("party", name), ("data", &data.name)]);
            if let Some(version) = &data.version {
                said += &texts::PINNED.say(lang, &[("version", version)]);
            }
            if *weight != Weight::FULL {
                said += &texts::WEIGHED.say(lang, &[("weight", weight)]);
            }
            if *receives {
                said += texts::RECEIVES.open(lang);
            }
            said
        }
    }
}

/// Writes a length of time in the longest unit that leaves no rest.
fn in_words(length: Duration, lang: Lang) -> String {
    let (number, unit) = in_longest_unit(length);
    let text = match unit {
        "d" => texts::DAYS,
        "h" => texts::HOURS,
        "m" => texts::MINUTES,
        "s" => texts::SECONDS,
        _ => texts::MILLISECONDS,
    };
    text.say(lang, &[("n", &number)])
}

/// Says what is predicted.
fn describe_label(label: &Label, columns: &[Column], page: &mut Page) {
    let column = shown(columns, &label.column, page.lang);
    match &label.rule {
        LabelRule::Value => page.line("", &texts::LABEL_VALUE, &[("column", &column)]),
        LabelRule::Above(value) => {
            let places: [(&str, &dyn Display); 2] = [("column", &column), ("value", value)];
            page.line("", &texts::LABEL_ABOVE, &places);
        }
        LabelRule::Equals(value) => {
            let places: [(&str, &dyn Display); 2] = [("column", &column), ("value", value)];
            page.line("", &texts::LABEL_EQUALS, &places);
        }
    }
}

/// Gives a column's name with what it means, if that is declared.
fn shown(columns: &[Column], name: &str, lang: Lang) -> String {
    let column = columns.iter().find(|column| column.name() == name);
    let description = column.map(Column::description);
    let meaning = description.and_then(|said| match lang {
        Lang::En => said.en.as_ref().or(said.zh.as_ref()),
        Lang::Zh => said.zh.as_ref().or(said.en.as_ref()),
    });
    match meaning {
        Some(meaning) => texts::COLUMN.say(lang, &[("name", &name), ("meaning", meaning)]),
        None => name.to_owned(),
    }
}

struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    fn heading(&mut self, text: &Text) {
        self.raw("\n# ", text.open(self.lang));
    }

    fn line(&mut self, mark: &str, text: &Text, places: Places<'_>) {
        let said = text.say(self.lang, places);
        self.raw(mark, &said);
    }

    /// Adds a line; whatever a plan holds, it stays one, and is read as it stands.
    fn raw(&mut self, mark: &str, line: &str) {
        let line = line.replace(|letter| !is_shown(letter), " ");
        self.text.extend([mark, &line, "\n"]);
    }
}
