//! What came of a local study between institutions, each of which keeps a part for itself.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use consilium_mailbox::{Account, PartyId};
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{
    cost::{self, PartyCost},
    outcome::print_learnt,
};

/// What each of them has, and what it cost.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) study: String,
    pub(crate) title: String,
    /// The plan's kind.
    pub(crate) kind: &'static str,
    /// What the protocols cost the coordinator.
    pub(crate) coordinator: Account,
    pub(crate) parties: Vec<PartyKept>,
    /// From submission to the end.
    pub(crate) wall: Duration,
    /// What each party learnt, in the language of the people: reader, lines.
    pub(crate) learnt: Vec<(String, Vec<String>)>,
    /// What the study cost each daemon that took part, the coordinator's first.
    pub(crate) costs: Vec<PartyCost>,
}

/// What one party keeps for itself.
#[derive(Debug)]
pub(crate) struct PartyKept {
    pub(crate) party: PartyId,
    pub(crate) report: Value,
    /// Its part of a model; empty where there is none.
    pub(crate) model: String,
    /// Statistics over all rows, JSON; empty where there are none.
    pub(crate) findings: String,
    /// Where its common rows lie, if it learnt which they are.
    pub(crate) rows: Option<PathBuf>,
    /// Where its scores lie, if it has any.
    pub(crate) scores: Option<PathBuf>,
    /// What the protocols cost it.
    pub(crate) account: Account,
}

impl Kept {
    /// Gives the bytes of all parties' frames; sealing and TLS come on top.
    pub(crate) fn frame_bytes(&self) -> u64 {
        let accounts = self.parties.iter().map(|party| party.account.total());
        accounts.map(|account| account.sent_bytes).sum()
    }

    /// Gives the bytes that went over all connections, TLS and all; what the coordinator forwards
    /// has gone over two.
    pub(crate) fn wire_bytes(&self) -> u64 {
        self.costs.iter().map(|cost| cost.sent_bytes).sum()
    }

    /// Names those that keep something.
    pub(super) fn names(&self) -> Vec<&str> {
        self.parties.iter().map(|own| own.party.as_str()).collect()
    }

    /// Gives something of each party's report, under the party's name.
    pub(super) fn by_party(&self, of: impl Fn(&Value) -> Value) -> Value {
        let parties = self.parties.iter();
        parties
            .map(|own| (own.party.as_str(), of(&own.report)))
            .collect()
    }

    /// Gives the line that programs read: what every study tells, and `own` of its kind.
    pub(super) fn to_json(&self, own: Value) -> Value {
        let mut line = json!({
            "local": self.title,
            "kind": self.kind,
            "study": self.study,
            "mode": "processes",
            "ok": true,
            "wall_s": self.wall.as_secs_f64(),
            "bytes": self.frame_bytes(),
            "wire_bytes": self.wire_bytes(),
            "parties": self.costs,
        });
        if let (Value::Object(line), Value::Object(own)) = (&mut line, own) {
            line.extend(own);
        }
        line
    }

    /// Prints what people read below the findings of every study: costs, who learnt what.
    pub(super) fn print_end(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        writeln!(out, "{}\n", cost::lines(&self.costs, lang))?;
        let took = lang.pick(
            "seconds from submission to the end:",
            "从提交到结束的秒数：",
        );
        writeln!(out, "{took} {:.1}\n", self.wall.as_secs_f64())?;
        print_learnt(&self.learnt, out, lang)
    }
}
