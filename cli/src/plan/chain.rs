//! Whether a plan suits those of the studies that it builds on, before anybody signs it.

use anyhow::anyhow;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Member, Plan, PlanHash, Task, Vertical, VerticalWork};

use crate::hint::OrHint as _;

/// Checks a plan against those whose studies it names, as far as they are among those at hand.
///
/// # Errors
///
/// The first thing that would keep it from running, with the way out.
pub(crate) fn check(plan: &Plan, at_hand: &[&Plan], lang: Lang) -> anyhow::Result<()> {
    let Task::Vertical(task) = plan.task() else {
        return Ok(());
    };
    let find = |hash: &PlanHash| at_hand.iter().find(|it| it.hash() == *hash);
    let mut wrong = None;
    // Whoever has the labels knows the people of all.
    for (hospital, alignment) in task.alignments_of(&task.label_holder) {
        let aligned = find(&alignment);
        wrong = wrong.or_else(|| unaligned((plan, task), hospital, aligned?, lang));
    }
    if let VerticalWork::Predict { model } = &task.work {
        wrong = wrong.or_else(|| unscored(task, find(model)?, lang));
    }
    match wrong {
        None => Ok(()),
        Some(wrong) => Err(anyhow!(wrong)).or_hint(lang.pick(
            "correct this plan, or the one that it names before that is signed",
            "请更正本方案，或在签署前更正其所指的方案",
        )),
    }
}

/// Says why the rows of a plan are none that another one finds, if they are not.
fn unaligned(
    (plan, task): (&Plan, &Vertical),
    hospital: Option<&PartyId>,
    aligned: &Plan,
    lang: Lang,
) -> Option<String> {
    let title = aligned.title();
    let gives_rows = match aligned.task() {
        Task::Align(aligned) => aligned.gives_rows(),
        Task::Train(_)
        | Task::Vertical(_)
        | Task::Statistics(_)
        | Task::Dictionary(_)
        | Task::Scarcity(_) => false,
    };
    if !gives_rows {
        return Some(lang.pick(
            format!("alignment names a plan that finds no common rows: {title:?}"),
            format!("alignment 所指的方案并不查找共同行：“{title}”"),
        ));
    }
    for party in task.aligned(hospital) {
        let set = |plan: &Plan| {
            let mut sets = plan.contributors();
            sets.find_map(|(name, set)| (name == party).then(|| set.name.clone()))
        };
        match (set(plan), set(aligned)) {
            (_, None) => {
                return Some(lang.pick(
                    format!("{party} takes no part in the alignment that is named: {title:?}"),
                    format!("{party} 未参与所指的对齐：“{title}”"),
                ));
            }
            (Some(own), Some(other)) if own != other => {
                return Some(lang.pick(
                    format!(
                        "{party} aligns data set {other}, and this plan asks it for {own}: {title:?}"
                    ),
                    format!("{party} 对齐的数据集为 {other}，而本方案要求 {own}：“{title}”"),
                ));
            }
            _ => {}
        }
    }
    None
}

/// Says why a plan's rows can't be scored by what another one grows, if they can't.
fn unscored(task: &Vertical, grown: &Plan, lang: Lang) -> Option<String> {
    let title = grown.title();
    match grown.task() {
        Task::Vertical(grown) if matches!(grown.work, VerticalWork::Grow(_)) => {
            task.unlike(grown).map(|_| {
                let differs = difference(task, grown, lang);
                lang.pick(
                    format!("the model is none of these columns: {differs}: {title:?}"),
                    format!("所指模型不适用于这些列：{differs}：“{title}”"),
                )
            })
        }
        _ => Some(lang.pick(
            format!("model names a plan that grows no trees of several institutions: {title:?}"),
            format!("model 所指的方案并不在多家机构的列上生长树：“{title}”"),
        )),
    }
}

