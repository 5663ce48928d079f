//! `consilium bench psi`: institutions find their common patients, each a process of its own.
//!
//! From a file to a file, over the sealed relay on loopback, with everything that a study does: the
//! check before the run, durable writes, the journal.

mod sets;
mod unbalanced;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use consilium_plan::{Lang, Plan, Task};
use serde_json::{Value, json};

use crate::{
    hint::Misuse,
    local::{
        self, cost,
        federation::Federation,
        inputs::{PartyData, of_keys},
        kept::Kept,
    },
};
use sets::{NAMES, People, Sizes};

#[derive(Debug, Args)]
#[command(after_help = "\
Half of the smallest set is common to all. CPU seconds, peak memory and bytes are those of the \
daemons, from the submission of the study to its end.

By `unbalanced` the largest set is asked about, in two studies: the first makes and fetches the \
table, the second asks about others. `online` is the asking party's part in the second one.

Examples:
  consilium bench psi
  consilium bench psi --protocol ecdh --sizes 65536x65536 --json
  consilium bench psi --protocol vole --sizes 1048576x1048576 --json
  consilium bench psi --protocol star --sizes 65536x65536x65536x65536 --json
  consilium bench psi --protocol unbalanced --sizes 1000x10000000 --json")]
pub(crate) struct PsiArgs {
    /// How the sets are compared
    #[arg(long, value_enum, default_value = "ecdh")]
    protocol: Protocol,

    /// Rows of each party's file; a line for each of several; default: 65536 for each of two, by
    /// star of three, by unbalanced 1000x65536
    #[arg(long, value_name = "NxM[xK...]")]
    sizes: Vec<Sizes>,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// Both learn which rows are common
    Ecdh,
    /// The same, by the protocol for large sets
    Vole,
    /// All of three and more learn which rows are common to all
    Star,
    /// Both learn which rows are common, by a table of the large set
    Unbalanced,
    /// Both learn how many keys are common
    Cardinality,
}

impl Protocol {
    fn usual_sizes(self) -> Sizes {
        Sizes(match self {
            Protocol::Star => vec![65_536; 3],
            Protocol::Unbalanced => vec![1_000, 65_536],
            Protocol::Ecdh | Protocol::Vole | Protocol::Cardinality => vec![65_536; 2],
        })
    }

    fn name(self) -> &'static str {
        match self {
            Protocol::Ecdh => "ecdh",
            Protocol::Vole => "vole",
            Protocol::Star => "star",
            Protocol::Unbalanced => "unbalanced",
            Protocol::Cardinality => "cardinality",
        }
    }
}

pub(crate) fn run(args: &PsiArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let usual = [args.protocol.usual_sizes()];
    let sizes = match &args.sizes[..] {
        [] => &usual,
        given => given,
    };
    for sizes in sizes {
        let several = sizes.0.len() > 2;
        if several != (args.protocol == Protocol::Star) {
            return Err(Misuse(lang.pick(
                "by star three and more compare, by all others two".to_owned(),
                "star 用于三方及以上，其余协议用于两方".to_owned(),
            ))
            .into());
        }
        let folder = tempfile::tempdir().context("making a folder")?;
        let bench = Bench::new(args.protocol, sizes, folder.path(), lang)?;
        let measured = if args.protocol == Protocol::Unbalanced {
            unbalanced::measure(&bench, lang)?
        } else {
            vec![(bench.measure(lang)?, Value::Null)]
        };
        for (outcome, more) in measured {
            if args.json {
                writeln!(out, "{}", bench.line(&outcome, more))?;
            } else {
                writeln!(out, "{}", bench.said(&outcome, &more, lang))?;
            }
        }
    }
    Ok(())
}

/// One measurement: who compares what, where its files lie.
struct Bench<'a> {
    protocol: Protocol,
    sizes: &'a Sizes,
    people: Vec<People>,
    folder: &'a Path,
}

