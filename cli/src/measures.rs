//! Measures of a model, as people and programs read them.

use std::collections::BTreeMap;

use comfy_table::Table;
use consilium_evaluation::{Evaluation, GoodnessOfFit, Measures};
use consilium_plan::Lang;

use crate::table::{align_numbers, table};

/// Names the numbers for programs.
pub(crate) fn named(measures: &Measures) -> BTreeMap<&'static str, f64> {
    match measures {
        Measures::Classes(of) => {
            let mut named = BTreeMap::from([
                ("accuracy", of.accuracy),
                ("log_loss", of.log_loss),
                ("brier", of.brier),
                ("auc_error_bound", of.auc_error),
            ]);
            named.extend(of.auc.map(|auc| ("auc", auc)));
            named
        }
        Measures::Numbers(of) => {
            let mut named = BTreeMap::from([
                ("deviance", of.deviance),
                ("null_deviance", of.null_deviance),
                ("rmse", of.rmse),
                ("mae", of.mae),
                ("mean_observed", of.mean_observed),
                ("mean_predicted", of.mean_predicted),
            ]);
            named.extend(of.d2.map(|d2| ("d2", d2)));
            named
        }
    }
}

/// Makes a table with a line for each name; one without measures has dashes.
pub(crate) fn lines(all: &[(&str, Option<Measures>)], lang: Lang) -> Table {
    let say = |en, zh| lang.pick(en, zh);
    let are_numbers = all
        .iter()
        .any(|(_, measures)| matches!(measures, Some(Measures::Numbers(_))));
    let (party, rows) = (say("party", "参与方"), say("rows", "行数"));
    let header = if are_numbers {
        let means = say("observed / predicted mean", "观测/预测均值");
        vec![party, "D²", "RMSE", "MAE", means, rows]
    } else {
        vec![party, "AUC", say("accuracy", "准确率"), rows]
    };
    let mut table = table();
    let width = header.len();
    for (name, measures) in all {
        let numbers = match measures {
            Some(Measures::Classes(of)) => of_classes(of, lang),
            Some(Measures::Numbers(of)) => of_numbers(of, lang),
            None => vec!["–".to_owned(); width - 1],
        };
        table.add_row([vec![(*name).to_owned()], numbers].concat());
    }
    table.set_header(header);
    align_numbers(&mut table, 1..width);
    table
}

fn of_classes(of: &Evaluation, lang: Lang) -> Vec<String> {
    let one_class = || lang.pick("–, one class only", "–，仅有一类").to_owned();
    let auc = of.auc.map_or_else(one_class, |auc| format!("{auc:.4}"));
    vec![auc, format!("{:.4}", of.accuracy), of.rows.to_string()]
}

fn of_numbers(of: &GoodnessOfFit, lang: Lang) -> Vec<String> {
    let one_value = || lang.pick("–, one label only", "–，标签仅一值").to_owned();
    vec![
        of.d2.map_or_else(one_value, |d2| format!("{d2:.4}")),
        format!("{:.4}", of.rmse),
        format!("{:.4}", of.mae),
        format!("{:.4} / {:.4}", of.mean_observed, of.mean_predicted),
        of.rows.to_string(),
    ]
}
