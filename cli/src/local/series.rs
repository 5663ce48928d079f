//! Several plans that run one after the other.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan, PlanHash, Task, VerticalWork};

use crate::{
    hint::{Misuse, OrHint as _},
    plan::{Loaded, chain},
};

/// Gives who coordinates all of the plans.
pub(super) fn coordinator(plans: &[Loaded], lang: Lang) -> anyhow::Result<&PartyId> {
    let mut coordinators = plans.iter().map(|it| it.plan.coordinator());
    let first = coordinators.next().context("there is a plan")?;
    match coordinators.find(|other| *other != first) {
        None => Ok(first),
        Some(other) => Err(Misuse(lang.pick(
            format!("the plans have two coordinators: {first} and {other}"),
            format!("各方案的协调方不一致：{first} 与 {other}"),
        ))
        .into()),
    }
}

/// Gives where the results of the plans are left: of several, each by the name of its file.
pub(super) fn results(plans: &[Loaded], lang: Lang) -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new("result");
    if plans.len() == 1 {
        return Ok(vec![folder.to_owned()]);
    }
    let mut results: Vec<PathBuf> = Vec::new();
    for Loaded { file, .. } in plans {
        let result = folder.join(file.file_stem().unwrap_or(file.as_os_str()));
        if results.contains(&result) {
            let file = file.display();
            return Err(Misuse(lang.pick(
                format!("two plans lie in files of one name: {file}"),
                format!("有两个方案的文件同名：{file}"),
            ))
            .into());
        }
        results.push(result);
    }
    Ok(results)
}

/// Checks that no plan asks for scorecards: these daemons keep none.
pub(super) fn check_trust(plans: &[Loaded], lang: Lang) -> anyhow::Result<()> {
    let Some(Loaded { file, .. }) = plans.iter().find(|it| it.plan.floors().is_some()) else {
        return Ok(());
    };
    let file = file.display();
    Err(Misuse(lang.pick(
        format!("{file} asks for scorecards, and the daemons that are started here keep none"),
        format!("{file} 要求评分卡，而此处启动的守护进程没有评分卡"),
    )))
    .or_hint(lang.pick(
        "leave [trust] out here; participants to whom `consilium data score add` has handed cards run it as it is",
        "请在此去掉 [trust]；已由 `consilium data score add` 提交评分卡的参与节点可直接运行",
    ))
}

/// Checks that whatever a plan builds on comes of one before it: these daemons know no other studies.
pub(super) fn check_order(plans: &[Loaded], lang: Lang) -> anyhow::Result<()> {
    for (place, Loaded { file, plan, .. }) in plans.iter().enumerate() {
        let Task::Vertical(task) = plan.task() else {
            continue;
        };
        let before = &plans[..place];
        let finds = |plan: &Plan| matches!(plan.task(), Task::Align(_));
        let rows = lang.pick("the alignment", "对齐研究");
        // Whoever has the labels knows the people of all.
        for (_, alignment) in task.alignments_of(&task.label_holder) {
            check_named(file, (rows, &alignment), (before, finds), lang)?;
        }
        if let VerticalWork::Predict { model } = &task.work {
            let grows = |plan: &Plan| match plan.task() {
                Task::Vertical(task) => matches!(task.work, VerticalWork::Grow(_)),
                _ => false,
            };
            let grown = lang.pick("the model of study", "模型所属研究");
            check_named(file, (grown, model), (before, grows), lang)?;
        }
        let at_hand: Vec<&Plan> = before.iter().map(|it| &it.plan).collect();
        chain::check(plan, &at_hand, lang).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Checks that a study that a plan names is among those before, and of the right kind.
fn check_named(
    file: &Path,
    (what, named): (&str, &PlanHash),
    (before, is_right): (&[Loaded], impl Fn(&Plan) -> bool),
    lang: Lang,
) -> anyhow::Result<()> {
    let mut right = before.iter().filter(|it| is_right(&it.plan));
    if right.clone().any(|it| it.plan.hash() == *named) {
        return Ok(());
    }
    let file = file.display();
    let said = lang.pick(
        format!("{file} names {what} {named}, which is none of the plans before it"),
        format!("{file} 指定了{what} {named}，但此前的方案中没有它"),
    );
    let hint = match right.next_back() {
        Some(Loaded { file, plan, .. }) => lang.pick(
            format!(
                "name it by its file, {}, or by its hash, {}",
                file.display(),
                plan.hash()
            ),
            format!("请以文件名 {} 或哈希 {} 指定", file.display(), plan.hash()),
        ),
        None => lang.pick(
            "give that plan's file before this one: it runs over the same daemons".to_owned(),
            "请把那项方案的文件写在此方案之前：它们在同一组守护进程上依次运行".to_owned(),
        ),
    };
    Err(Misuse(said)).or_hint(hint)
}