impl<'a> Bench<'a> {
    fn new(
        protocol: Protocol,
        sizes: &'a Sizes,
        folder: &'a Path,
        lang: Lang,
    ) -> anyhow::Result<Bench<'a>> {
        let many = || {
            let many = lang.pick("there are not so many ids", "没有这么多证件号码");
            Misuse(many.to_owned())
        };
        Ok(Bench {
            protocol,
            sizes,
            people: sizes.people().ok_or_else(many)?,
            folder,
        })
    }

    fn measure(&self, lang: Lang) -> anyhow::Result<Kept> {
        let plan = self.plan("bench", "")?;
        let data: Vec<PartyData> = (0..self.people.len())
            .map(|party| self.data(party, &self.people[party], "", &plan))
            .collect::<anyhow::Result<_>>()?;
        let result = self.folder.join("result");
        let work =
            async |federation: &mut Federation| local::kept(federation, &plan, &result, lang).await;
        let (coordinator, logged) = (plan.coordinator(), (self.folder, ""));
        let outcome = local::over_daemons((coordinator, &data), logged, work, lang)?;
        self.check(&outcome)?;
        Ok(outcome)
    }

    /// Gives the plan with further lines of `[align]`.
    fn plan(&self, title: &str, more: &str) -> anyhow::Result<Plan> {
        let party = |name: &str| format!("[[party]]\nname = \"{name}\"\ndata = \"bench\"\n");
        let parties: String = NAMES[..self.people.len()]
            .iter()
            .copied()
            .map(party)
            .collect();
        let (name, most) = (self.protocol.name(), self.sizes.0.iter().max());
        let most = most.context("there are parties")?;
        Ok(Plan::from_toml(&format!(
            "title = \"{title}\"\npurpose = \"measuring\"\nkind = \"align\"\n\
             [[key.part]]\ncolumn = \"id\"\nkind = \"citizen-id\"\n\
             [align]\nprotocol = \"{name}\"\nminimum = 10\n{more}\
             [limits]\nmost_rows = {most}\n\
             [patience]\nanswer = \"10m\"\n{parties}"
        ))?)
    }

    /// Writes a party's people into a file.
    fn data(
        &self,
        party: usize,
        people: &People,
        suffix: &str,
        plan: &Plan,
    ) -> anyhow::Result<PartyData> {
        let Task::Align(task) = plan.task() else {
            anyhow::bail!("the plan aligns nothing");
        };
        let name = NAMES.get(party).context("parties have names")?;
        let file: PathBuf = self.folder.join(format!("{name}{suffix}.csv"));
        people.write(&file)?;
        Ok(PartyData {
            party: name.parse()?,
            name: "bench".into(),
            file,
            schema: of_keys(task),
            splits: Vec::new(),
            codes: Vec::new(),
        })
    }

    fn check(&self, outcome: &Kept) -> anyhow::Result<()> {
        for party in &outcome.parties {
            let found = party.report.pointer("/common/exact");
            let right = found == Some(&json!(self.sizes.common()));
            ensure!(right, "another number was found");
        }
        Ok(())
    }

    /// Gives what programs read, with what only this measurement has.
    fn line(&self, outcome: &Kept, more: Value) -> Value {
        let mut line = json!({
            "bench": "psi",
            "mode": "processes",
            "ok": true,
            "params": {
                "protocol": self.protocol.name(),
                "sizes": self.sizes.to_string(),
                "common": self.sizes.common(),
            },
            "wall_s": outcome.wall.as_secs_f64(),
            "bytes": outcome.frame_bytes(),
            "parties": outcome.costs,
        });
        if let (Value::Object(line), Value::Object(mut more)) = (&mut line, more) {
            line.append(&mut more);
        }
        line
    }

    fn said(&self, outcome: &Kept, more: &Value, lang: Lang) -> String {
        let (wall, sizes) = (outcome.wall.as_secs_f64(), self.sizes);
        let (name, seconds) = (self.protocol.name(), lang.pick("s", "秒"));
        let more = unbalanced::said(more, lang);
        let costs = cost::lines(&outcome.costs, lang);
        format!("{name} {sizes}: {wall:.2} {seconds}{more}\n{costs}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_has_sizes_that_it_takes() {
        for protocol in Protocol::value_variants() {
            let sizes = protocol.usual_sizes();
            assert_eq!(sizes.0.len() > 2, *protocol == Protocol::Star);
            assert!(sizes.people().is_some());
        }
    }
}