/// Says in what two tasks differ of which one can't score by the other's trees.
fn difference(task: &Vertical, grown: &Vertical, lang: Lang) -> String {
    let (own, other) = (&task.label_holder, &grown.label_holder);
    if own != other {
        return lang.pick(
            format!("its label holder is {other}, here it is {own}"),
            format!("其标签方为 {other}，此处为 {own}"),
        );
    }
    let parties = |task: &Vertical| {
        let name = |member: &Member| {
            let hospital = task.is_hospital(&member.party);
            let of = lang.pick(" (hospital)", "（医院）");
            format!("{}{}", member.party, if hospital { of } else { "" })
        };
        let names: Vec<String> = task.members.iter().map(name).collect();
        names.join(lang.pick(", ", "、"))
    };
    let (own, other) = (parties(task), parties(grown));
    if own != other {
        return lang.pick(
            format!("its parties are {other}, here they are {own}"),
            format!("其参与方为 {other}，此处为 {own}"),
        );
    }
    let mut pairs = task.members.iter().zip(&grown.members);
    let found = pairs.find_map(|(own, other)| of_member(own, other, lang));
    found.unwrap_or_else(|| lang.pick("columns differ", "列不同").to_owned())
}

/// Says in what the columns of a party differ, if they do.
fn of_member(own: &Member, grown: &Member, lang: Lang) -> Option<String> {
    let party = &own.party;
    let lacks = |one: &Member, other: &Member| {
        let mut inputs = other.inputs.iter();
        inputs.find(|input| !one.inputs.contains(input)).cloned()
    };
    if let Some(column) = lacks(own, grown) {
        return Some(lang.pick(
            format!("here {party} has no feature {column}"),
            format!("此处 {party} 没有特征 {column}"),
        ));
    }
    if let Some(column) = lacks(grown, own) {
        return Some(lang.pick(
            format!("it knows no feature {column} of {party}"),
            format!("它没有 {party} 的特征 {column}"),
        ));
    }
    if own.inputs != grown.inputs {
        return Some(lang.pick(
            format!("{party} has its features in another order"),
            format!("{party} 的特征顺序不同"),
        ));
    }
    let mut columns = own.columns.iter().zip(&grown.columns);
    let (column, _) = columns.find(|(one, other)| !one.is_alike(other))?;
    let column = column.name();
    Some(lang.pick(
        format!("column {column} of {party} has another type, unit, code system, range or levels"),
        format!("{party} 的列 {column} 在类型、单位、编码体系、范围或取值上不同"),
    ))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{hint, plan::load_from};

    /// Loads a plan of an example where something in one of its files is written otherwise.
    fn changed(
        example: &str,
        plan: &str,
        (file, from, to): (&str, &str, &str),
        lang: Lang,
    ) -> Result<Plan, String> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(example);
        let read = |path: &Path| {
            let text = fs::read_to_string(path)?;
            if !path.ends_with(file) {
                return Ok(text);
            }
            assert!(text.contains(from), "{from}");
            Ok(text.replace(from, to))
        };
        let loaded = load_from(&read, &folder.join(plan), lang);
        loaded
            .map(|it| it.plan)
            .map_err(|error| hint::said(error, lang))
    }

    #[test]
    fn a_plan_that_does_not_suit_those_it_names_is_refused_with_what_differs() {
        for (plan, change, names) in [
            (
                "predict.toml",
                ("predict.toml", "\"align.toml\"", "\"train.toml\""),
                "alignment",
            ),
            (
                "predict.toml",
                ("predict.toml", "\"train.toml\"", "\"align.toml\""),
                "model",
            ),
            (
                "train.toml",
                ("align.toml", "\"commercial\"", "\"company\""),
                "commercial",
            ),
            (
                "train.toml",
                ("align.toml", "\"payments\"", "\"payment\""),
                "payment",
            ),
            ("predict.toml", ("predict.toml", "\"stays\", ", ""), "stays"),
            (
                "predict.toml",
                ("predict.toml", "\"stays\", \"days\"", "\"days\", \"stays\""),
                "hospital",
            ),
        ] {
            for lang in Lang::ALL {
                let said = changed("admission", plan, change, lang).unwrap_err();
                assert!(said.contains(names) && said.contains(plan), "{said}");
            }
        }
    }

    #[test]
    fn each_hospital_has_an_alignment_of_its_own_with_the_others() {
        let as_it_is = changed("hospitals", "predict.toml", ("none", "", ""), Lang::En);
        assert!(as_it_is.is_ok(), "{as_it_is:?}");
        let other = ("align-north.toml", "\"north\"", "\"east\"");
        let said = changed("hospitals", "train.toml", other, Lang::En).unwrap_err();
        assert!(said.contains("north takes no part"), "{said}");
    }
}
