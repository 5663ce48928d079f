//! Who learns what from a study: the algorithms' lines and the plan's own.

mod align;

use consilium_glm::{Family, Protocol, Role, disclosures};
use consilium_mailbox::PartyId;

use crate::{
    Lang, OnDropout, OwnMetrics, Plan, Task, TrainGlm,
    texts::{Text, disclosure as texts},
};

/// Who learns something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The coordinator.
    Coordinator,
    /// Every contributor.
    Contributors,
    /// Every receiver of the result.
    Receivers,
    /// Every party.
    Everyone,
    /// Nobody: what stays hidden, and what is not promised.
    Nobody,
}

impl Audience {
    /// All, in the order in which they are shown.
    pub const ALL: [Audience; 5] = [
        Audience::Coordinator,
        Audience::Contributors,
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
        match self.task() {
            Task::TrainGlm(task) => self.add_fit(task, &mut lines),
            Task::Align(task) => self.add_alignment(task, &mut lines),
        }
        lines.lines
    }

    fn add_fit(&self, task: &TrainGlm, lines: &mut Lines<'_>) {
        let family = task.regression.specification().family;
        let protection = &task.protection;
        let contributors = self.contributors().count();
        lines.add(Audience::Coordinator, &texts::PREFLIGHT, &[]);
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        let hidden: [(&str, &dyn std::fmt::Display); 2] = [
            ("colluding", &protection.colluding),
            ("contributors", &contributors),
        ];
        lines.protocol(Protocol::GlmNewton);
        lines.protocol(if family == Family::Logistic {
            Protocol::GlmEvaluation
        } else {
            Protocol::GlmGoodness
        });
        let arms = task.arms();
        if !arms.is_empty() {
            lines.protocol(Protocol::Fedavg);
            lines.add(
                Audience::Receivers,
                &texts::ARMS,
                &[("arms", &arms.join(", "))],
            );
        }
        let goes_on = protection.on_dropout == OnDropout::Continue;
        if goes_on {
            let least = protection.colluding + 2;
            lines.add(
                Audience::Coordinator,
                &texts::DERIVABLE,
                &[("least", &least)],
            );
        }
        if protection.relax_from_twenty {
            lines.add(Audience::Coordinator, &texts::DERIVABLE_RELAXED, &[]);
        }
        lines.add(Audience::Receivers, &texts::RESULT, &[]);
        match task.own_metrics {
            OwnMetrics::Home => lines.add(Audience::Nobody, &texts::OWN_METRICS_HOME, &[]),
            OwnMetrics::Rounded => lines.add(Audience::Everyone, &texts::OWN_METRICS_ROUNDED, &[]),
        }
        let inputs_hidden = if goes_on {
            &texts::INPUTS_HIDDEN_BUT
        } else {
            &texts::INPUTS_HIDDEN
        };
        lines.add(Audience::Nobody, inputs_hidden, &hidden);
        lines.add(Audience::Nobody, &texts::POISONED, &[]);
        lines.add(Audience::Nobody, &texts::NO_FORMAL_BOUND, &[]);
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

impl TrainGlm {
    /// Names the ways of training that are compared with.
    pub fn arms(&self) -> Vec<&'static str> {
        let arms = [
            ("FedAvg", &self.comparison.fedavg),
            ("FedProx", &self.comparison.fedprox),
        ];
        arms.into_iter()
            .filter(|(_, schedule)| schedule.is_some())
            .map(|(name, _)| name)
            .collect()
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

    fn protocol(&mut self, protocol: Protocol) {
        for line in disclosures(protocol) {
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
        let (text, name, value): (_, _, &str) = match to {
            Audience::Coordinator => (
                texts::TO_COORDINATOR,
                "party",
                self.plan.coordinator().as_str(),
            ),
            Audience::Contributors => (texts::TO_CONTRIBUTORS, "", ""),
            Audience::Receivers => (texts::TO_RECEIVERS, "parties", &receivers),
            Audience::Everyone => (texts::TO_EVERYONE, "", ""),
            Audience::Nobody => (texts::TO_NOBODY, "", ""),
        };
        let reader = Lang::ALL.map(|lang| text.say(lang, &[(name, &value)]));
        self.lines.push(Disclosure { to, what, reader });
    }
}
