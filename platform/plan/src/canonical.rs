//! The canonical text of a plan, and its hash.

mod align;
mod dictionary;
mod scarcity;
mod statistics;
mod trees;
mod vertical;

use std::fmt::{self, Display, Formatter};

use consilium_base::Tagged;
use consilium_evaluation::Weight;
use consilium_glm::{
    ConstantColumns,
    averaging::Schedule,
    surrogate::{Order, Surrogate},
};
use consilium_schema::{Label, LabelRule};

use crate::{
    Glm, Lang, Learner, OwnMetrics, Part, Party, Plan, PlanHash, Protection, Task, TestRows, Train,
    Valuing,
    plan::{FORMAT, trust},
    time::length_text,
};

impl Plan {
    /// Gives the hash that stewards sign: of the canonical text and of all disclosures in both
    /// languages, so that what was shown is what was signed.
    pub fn hash(&self) -> PlanHash {
        let mut hash = Tagged::new("plan.1.hash").field(self.to_string().as_bytes());
        for disclosure in self.disclosures() {
            for lang in Lang::ALL {
                hash = hash.field(disclosure.line(lang).as_bytes());
            }
        }
        PlanHash(hash.digest())
    }
}

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "format = {FORMAT}")?;
        writeln!(f, "title = {}", quoted(&self.title))?;
        writeln!(f, "purpose = {}", quoted(&self.purpose))?;
        writeln!(f, "kind = {}", quoted(self.task.kind()))?;
        if self.attempt > 1 {
            writeln!(f, "attempt = {}", self.attempt)?;
        }
        writeln!(f, "coordinator = {}", quoted(self.coordinator.as_str()))?;
        match &self.task {
            Task::Train(task) => self.write_training(task, f),
            Task::Align(task) => self.write_alignment(task, f),
            Task::Vertical(task) => self.write_vertical(task, f),
            Task::Statistics(task) => self.write_statistics(task, f),
            Task::Dictionary(task) => self.write_dictionary(task, f),
            Task::Scarcity(task) => self.write_scarcity(task, f),
        }
    }
}

impl Plan {
    fn write_training(&self, task: &Train, f: &mut Formatter<'_>) -> fmt::Result {
        let features: Vec<String> = task.features.iter().map(|name| quoted(name)).collect();
        writeln!(f, "features = [{}]", features.join(", "))?;
        writeln!(f, "label = {{ {} }}", label(&task.label))?;
        if let Some(rows) = test_rows(&task.test) {
            writeln!(f, "test = {{ {rows} }}")?;
        }
        match &task.learner {
            Learner::Glm(glm) => write_regression(f, glm, task.own_metrics)?,
            Learner::Gbdt(trees) => {
                trees::write(f, trees.specification())?;
                write_evaluation(f, task.own_metrics)?;
            }
        }
        write_protection(f, &task.protection)?;
        self.write_limits(f)?;
        self.write_minima(f)?;
        self.write_patience(f)?;
        self.write_parties(f)?;
        if let Some(preparation) = &task.preparation {
            write!(f, "\n{preparation}")?;
        }
        task.columns
            .iter()
            .try_for_each(|column| write!(f, "\n{column}"))
    }
}

impl Plan {
    /// Ends the table of limits where rows are counted together.
    fn write_minima(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let limits = &self.limits;
        writeln!(f, "minimum_rows = {}", limits.minimum_rows)?;
        writeln!(f, "minimum_cohort = {}", limits.minimum_cohort)?;
        writeln!(f, "minimum_cell = {}", limits.minimum_cell)?;
        writeln!(f, "minimum_verified = {}", limits.minimum_verified)
    }

    /// Writes what is asked of scorecards, and begins the table of limits with those that every kind has.
    fn write_limits(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(floors) = &self.trust {
            trust::write(floors, f)?;
        }
        let limits = &self.limits;
        writeln!(f, "\n[limits]")?;
        if let Some(expires) = limits.expires {
            writeln!(f, "expires = {expires}")?;
        }
        writeln!(f, "runs = {}", limits.runs)?;
        writeln!(f, "most_rows = {}", limits.most_rows)
    }

    fn write_patience(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n[patience]")?;
        writeln!(f, "answer = {}", quoted(&length_text(self.patience.answer)))?;
        writeln!(f, "outage = {}", quoted(&length_text(self.patience.outage)))?;
        writeln!(f, "study = {}", quoted(&length_text(self.patience.study)))
    }

    fn write_parties(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.parties
            .iter()
            .try_for_each(|party| write!(f, "\n{party}"))
    }
}

