//! Codes and comorbidities in queries: `normal_code`, `comorbidity` and `comorbidity_score`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use consilium_codes::{Form, Group, Groups};
use consilium_mapping::{Fault, Mapping, TextPlace};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, StringArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    Accumulator, ColumnarValue, Expr, LogicalPlan, Volatility, create_udaf, create_udf,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

/// The most different codes whose groups are kept rather than looked up again.
const MOST_KEPT: usize = 1 << 17;

const NORMAL: &str = "normal_code";
const ONE: &str = "comorbidity";
const SCORE: &str = "comorbidity_score";

/// Adds the functions.
pub(crate) fn register(session: &SessionContext, mapping: &Mapping) {
    let text = || DataType::Utf8;
    let place = mapping.place_of_name(NORMAL);
    session.register_udf(create_udf(
        NORMAL,
        vec![text(), text()],
        text(),
        Volatility::Immutable,
        Arc::new(move |values| normal(values, place)),
    ));
    for (function, texts, gives) in [(ONE, 3, DataType::Boolean), (SCORE, 2, DataType::Int64)] {
        let place = mapping.place_of_name(function);
        // A group of rows takes what the groups before it have read and looked up.
        let kept: Mutex<HashMap<Vec<String>, Arc<Asked>>> = Mutex::default();
        session.register_udaf(create_udaf(
            function,
            vec![text(); texts + 1],
            Arc::new(gives),
            Volatility::Immutable,
            Arc::new(move |args| {
                let literal = |expr: &Arc<dyn PhysicalExpr>| {
                    let literal = expr.downcast_ref::<Literal>()?;
                    literal.value().try_as_str().flatten().map(str::to_owned)
                };
                let texts: Option<Vec<_>> = args.exprs.iter().take(texts).map(literal).collect();
                let texts = texts.ok_or_else(|| not_quoted(function, place))?;
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let asked = if let Some(asked) = kept.get(&texts) {
                    Arc::clone(asked)
                } else {
                    let asked = Arc::new(Asked::of(&texts, place)?);
                    kept.insert(texts, Arc::clone(&asked));
                    asked
                };
                Ok(Box::new(Found { asked, set: 0 }))
            }),
            Arc::new(vec![DataType::UInt64]),
        ));
    }
}

/// Holds the texts that calls of the functions are given against what there is, before a row is read.
pub(crate) fn check(plan: &LogicalPlan, mapping: &Mapping) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                check_call(expr, mapping)?;
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(())
}

fn check_call(expr: &Expr, mapping: &Mapping) -> Result<()> {
    let literal = |expr: &Expr| match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten().map(str::to_owned),
        _ => None,
    };
    match expr {
        Expr::ScalarFunction(call) if call.name() == NORMAL => {
            // A system that a column names is known row by row.
            let system = call.args.first().and_then(literal);
            let place = mapping.place_of_name(NORMAL);
            system.map_or(Ok(()), |it| form(&it, place).map(|_| ()))
        }
        Expr::AggregateFunction(call) if [ONE, SCORE].contains(&call.func.name()) => {
            let place = mapping.place_of_name(call.func.name());
            let texts = call.params.args.split_last().map_or(&[][..], |it| it.1);
            let texts: Option<Vec<_>> = texts.iter().map(literal).collect();
            let texts = texts.ok_or_else(|| not_quoted(call.func.name(), place))?;
            Asked::of(&texts, place).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// What is wrong, in English and in Chinese.
pub(crate) fn wrong(place: TextPlace, [message, in_chinese]: [String; 2]) -> DataFusionError {
    DataFusionError::External(Box::new(Fault::Refused {
        place,
        message,
        in_chinese,
    }))
}

/// Says that there is none of that name, and which there are.
fn none(en: &str, zh: &str, (name, there): (&str, &[&str])) -> [String; 2] {
    [
        format!("no {en} {name:?}: there are {}", there.join(", ")),
        format!("没有{zh} {name:?}：有 {}", there.join("、")),
    ]
}

fn not_quoted(function: &str, place: TextPlace) -> DataFusionError {
    let message = format!("of {function} all arguments but the code are texts in quotes");
    let in_chinese = format!("{function} 除编码以外的参数都须是带引号的文本");
    wrong(place, [message, in_chinese])
}

fn form(system: &str, place: TextPlace) -> Result<Form> {
    let there = Form::SYSTEMS.map(|(id, _)| id);
    let unknown = || wrong(place, none("code system", "编码体系", (system, &there)));
    Form::of_system(system).ok_or_else(unknown)
}

/// The normal form of codes; what can't be told for certain is missing.
fn normal(values: &[ColumnarValue], place: TextPlace) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(values)?;
    let [systems, codes] = &arrays[..] else {
        let message = format!("{NORMAL} takes a system and a code");
        let in_chinese = format!("{NORMAL} 的参数为编码体系和编码");
        return Err(wrong(place, [message, in_chinese]));
    };
    let (systems, codes) = (systems.as_string::<i32>(), codes.as_string::<i32>());
    let mut known: Option<(&str, Form)> = None;
    let mut normal = Vec::with_capacity(codes.len());
    for (system, code) in systems.iter().zip(codes) {
        let (Some(system), Some(code)) = (system, code) else {
            normal.push(None);
            continue;
        };
        let form = match known {
            Some((last, form)) if last == system => form,
            _ => form(system, place)?,
        };
        known = Some((system, form));
        normal.push(form.normalise(code).ok().map(|it| it.code));
    }
    Ok(ColumnarValue::Array(Arc::new(StringArray::from(normal))))
}

/// Published lists for the codes of one system; a set of groups is a number with a bit for each.
#[derive(Debug)]
struct Lists {
    groups: Groups,
    form: Form,
    /// The bits of pairs of which the first hides the second.
    hides: Vec<(u64, u64)>,
    /// The sets of codes that have occurred.
    kept: Mutex<HashMap<String, u64>>,
}

impl Lists {
    fn of(list: &str, system: &str, place: TextPlace) -> Result<Lists> {
        let groups = match list {
            "charlson" => Groups::charlson(),
            "elixhauser" => Groups::elixhauser(),
            _ => {
                let there = ["charlson", "elixhauser"];
                return Err(wrong(place, none("list", "清单", (list, &there))));
            }
        };
        let form = form(system, place)?;
        if !Groups::know(form) {
            let message =
                format!("the lists know no codes of {system}: they are of icd-9-cm and icd-10");
            let in_chinese = format!("清单中没有 {system} 的编码：只有 icd-9-cm 和 icd-10 的编码");
            return Err(wrong(place, [message, in_chinese]));
        }
        let bit = |id: &String| groups.all().iter().position(|it| it.id == *id);
        let bit = |id: &String| bit(id).map_or(0, |number| 1 << number);
        let hides = groups.hierarchy().iter();
        let hides = hides
            .map(|[graver, milder]| (bit(graver), bit(milder)))
            .collect();
        Ok(Lists {
            groups,
            form,
            hides,
            kept: Mutex::default(),
        })
    }

    fn of_code(&self, code: &str) -> u64 {
        // It changes in single steps that don't panic.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = kept.get(code) {
            return *set;
        }
        let set = match self.form.normalise(code) {
            Ok(normal) => {
                let groups = self.groups.all().iter().enumerate();
                let groups = groups.filter(|(_, group)| group.has(self.form, &normal.code));
                groups.fold(0, |set, (number, _)| set | 1 << number)
            }
            // What is no code belongs to no group.
            Err(_) => 0,
        };
        if kept.len() < MOST_KEPT {
            kept.insert(code.to_owned(), set);
        }
        set
    }

    fn after_hierarchy(&self, set: u64) -> u64 {
        let hidden = self.hides.iter().filter(|(graver, _)| set & graver != 0);
        set & !hidden.fold(0, |hidden, (_, milder)| hidden | milder)
    }
}

