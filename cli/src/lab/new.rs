//! `consilium lab new`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use consilium_lab::KNOBS;
use consilium_plan::{Lang, Learner, Plan, Task, VerticalWork};

use crate::{hint::OrHint as _, new_file, plan};

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
    let plan = plan::load(&args.plan, lang)?.plan;
    let prefixes = prefixes(&plan).context(lang.pick(
        "only plans that train a model have approximations",
        "只有训练模型的方案才有近似可言",
    ));
    let prefixes = prefixes.or_hint(lang.pick(
        "name a plan of kind train-glm, train-gbdt, train-vertical-gbdt or train-hybrid-gbdt",
        "请给出 train-glm、train-gbdt、train-vertical-gbdt 或 train-hybrid-gbdt 类型的方案",
    ))?;
    let file = args.plan.with_file_name(&args.out);
    let name = args.plan.file_name().map_or(args.plan.as_path(), Path::new);
    let text = text((&plan, name), prefixes, lang);
    new_file::create(&file, lang)?
        .write_all(text.as_bytes())
        .with_context(|| file.display().to_string())?;
    let written = lang.pick("written, to be filled in:", "已写入，请补全：");
    writeln!(out, "{written} {}", file.display())?;
    Ok(())
}

/// Gives the tables in which a plan's knobs stand.
fn prefixes(plan: &Plan) -> Option<&'static [&'static str]> {
    match plan.task() {
        Task::Train(task) => Some(match task.learner {
            Learner::Glm(_) => &["model.", "comparison.", "protection."],
            Learner::Gbdt(_) => &["trees.", "protection."],
        }),
        Task::Vertical(task) if matches!(task.work, VerticalWork::Grow(_)) => {
            Some(&["trees.", "vertical."])
        }
        Task::Vertical(_) | Task::Align(_) | Task::Statistics(_) => None,
    }
}

fn text((plan, name): (&Plan, &Path), prefixes: &[&str], lang: Lang) -> String {
    let mut text = String::new();
    let (is_vertical, has_hospitals) = match plan.task() {
        Task::Vertical(task) => (true, task.group().is_some()),
        Task::Train(_) | Task::Align(_) | Task::Statistics(_) => (false, false),
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
        line(&format!("{key} = {}", toml::Value::from(value)));
    }
    line("seeds = [1, 2, 3, 4, 5]");
    line(lang.pick("\n# Each institution's rows:", "\n# 各机构的数据文件："));
    for (party, _) in plan.contributors() {
        line(&format!("[data.{party}]\nfile = \"{party}.csv\"\n"));
    }
    let one_table = match (is_vertical, lang) {
        (true, Lang::En) => {
            "# or one table with the columns of all:\n# [table]\n# file = \"rows.csv\"\n# split = { by = \"columns\" }"
        }
        (true, Lang::Zh) => {
            "# 或含各方列的单个文件：\n# [table]\n# file = \"rows.csv\"\n# split = { by = \"columns\" }"
        }
        (false, Lang::En) => {
            "# or one table whose rows are dealt out to them:\n# [table]\n# file = \"rows.csv\"\n# split = { by = \"label-skew\", alpha = 5.0 }"
        }
        (false, Lang::Zh) => {
            "# 或单个文件，其行分给各机构：\n# [table]\n# file = \"rows.csv\"\n# split = { by = \"label-skew\", alpha = 5.0 }"
        }
    };
    if !has_hospitals {
        line(one_table);
    }
    line("\n[test]\nshare = 0.25\n\n[link]\nlatency_ms = 20\nmegabits = 100");
    line(lang.pick(
        "\n# Each block is a grid over its lists. The knobs of this plan:",
        "\n# 每块是其各列表的网格。本方案可调的旋钮：",
    ));
    for knob in KNOBS
        .iter()
        .filter(|knob| prefixes.iter().any(|it| knob.path.starts_with(it)))
        .filter(|knob| !(is_vertical && knob.path == "trees.learning_curve"))
    {
        line(&format!("#   {}: {}", knob.path, knob.meaning(lang)));
    }
    line("[[approximate]]");
    line(if prefixes.contains(&"trees.") {
        "\"trees.bins\" = [32, 64]"
    } else {
        "\"model.steps\" = [1, 2, 3]"
    });
    text
}