fn write_protection(f: &mut Formatter<'_>, protection: &Protection) -> fmt::Result {
    writeln!(f, "\n[protection]")?;
    writeln!(f, "colluding = {}", protection.colluding)?;
    writeln!(f, "dropouts = {}", protection.dropouts)?;
    writeln!(f, "on_dropout = {}", quoted(protection.on_dropout.name()))?;
    writeln!(f, "bits = {}", protection.bits.get())?;
    writeln!(f, "ask_waiver = {}", protection.ask_waiver)?;
    writeln!(f, "relax_from_twenty = {}", protection.relax_from_twenty)
}

fn write_regression(f: &mut Formatter<'_>, glm: &Glm, own_metrics: OwnMetrics) -> fmt::Result {
    let specification = glm.regression.specification();
    let constant_columns = match specification.constant_columns {
        ConstantColumns::Refuse => "refuse",
        ConstantColumns::Drop => "drop",
    };
    writeln!(f, "\n[model]")?;
    writeln!(f, "family = {}", quoted(specification.family.name()))?;
    writeln!(f, "penalty = {}", number(specification.penalty))?;
    writeln!(f, "missing = {}", quoted(glm.missing.name()))?;
    writeln!(f, "constant_columns = {}", quoted(constant_columns))?;
    if let Some(steps) = specification.steps {
        writeln!(f, "steps = {steps}")?;
    }
    if let Some(noise) = &specification.noise {
        let [epsilon, delta, clip] = [noise.epsilon, noise.delta, noise.clip].map(number);
        writeln!(
            f,
            "noise = {{ epsilon = {epsilon}, delta = {delta}, clip = {clip} }}"
        )?;
    }
    if let Some(Surrogate {
        lead,
        rounds,
        order,
    }) = &glm.surrogate
    {
        let order = match order {
            Order::First => 1,
            Order::Second => 2,
        };
        writeln!(
            f,
            "method = \"surrogate\"\nlead = {}",
            quoted(lead.as_str())
        )?;
        writeln!(f, "rounds = {rounds}\norder = {order}")?;
    }
    write_evaluation(f, own_metrics)?;
    let arms = [
        ("fedavg", &glm.comparison.fedavg),
        ("fedprox", &glm.comparison.fedprox),
    ];
    for (name, schedule) in arms {
        let Some(Schedule {
            rounds,
            epochs,
            batch,
            learning_rate,
            proximal,
        }) = schedule
        else {
            continue;
        };
        writeln!(f, "\n[comparison.{name}]")?;
        writeln!(f, "rounds = {rounds}\nepochs = {epochs}\nbatch = {batch}")?;
        writeln!(f, "learning_rate = {}", number(*learning_rate))?;
        if name == "fedprox" {
            writeln!(f, "proximal = {}", number(*proximal))?;
        }
    }
    if let Some(Valuing { method, judges, .. }) = &glm.value {
        let judges: Vec<String> = judges.iter().map(|it| quoted(it.as_str())).collect();
        writeln!(f, "\n[value]\nmethod = {}", quoted(method.name()))?;
        writeln!(f, "judged_by = [{}]", judges.join(", "))?;
    }
    Ok(())
}

fn write_evaluation(f: &mut Formatter<'_>, own_metrics: OwnMetrics) -> fmt::Result {
    writeln!(f, "\n[evaluation]")?;
    writeln!(f, "own_metrics = {}", quoted(own_metrics.name()))
}

fn label(label: &Label) -> String {
    let column = quoted(&label.column);
    match &label.rule {
        LabelRule::Value => format!("column = {column}"),
        LabelRule::Above(above) => {
            format!("column = {column}, positive_above = {}", number(*above))
        }
        LabelRule::Equals(level) => format!("column = {column}, equals = {}", quoted(level)),
    }
}

fn test_rows(test: &TestRows) -> Option<String> {
    match test {
        TestRows::None => None,
        TestRows::Share { share, seed } => {
            Some(format!("share = {}, seed = {seed}", number(*share)))
        }
        TestRows::Split(name) => Some(format!("split = {}", quoted(name.as_str()))),
    }
}

impl Display for Party {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[party]]")?;
        writeln!(f, "name = {}", quoted(self.name.as_str()))?;
        match &self.part {
            Part::Receiver => writeln!(f, "role = \"receiver\""),
            Part::Contributor {
                data,
                receives,
                weight,
            } => {
                writeln!(f, "role = \"contributor\"")?;
                writeln!(f, "data = {}", quoted(data.name.as_str()))?;
                if let Some(version) = data.version {
                    writeln!(f, "version = \"{version}\"")?;
                }
                writeln!(f, "receives = {receives}")?;
                if *weight != Weight::FULL {
                    writeln!(f, "weight = {}", number(weight.get()))?;
                }
                Ok(())
            }
        }
    }
}

/// A TOML float that reads back as the same number; zero has one sign.
pub(crate) fn number(value: f64) -> String {
    format!("{:?}", value + 0.0)
}

/// A TOML basic string, the same whatever writes TOML elsewhere.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                quoted.extend(format!("\\u{:04X}", u32::from(control)).chars());
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
