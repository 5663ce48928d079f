//! `consilium lab new`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use clap::Args;
use consilium_lab::{LabFault, Suggested};
use consilium_plan::{Lang, Plan, Task, VerticalWork};
use toml::Value;

use crate::{hint::OrHint as _, new_file, plan};

/// What an experiment begins with.
const BEGUN: [&str; 2] = ["trees.bins", "model.steps"];

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium lab new plan.toml
  consilium lab new plan.toml --out shallow.toml")]
pub(crate) struct NewArgs {
    /// The plan that is to be approximated
    #[arg(value_name = "PLAN")]
    plan: PathBuf,

    /// Where the experiment is written, in the plan's folder; must not exist yet
    #[arg(long, default_value = "lab.toml", value_name = "NAME")]
    out: PathBuf,
}

pub(super) fn run(args: &NewArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let knobs = Suggested::of_plan(&args.plan);
    let plan = match knobs.as_ref().map_err(|error| &*error.fault) {
        // It says what is wrong better than a plan's parser.
        Err(LabFault::NotPlan) => None,
        _ => Some(plan::load(&args.plan, lang)?.plan),
    };
    let trains = |plan: &Plan| match plan.task() {
        Task::Train(_) => true,
        Task::Vertical(task) => matches!(task.work, VerticalWork::Grow(_)),
        Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => false,
    };
    if plan.as_ref().is_some_and(|plan| !trains(plan)) {
        let refused = anyhow!(lang.pick(
            "only plans that train a model have approximations",
            "只有训练模型的方案才有近似可言",
        ));
        return Err(refused).or_hint(lang.pick(
            "name a plan of kind train-glm, train-gbdt, train-vertical-gbdt or train-hybrid-gbdt",
            "请给出 train-glm、train-gbdt、train-vertical-gbdt 或 train-hybrid-gbdt 类型的方案",
        ));
    }
    let knobs = knobs?;
    let Some(plan) = plan else { return Ok(()) };
    let file = args.plan.with_file_name(&args.out);
    let name = args.plan.file_name().map_or(args.plan.as_path(), Path::new);
    let text = text((&plan, name), &knobs, lang);
    new_file::create(&file, lang)?
        .write_all(text.as_bytes())
        .with_context(|| file.display().to_string())?;
    let written = lang.pick("written, to be filled in:", "已写入，请补全：");
    writeln!(out, "{written} {}", file.display())?;
    Ok(())
}

fn text((plan, name): (&Plan, &Path), knobs: &[Suggested], lang: Lang) -> String {
    let mut text = String::new();
    let (is_vertical, has_hospitals) = match plan.task() {
        Task::Vertical(task) => (true, task.group().is_some()),
        Task::Train(_)
        | Task::Align(_)
        | Task::Statistics(_)
        | Task::Dictionary(_)
        | Task::Scarcity(_) => (false, false),
    };
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line(lang.pick(
        "# What do approximations of this plan lose, and what do they save?",
        "# 本方案的各种近似损失多少准确度，又节省多少开销？",
    ));
    line("\nformat = 1");
    for (key, value) in [
        ("title", plan.title().to_owned()),
        ("plan", name.display().to_string()),
    ] {
        line(&format!("{key} = {}", Value::from(value)));
    }
    line("seeds = [1, 2, 3, 4, 5]");
    line(lang.pick("\n# Each institution's rows:", "\n# 各机构的数据文件："));
    for (party, _) in plan.contributors() {
        line(&format!("[data.{party}]\nfile = \"{party}.csv\"\n"));
    }
    let one_table = match (is_vertical, lang) {
        (true, Lang::En) => {
            "# or one table with the columns of all:\n#[table]\n#file = \"rows.csv\"\n#split = { by = \"columns\" }"
        }
        (true, Lang::Zh) => {
            "# 或含各方列的单个文件：\n#[table]\n#file = \"rows.csv\"\n#split = { by = \"columns\" }"
        }
        (false, Lang::En) => {
            "# or one table whose rows are dealt out to them:\n#[table]\n#file = \"rows.csv\"\n#split = { by = \"quantity\", alpha = 5.0 }"
        }
        (false, Lang::Zh) => {
            "# 或单个文件，其行分给各机构：\n#[table]\n#file = \"rows.csv\"\n#split = { by = \"quantity\", alpha = 5.0 }"
        }
    };
    if !has_hospitals {
        line(one_table);
    }
    line("\n[test]\nshare = 0.25\n\n[link]\nlatency_ms = 20\nmegabits = 100");
    line(lang.pick(
        "\n# A setting passes that loses at most 3 % and saves at least 10 %, or as you say:\n#[bargain]\n#lost = 0.03\n#saved = 0.1",
        "\n# 损失至多 3%、节省至少 10% 的设置为通过；也可自定：\n#[bargain]\n#lost = 0.03\n#saved = 0.1",
    ));
    line(lang.pick(
        "\n# Each block is a grid over its lists. All knobs of this plan follow; a block runs when the # at the\n\
         # beginning of its lines is taken away.",
        "\n# 每块是其各列表的网格。以下为本方案的全部旋钮；去掉各行行首的 # 即可运行该块。",
    ));
    let begun = knobs.iter().position(|it| BEGUN.contains(&it.knob.path));
    let first = begun.map(|begun| block(&knobs[begun], "", lang));
    let others = knobs.iter().enumerate();
    let others = others.filter(|(place, _)| Some(*place) != begun);
    let others = others.map(|(_, knob)| block(knob, "#", lang));
    text.extend(first.into_iter().chain(others));
    text
}

/// Writes a block of settings over a knob, each of its lines behind a mark.
fn block(suggested: &Suggested, mark: &str, lang: Lang) -> String {
    let meaning = suggested.knob.meaning(lang);
    let lists = suggested.lists.iter();
    let lists = lists.map(|(path, values)| {
        let values = Value::from(values.clone());
        format!("{mark}\"{path}\" = {values}\n")
    });
    let lists: String = lists.collect();
    format!("\n# {meaning}\n{mark}[[approximate]]\n{lists}")
}
