//! Who learns what from a study: the algorithms' lines and the plan's own.

mod align;
mod dictionary;
mod scarcity;
mod statistics;
mod vertical;

use consilium_contract::{DISCLOSURE, OF_FAILURE};
use consilium_evaluation::{self as evaluation, Role, Weight};
use consilium_gbdt::horizontal;
use consilium_glm::{Protocol, Setting, disclosures};
use consilium_mailbox::PartyId;
use consilium_value::Method;

use crate::{
    Gbdt, Glm, Lang, Learner, OwnMetrics, Plan, Protection, Task, Train,
    texts::{Text, disclosure as texts},
};

/// Who learns something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The coordinator.
    Coordinator,
    /// Every contributor.
    Contributors,
    /// Of institutions with different columns, the one with the labels.
    LabelHolder,
    /// Of those that share a schema, each with its own people, every one.
    Hospitals,
    /// Of those, each other one.
    FeatureHolders,
    /// Of those that check codes, the one with the list.
    ListHolder,
    /// Of those, each other one.
    Respondents,
    /// Every receiver of the result.
    Receivers,
    /// Every party.
    Everyone,
    /// Nobody: what stays hidden, and what is not promised.
    Nobody,
}

impl Audience {
    /// All, in the order in which they are shown.
    pub const ALL: [Audience; 10] = [
        Audience::Coordinator,
        Audience::Contributors,
        Audience::LabelHolder,
        Audience::Hospitals,
        Audience::FeatureHolders,
        Audience::ListHolder,
        Audience::Respondents,
        Audience::Receivers,
        Audience::Everyone,
        Audience::Nobody,
    ];
}

/// One thing that one audience learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Who.
    pub to: Audience,
    what: [String; 2],
    reader: [String; 2],
}

impl Disclosure {
    /// Says who learns it.
    pub fn reader(&self, lang: Lang) -> &str {
        let [en, zh] = &self.reader;
        lang.pick(en, zh)
    }

    /// Says what is learnt.
    pub fn what(&self, lang: Lang) -> &str {
        let [en, zh] = &self.what;
        lang.pick(en, zh)
    }

    /// Says both in one line.
    pub fn line(&self, lang: Lang) -> String {
        format!("{}: {}", self.reader(lang), self.what(lang))
    }
}

