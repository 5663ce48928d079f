//! `consilium codes normal`, `map` and `groups`: what becomes of codes.

use std::{io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use consilium_codes::{Chapter, Chosen, DrgParts, Form, Groups, Level, Repair, Rule, Weights};
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{form, read, read_map};
use crate::{
    hint::{Misuse, said},
    listing::{self, Listed},
};

#[derive(Debug, Args)]
pub(super) struct NormalArgs {
    /// The system, such as icd-9-cm, icd-10-cm, icd-10-yb, atc, chs-drg
    #[arg(long)]
    system: String,
    /// Codes as they are written
    #[arg(required = true)]
    codes: Vec<String>,
    /// Print one line of JSON for each code
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct MapArgs {
    /// The map
    map: PathBuf,
    /// Codes as they are written
    #[arg(required = true)]
    codes: Vec<String>,
    /// What to do where there is more than one way
    #[arg(long, value_enum)]
    rule: RuleName,
    /// How much codes weigh, for the rule weight
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Turn the map round first
    #[arg(long)]
    reversed: bool,
    /// Go on by this map, after the first
    #[arg(long, value_name = "FILE")]
    then: Option<PathBuf>,
    /// Print one line of JSON for each code
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RuleName {
    /// Leave it undecided
    OnlyUnambiguous,
    /// Take the first way of the file
    First,
    /// Take all targets: a row counts for each
    All,
    /// Take the longest code under which all targets stand
    MostSpecificCommonAncestor,
    /// Take the way that weighs most
    Weight,
}

#[derive(Debug, Args)]
pub(super) struct GroupsArgs {
    /// The system, such as icd-9-cm, icd-10, icd-10-yb, atc, chs-drg
    #[arg(long)]
    system: String,
    /// Codes of one person, as they are written
    #[arg(required = true)]
    codes: Vec<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// A code with what became of it.
struct Became {
    code: String,
    /// The codes, or in English and Chinese why there are none.
    result: Result<Vec<String>, [String; 2]>,
    note: String,
}

impl Listed for Became {
    const NONE: [&'static str; 2] = ["no codes", "没有编码"];
    const HEADER: &'static [[&'static str; 2]] =
        &[["code", "编码"], ["becomes", "结果"], ["remark", "说明"]];

    fn row(&self, lang: Lang) -> Vec<String> {
        let result = match &self.result {
            Ok(codes) => codes.join(" + "),
            Err([en, zh]) => lang.pick(en, zh).clone(),
        };
        vec![self.code.clone(), result, self.note.clone()]
    }

    fn line(&self, _: Lang) -> Value {
        let reason = self.result.as_ref().err().map(|[en, _]| en.as_str());
        json!({ "code": self.code, "becomes": self.result.as_ref().ok(), "reason": reason, "remark": self.note })
    }
}

pub(super) fn normal(args: &NormalArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let form = form(&args.system, lang)?;
    let became = |code: &String| {
        let normal = form.normalise(code);
        let repairs = normal.as_ref().map_or(&[][..], |normal| &normal.repairs);
        let note: Vec<&str> = repairs.iter().map(|it| repair(*it)).collect();
        let why = |unclear| [Lang::En, Lang::Zh].map(|lang| said(unclear, lang));
        let note = note.join(" ");
        let result = normal.clone().map(|normal| vec![normal.code]).map_err(why);
        Became {
            code: code.clone(),
            result,
            note,
        }
    };
    let all: Vec<Became> = args.codes.iter().map(became).collect();
    listing::print(&all, args.json, out, lang)
}

fn repair(repair: Repair) -> &'static str {
    match repair {
        Repair::Width => "width",
        Repair::Blanks => "blanks",
        Repair::Case => "case",
        Repair::Dot => "dot",
        Repair::Mark => "mark",
    }
}

pub(super) fn map(args: &MapArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let mut map = read_map(&args.map, lang)?;
    if args.reversed {
        map = map.reversed()?;
    }
    if let Some(next) = &args.then {
        map = map.then(&read_map(next, lang)?)?;
    }
    let rule = rule(args, lang)?;
    let [form, _] = map.forms();
    let mut all = Vec::new();
    for code in &args.codes {
        let normal = match form.normalise(code) {
            Ok(normal) => normal.code,
            Err(unclear) => {
                let why = [Lang::En, Lang::Zh].map(|lang| said(unclear, lang));
                all.push(Became {
                    code: code.clone(),
                    result: Err(why),
                    note: String::new(),
                });
                continue;
            }
        };
        let owned = |[en, zh]: [&str; 2]| Err([en.to_owned(), zh.to_owned()]);
        let result = match rule.choose(&map, &normal) {
            Chosen::Codes(codes) => Ok(codes),
            Chosen::Undecided => owned(["undecided: more than one way", "未定：有多种可能"]),
            Chosen::NoMap => owned([
                "the map says that nothing corresponds",
                "映射表注明无对应编码",
            ]),
            Chosen::Absent => owned(["the map doesn't know it", "映射表中没有该编码"]),
        };
        let entry = map.get(&normal);
        let ways = entry.map_or(0, consilium_codes::Entry::ways);
        let is_approximate = entry.is_some_and(|it| it.scenarios().iter().any(|it| it.approximate));
        let approximate = if is_approximate {
            lang.pick(", approximate", "，近似")
        } else {
            ""
        };
        let note = lang.pick(
            format!("{ways} ways{approximate}"),
            format!("{ways} 种可能{approximate}"),
        );
        all.push(Became {
            code: normal,
            result,
            note,
        });
    }
    listing::print(&all, args.json, out, lang)
}

fn rule(args: &MapArgs, lang: Lang) -> anyhow::Result<Rule> {
    let needs = || {
        let text = lang.pick(
            "the rule weight, and no other, needs --weights",
            "仅规则 weight 需要 --weights",
        );
        anyhow::Error::from(Misuse(text.to_owned()))
    };
    if (args.rule == RuleName::Weight) != args.weights.is_some() {
        return Err(needs());
    }
    Ok(match args.rule {
        RuleName::OnlyUnambiguous => Rule::OnlyUnambiguous,
        RuleName::First => Rule::First,
        RuleName::All => Rule::All,
        RuleName::MostSpecificCommonAncestor => Rule::CommonAncestor,
        RuleName::Weight => {
            let path = args.weights.as_ref().ok_or_else(needs)?;
            Rule::Weight(read(path, Weights::read, lang)?)
        }
    })
}

pub(super) fn groups(args: &GroupsArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let form = form(&args.system, lang)?;
    let mut codes = Vec::new();
    for code in &args.codes {
        codes.push(form.normalise(code).with_context(|| code.clone())?.code);
    }
    let mut lines = Vec::new();
    let mut said = serde_json::Map::new();
    for code in &codes {
        let chapter = Chapter::of(form, code);
        let levels = [
            ("chapter", Level::Chapter),
            ("category", Level::Category),
            ("atc-1", Level::Atc(1)),
            ("atc-3", Level::Atc(3)),
            ("mdc", Level::Mdc),
            ("adrg", Level::Adrg),
        ];
        let above: Vec<(&str, String)> = levels
            .into_iter()
            .filter_map(|(name, level)| Some((name, level.of(form, code)?)))
            .collect();
        let title = chapter.map_or("", |it| lang.pick(it.en, it.zh));
        let texts: Vec<String> = above
            .iter()
            .map(|(name, it)| format!("{name} {it}"))
            .collect();
        lines.push(
            format!("{code}: {} {title}", texts.join(", "))
                .trim_end()
                .to_owned(),
        );
        let mut line: serde_json::Map<String, Value> = above
            .into_iter()
            .map(|(name, it)| (name.to_owned(), it.into()))
            .collect();
        if let Some(parts) = DrgParts::of(code).filter(|_| form == Form::ChsDrg) {
            line.insert("drg".to_owned(), serde_json::to_value(parts)?);
        }
        said.insert(code.clone(), line.into());
    }
    let mut line = json!({ "codes": said });
    let lists = Groups::know(form).then(|| [Groups::charlson(), Groups::elixhauser()]);
    for list in lists.iter().flatten() {
        let found = list.of(form, codes.iter().map(String::as_str));
        let scores = ["charlson", "quan-2011", "van-walraven-2009"].into_iter();
        let scores: Vec<(&str, i32)> = scores
            .filter_map(|name| Some((name, list.score(name, &found)?)))
            .collect();
        let names: Vec<&str> = list
            .all()
            .iter()
            .filter(|group| found.contains(group.id.as_str()))
            .map(|group| lang.pick(group.en.as_str(), &group.zh))
            .collect();
        let none = lang.pick("none", "无");
        let names = if names.is_empty() {
            none.to_owned()
        } else {
            names.join(lang.pick("; ", "；"))
        };
        let sums: Vec<String> = scores
            .iter()
            .map(|(name, sum)| format!("{name} {sum}"))
            .collect();
        lines.push(format!(
            "{}{}{names} ({})",
            list.name(),
            lang.pick(": ", "："),
            sums.join(", ")
        ));
        let scores: serde_json::Map<String, Value> = scores
            .into_iter()
            .map(|(name, sum)| (name.to_owned(), sum.into()))
            .collect();
        line[list.name()] = json!({ "groups": found, "scores": scores });
    }
    if args.json {
        return Ok(writeln!(out, "{line}")?);
    }
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
