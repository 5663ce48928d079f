//! The daemons of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consilium_plan::Lang;

use super::{Finding, at_coordinator, at_participant};
use crate::{coordinator, hint::said, participant};

/// Looks at every daemon whose configuration is named.
pub(super) async fn look(configs: &[PathBuf], lang: Lang) -> Vec<Finding> {
    if configs.is_empty() {
        return vec![Finding::failed(
            lang.pick("configuration", "配置"),
            lang.pick("there is none in /etc/consilium", "/etc/consilium 中没有配置"),
            lang.pick(
                "name a daemon's with --config FILE, or look at a person's folder with --as FOLDER; where a daemon \
                 is to be, `consilium coordinator init --sample` and `consilium participant join --sample` print one to start from",
                "请用 --config 文件 指定守护进程的配置，或用 --as 文件夹 检查个人的文件夹；尚未配置时，\
                 `consilium coordinator init --sample` 和 `consilium participant join --sample` 打印示例配置",
            ),
        )];
    }
    let mut findings = Vec::new();
    for path in configs {
        findings.extend(one(path, lang).await);
    }
    findings
}

/// Looks at one daemon; whose configuration it is, its keys say.
async fn one(path: &Path, lang: Lang) -> Vec<Finding> {
    let what = format!("{} {}", lang.pick("configuration", "配置"), path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let remedy = lang.pick(
                "name another one with --config",
                "请用 --config 指定其他配置",
            );
            return vec![Finding::failed(what, said(error, lang), remedy)];
        }
    };
    let is_coordinator = text
        .lines()
        .any(|line| line.trim_start().starts_with("federation"));
    let well = |what| Finding::ok(what, "");
    if is_coordinator {
        match coordinator::read_config(path, lang) {
            Ok(config) => [
                vec![well(what)],
                at_coordinator::look((&config, path), lang).await,
            ]
            .concat(),
            Err(error) => vec![Finding::failed(what, said(error, lang), sample(lang))],
        }
    } else {
        match participant::read_config(path, lang) {
            Ok(config) => [
                vec![well(what)],
                at_participant::look((&config, path), lang).await,
            ]
            .concat(),
            Err(error) => vec![Finding::failed(what, said(error, lang), sample(lang))],
        }
    }
}

fn sample(lang: Lang) -> &'static str {
    lang.pick(
        "compare with `consilium coordinator init --sample` or `consilium participant join --sample`",
        "请与 `consilium coordinator init --sample` 或 `consilium participant join --sample` 对照",
    )
}