impl Plan {
    /// Gives who learns what, in the order in which it is shown and hashed.
    pub fn disclosures(&self) -> Vec<Disclosure> {
        let mut lines = Lines {
            plan: self,
            lines: Vec::new(),
        };
        lines.add(Audience::Everyone, &texts::PLAN, &[]);
        if let Some(floors) = &self.trust {
            let places: [(&str, &dyn std::fmt::Display); 1] = [("purpose", &floors.purpose)];
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_SCORES, &places);
        }
        match self.task() {
            Task::Train(task) => self.add_fit(task, &mut lines),
            Task::Align(task) => self.add_alignment(task, &mut lines),
            Task::Vertical(task) => self.add_vertical(task, &mut lines),
            Task::Statistics(task) => self.add_statistics(task, &mut lines),
            Task::Dictionary(task) => task.add_lines(&mut lines),
            Task::Scarcity(task) => self.add_scarcity(task, &mut lines),
        }
        lines.lines
    }

    fn add_fit(&self, task: &Train, lines: &mut Lines<'_>) {
        lines.add(Audience::Coordinator, &texts::PREFLIGHT, &[]);
        if task.learner.subject().is_of_classes() {
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_LABELS, &[]);
        }
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        lines.protocols([OF_FAILURE, DISCLOSURE]);
        match &task.learner {
            Learner::Glm(glm) => self.add_regression((glm, &task.protection), lines),
            Learner::Gbdt(trees) => self.add_trees(trees, lines),
        }
        self.derivable(&task.protection, lines);
        let result = match &task.learner {
            Learner::Glm(glm) if glm.regression.specification().noise.is_some() => {
                &texts::RESULT_WITH_NOISE
            }
            Learner::Glm(_) => &texts::RESULT,
            Learner::Gbdt(trees) if trees.specification().learning_curve => &texts::RESULT_TREES,
            Learner::Gbdt(_) => &texts::RESULT_TREES_ALONE,
        };
        lines.add(Audience::Receivers, result, &[]);
        match task.own_metrics {
            OwnMetrics::Home if self.shows_own_sums() => {
                lines.add(Audience::Nobody, &texts::OWN_METRICS_HOME_BUT_VALUES, &[]);
            }
            OwnMetrics::Home => lines.add(Audience::Nobody, &texts::OWN_METRICS_HOME, &[]),
            OwnMetrics::Rounded => {
                for to in [Audience::Coordinator, Audience::Receivers] {
                    lines.add(to, &texts::OWN_METRICS_ROUNDED, &[]);
                }
            }
        }
        self.hidden(&task.protection, lines);
        lines.add(Audience::Nobody, &texts::POISONED, &[]);
        lines.add(Audience::Nobody, &texts::NO_FORMAL_BOUND, &[]);
    }

    fn add_regression(&self, (glm, protection): (&Glm, &Protection), lines: &mut Lines<'_>) {
        let noise = glm.regression.specification().noise.as_ref();
        let arms = glm.arms();
        let averaging = (!arms.is_empty()).then_some(Protocol::Fedavg);
        let setting = Setting {
            family: glm.regression.specification().family,
            most: self.contributors().count(),
            fewest: self.quorum(),
            counts_cells: !glm.regression.specification().partitions.is_empty(),
        };
        let fit = match &glm.surrogate {
            Some(by) => Protocol::GlmSurrogate(by.order),
            None if noise.is_some() => Protocol::GlmNoise,
            None => Protocol::GlmNewton,
        };
        let protocols = [fit, Protocol::Evaluation].into_iter();
        lines.protocols(disclosures(protocols.chain(averaging), setting));
        if let Some(by) = &glm.value {
            lines.protocols(consilium_value::disclosures(by.method));
            if by.method == Method::Shapley {
                lines.add(Audience::Receivers, &texts::VALUES, &[]);
            }
        }
        if !arms.is_empty() {
            let arms = arms.join(", ");
            lines.add(Audience::Receivers, &texts::ARMS, &[("arms", &arms)]);
        }
        if let Some(noise) = noise {
            let places: [(&str, &dyn std::fmt::Display); 3] = [
                ("epsilon", &noise.epsilon),
                ("delta", &noise.delta),
                ("colluding", &protection.colluding),
            ];
            lines.add(Audience::Nobody, &texts::NOISE, &places);
        }
    }

    fn add_trees(&self, trees: &Gbdt, lines: &mut Lines<'_>) {
        let (most, fewest) = (self.contributors().count(), self.quorum());
        let boosting = trees.agreement.boosting();
        lines.protocols(horizontal::disclosures(boosting, (most, fewest)));
        let measures = if trees.subject.is_of_classes() {
            evaluation::Disclosure::OF_CLASSES
        } else {
            evaluation::Disclosure::OF_NUMBERS
        };
        lines.protocols(measures.iter().copied());
    }

    /// Says what sums over different sets of contributors tell, where there can be such.
    fn derivable(&self, protection: &Protection, lines: &mut Lines<'_>) {
        if self.quorum() < self.contributors().count() {
            let least = protection.colluding + 2;
            let places: [(&str, &dyn std::fmt::Display); 1] = [("least", &least)];
            lines.add(Audience::Coordinator, &texts::DERIVABLE, &places);
        }
        let groups = self.weight_groups();
        if groups.len() > 1 {
            lines.add(Audience::Coordinator, &texts::WEIGHTED, &[]);
            let least = protection.colluding + 2;
            let few: Vec<&str> = self.few_of_a_weight().map(PartyId::as_str).collect();
            if !few.is_empty() {
                let places: [(&str, &dyn std::fmt::Display); 2] =
                    [("parties", &few.join(", ")), ("least", &least)];
                lines.add(Audience::Coordinator, &texts::WEIGHTED_ALONE, &places);
            }
            lines.add(Audience::Coordinator, &texts::WEIGHTED_AGAIN, &[]);
        }
        if protection.ask_waiver {
            lines.add(Audience::Coordinator, &texts::DERIVABLE_WAIVED, &[]);
        }
        if protection.relax_from_twenty {
            lines.add(Audience::Coordinator, &texts::DERIVABLE_RELAXED, &[]);
        }
    }

    /// Gives the contributors whose weight so few have that the coordinator learns nearly what each of them alone has,
    /// the heaviest first.
    fn few_of_a_weight(&self) -> impl Iterator<Item = &PartyId> {
        let colluding = self.protection().map_or(0, |it| it.colluding);
        let groups = self.weight_groups();
        let is_weighted = groups.len() > 1;
        let few = groups.into_iter();
        let few = few.filter(move |group| is_weighted && group.len() < colluding as usize + 2);
        few.flatten()
    }

    /// Gives the contributors by the weight of their rows, the heaviest first.
    fn weight_groups(&self) -> Vec<Vec<&PartyId>> {
        let mut groups: Vec<(Weight, Vec<&PartyId>)> = Vec::new();
        for (party, _) in self.contributors() {
            let weight = self.weight(party);
            match groups.iter_mut().find(|(known, _)| *known == weight) {
                Some((_, group)) => group.push(party),
                None => groups.push((weight, vec![party])),
            }
        }
        groups.sort_by(|(one, _), (other, _)| other.get().total_cmp(&one.get()));
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// Says whether each contributor shows the coordinator its own sums, of which coalitions are made.
    pub(crate) fn shows_own_sums(&self) -> bool {
        let Task::Train(task) = self.task() else {
            return false;
        };
        let Learner::Glm(glm) = &task.learner else {
            return false;
        };
        (glm.value.as_ref()).is_some_and(|by| by.method == Method::Shapley)
    }

    /// Says that sums hide each contributor's own, and with which exception.
    fn hidden(&self, protection: &Protection, lines: &mut Lines<'_>) {
        let contributors = self.contributors().count();
        let places: [(&str, &dyn std::fmt::Display); 2] = [
            ("colluding", &protection.colluding),
            ("contributors", &contributors),
        ];
        let text = if self.shows_own_sums() {
            &texts::INPUTS_HIDDEN_BUT_VALUES
        } else if self.weight_groups().len() > 1 {
            &texts::INPUTS_HIDDEN_BUT_WEIGHTS
        } else if protection.ask_waiver || protection.relax_from_twenty {
            &texts::INPUTS_HIDDEN_BUT
        } else {
            &texts::INPUTS_HIDDEN
        };
        lines.add(Audience::Nobody, text, &places);
    }

    /// Says whom this institution has not verified, and whether enough are.
    ///
    /// It differs between institutions, so it is shown beside the disclosures and not hashed;
    /// `unverified` are contributors whose fingerprint nobody here has compared.
    pub fn trust(&self, unverified: &[PartyId], lang: Lang) -> Vec<String> {
        let contributors = self.contributors().count();
        let blind: Vec<&str> = self
            .contributors()
            .filter(|(party, _)| unverified.contains(party))
            .map(|(party, _)| party.as_str())
            .collect();
        if blind.is_empty() {
            return vec![texts::ALL_VERIFIED.say(lang, &[])];
        }
        let mut lines = vec![texts::UNVERIFIED.say(lang, &[("parties", &blind.join(", "))])];
        let (verified, minimum) = (contributors - blind.len(), self.verified_needed());
        if verified < minimum as usize {
            let places: [(&str, &dyn std::fmt::Display); 2] =
                [("verified", &verified), ("minimum", &minimum)];
            lines.push(texts::TOO_FEW_VERIFIED.say(lang, &places));
        }
        lines
    }
}

