//! What people read of the demo of alignment.

use std::io::{self, Write};

use consilium_mailbox::PartyId;
use consilium_plan::Lang;

use super::{Done, result::common, truth::Truth};
use crate::local::{aligned::found, kept::PartyKept, outcome::print_learnt};
use tables::{spent, studies};

mod tables;

pub(super) fn print(
    out: &mut dyn Write,
    done: &[Done],
    truth: &Truth,
    lang: Lang,
) -> io::Result<()> {
    let title = lang.pick(
        "Three institutions find their common patients (a daemon for each party, mutual TLS)",
        "三家机构查明共同的患者（每个参与方一个守护进程，双向 TLS）",
    );
    writeln!(out, "{title}\n")?;
    let Some(of_all) = done.last() else {
        return Ok(());
    };
    let institutions = &of_all.aligned.parties;
    found::print(&found::of(institutions), out, lang)?;
    writeln!(out, "\n{}\n\n{}\n", studies(done, lang), spent(done, lang))?;
    learnt(out, done, lang)?;
    untold(out, institutions, truth, lang)?;
    let told = lang.pick(
        "The study over all three, as its plan told those who signed it:",
        "三方共同的研究，其方案对签署者的说明：",
    );
    writeln!(out, "{told}\n")?;
    print_learnt(&of_all.aligned.learnt, out, lang)
}

/// Says what each institution learnt of the others.
fn learnt(out: &mut dyn Write, done: &[Done], lang: Lang) -> io::Result<()> {
    writeln!(out, "{}", lang.pick("What each learnt", "各方得知"))?;
    for done in done {
        let institutions = &done.aligned.parties;
        let found = institutions.first().and_then(common).unwrap_or_default();
        let line = lang.pick(
            format!(
                "  - {} ({}): how many keys each other has, and who the {found} people are that all of them know",
                done.study.name,
                listed(institutions, ", "),
            ),
            format!(
                "  - {}（{}）：其他各方有多少个键，以及各方都有的 {found} 人是自己的哪些人",
                done.study.name,
                listed(institutions, "、"),
            ),
        );
        writeln!(out, "{line}")?;
    }
    let coordinator = lang.pick(
        "  - the coordinator: who sent how much to whom, from which it can tell sizes; no key and no row\n",
        "  - 协调方：谁向谁发送了多少，由此可推知规模；不获知任何键或任何行\n",
    );
    writeln!(out, "{coordinator}")
}

/// Says what a study between two tells and the one over all three does not.
fn untold(
    out: &mut dyn Write,
    institutions: &[PartyKept],
    truth: &Truth,
    lang: Lang,
) -> io::Result<()> {
    let all: Vec<&PartyId> = names(institutions).collect();
    let of_all = truth.common(&all).count();
    let title = lang.pick(
        "What the study over all three told nobody",
        "三方共同的研究未告知任何人的内容",
    );
    writeln!(out, "{title}")?;
    for (left_out, third) in all.iter().enumerate() {
        let mut two = all.clone();
        two.remove(left_out);
        let more = truth.common(&two).count() - of_all;
        let two: Vec<_> = two.into_iter().map(PartyId::as_str).collect();
        let line = lang.pick(
            format!(
                "  - who the {more} are that {} know and {third} does not",
                two.join(" and ")
            ),
            format!(
                "  - {} 都有而 {third} 没有的 {more} 人是谁",
                two.join(" 与 ")
            ),
        );
        writeln!(out, "{line}")?;
    }
    let never = lang.pick(
        "  - as no study did: a key, or anything of a person of whom one knows nothing oneself\n",
        "  - 与其他研究一样：任何键，以及本机构原本不知道的人的任何信息\n",
    );
    writeln!(out, "{never}")
}

fn names(institutions: &[PartyKept]) -> impl Iterator<Item = &PartyId> {
    institutions.iter().map(|own| &own.party)
}

fn listed(institutions: &[PartyKept], between: &str) -> String {
    let names: Vec<_> = names(institutions).map(PartyId::as_str).collect();
    names.join(between)
}