/// What a call asks of the groups that are found.
#[derive(Debug)]
struct Asked {
    lists: Lists,
    told: Told,
}

#[derive(Debug)]
enum Told {
    /// Whether that group is among them.
    Group(usize),
    /// The sum of their weights, which stand in the order of the groups.
    Score(Vec<i32>),
}

impl Asked {
    /// Reads the texts of a call: list, group and system, or weights and system.
    fn of(texts: &[String], place: TextPlace) -> Result<Asked> {
        match texts {
            [list, group, system] => {
                let lists = Lists::of(list, system, place)?;
                let number = lists.groups.all().iter().position(|it| it.id == *group);
                let number = number.ok_or_else(|| no_group(list, group, place))?;
                let told = Told::Group(number);
                Ok(Asked { lists, told })
            }
            [weights, system] => {
                let lists = [Groups::charlson(), Groups::elixhauser()];
                let list = lists
                    .iter()
                    .find(|it| it.score(weights, &[].into()).is_some());
                let list = list.ok_or_else(|| {
                    let there = ["charlson", "quan-2011", "van-walraven-2009"];
                    wrong(place, none("score", "评分", (weights, &there)))
                })?;
                let lists = Lists::of(list.name(), system, place)?;
                let weight = |it: &Group| it.weights.get(weights).copied().unwrap_or_default();
                let told = Told::Score(lists.groups.all().iter().map(weight).collect());
                Ok(Asked { lists, told })
            }
            _ => Err(DataFusionError::Internal("another signature".to_owned())),
        }
    }
}

fn no_group(list: &str, group: &str, place: TextPlace) -> DataFusionError {
    let message = format!("{list} has no group {group:?}: `consilium codes groups` lists them");
    let in_chinese = format!("{list} 中没有分组 {group:?}：`consilium codes groups` 可列出各分组");
    wrong(place, [message, in_chinese])
}

/// The groups that codes belong to, as they come.
#[derive(Debug)]
struct Found {
    asked: Arc<Asked>,
    set: u64,
}

impl Accumulator for Found {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(codes) = values.last().and_then(|it| it.as_string_opt::<i32>()) else {
            return Ok(());
        };
        for code in codes.iter().flatten() {
            self.set |= self.asked.lists.of_code(code);
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let sets = states
            .first()
            .and_then(|it| it.as_primitive_opt::<UInt64Type>());
        let sets = sets.into_iter().flat_map(UInt64Array::iter);
        self.set = sets.flatten().fold(self.set, |all, set| all | set);
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::UInt64(Some(self.set))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let set = self.asked.lists.after_hierarchy(self.set);
        let is_there = |number: usize| set & 1 << number != 0;
        Ok(match &self.asked.told {
            Told::Group(number) => ScalarValue::Boolean(Some(is_there(*number))),
            Told::Score(weights) => {
                let there = weights.iter().enumerate().filter(|(it, _)| is_there(*it));
                let sum: i64 = there.map(|(_, weight)| i64::from(*weight)).sum();
                ScalarValue::Int64(Some(sum))
            }
        })
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}