struct Lines<'a> {
    plan: &'a Plan,
    lines: Vec<Disclosure>,
}

impl Lines<'_> {
    fn add(&mut self, to: Audience, text: &Text, places: &[(&str, &dyn std::fmt::Display)]) {
        self.push(to, Lang::ALL.map(|lang| text.say(lang, places)));
    }

    fn protocols(&mut self, lines: impl IntoIterator<Item = evaluation::Disclosure>) {
        for line in lines {
            let to = match line.to {
                Role::Aggregator => Audience::Coordinator,
                Role::Contributor => Audience::Contributors,
            };
            self.push(to, [line.learns.to_owned(), line.zh.to_owned()]);
        }
    }

    fn push(&mut self, to: Audience, what: [String; 2]) {
        let receivers: Vec<&str> = self.plan.receivers().map(PartyId::as_str).collect();
        let receivers = receivers.join(", ");
        let (holder, hospitals, others) = match self.plan.task() {
            Task::Vertical(task) => {
                let hospitals: Vec<&str> = task.hospitals().map(PartyId::as_str).collect();
                let others = task.feature_holders().map(|member| member.party.as_str());
                let others: Vec<&str> = others.collect();
                let holder = task.label_holder.as_str();
                (holder, hospitals.join(", "), others.join(", "))
            }
            Task::Dictionary(task) => {
                let others: Vec<&str> = self.plan.respondents(task).map(PartyId::as_str).collect();
                (task.holder.as_str(), String::new(), others.join(", "))
            }
            _ => ("", String::new(), String::new()),
        };
        let (text, name, value): (_, _, &str) = match to {
            Audience::Coordinator => (
                texts::TO_COORDINATOR,
                "party",
                self.plan.coordinator().as_str(),
            ),
            Audience::Contributors => (texts::TO_CONTRIBUTORS, "", ""),
            Audience::LabelHolder => (texts::TO_LABEL_HOLDER, "party", holder),
            Audience::Hospitals => (texts::TO_HOSPITALS, "parties", &hospitals),
            Audience::FeatureHolders => (texts::TO_FEATURE_HOLDERS, "parties", &others),
            Audience::ListHolder => (texts::TO_LIST_HOLDER, "party", holder),
            Audience::Respondents => (texts::TO_RESPONDENTS, "parties", &others),
            Audience::Receivers => (texts::TO_RECEIVERS, "parties", &receivers),
            Audience::Everyone => (texts::TO_EVERYONE, "", ""),
            Audience::Nobody => (texts::TO_NOBODY, "", ""),
        };
        let reader = Lang::ALL.map(|lang| text.say(lang, &[(name, &value)]));
        self.lines.push(Disclosure { to, what, reader });
    }
}
