//! Codes and comorbidities in queries: `normal_code`, `comorbidity` and `comorbidity_score`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use consilium_codes::{Form, Groups};
use consilium_mapping::{Fault, Mapping, TextPlace};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, StringArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{Accumulator, ColumnarValue, Volatility, create_udaf, create_udf};
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
    let place = mapping.place_of_name(ONE);
    session.register_udaf(create_udaf(
        ONE,
        vec![text(), text(), text(), text()],
        Arc::new(DataType::Boolean),
        Volatility::Immutable,
        Arc::new(move |args| {
            let [list, group, system] = literals(&args, ONE, place)?;
            let lists = Lists::of(&list, &system, place)?;
            let number = lists.groups.all().iter().position(|it| it.id == group);
            let number = number.ok_or_else(|| {
                let message =
                    format!("{list} has no group {group:?}: `consilium codes groups` lists them");
                let in_chinese =
                    format!("{list} 中没有分组 {group:?}：`consilium codes groups` 可列出各分组");
                wrong(place, [message, in_chinese])
            })?;
            Ok(Box::new(Found::new(lists, Told::Group(number))))
        }),
        Arc::new(vec![DataType::UInt64]),
    ));
    let place = mapping.place_of_name(SCORE);
    session.register_udaf(create_udaf(
        SCORE,
        vec![text(), text(), text()],
        Arc::new(DataType::Int64),
        Volatility::Immutable,
        Arc::new(move |args| {
            let [weights, system] = literals(&args, SCORE, place)?;
            let lists = [Groups::charlson(), Groups::elixhauser()];
            let lists = lists
                .into_iter()
                .find(|it| it.score(&weights, &[].into()).is_some());
            let lists = lists.ok_or_else(|| {
                let there = ["charlson", "quan-2011", "van-walraven-2009"];
                wrong(place, none("score", "评分", (&weights, &there)))
            })?;
            let lists = Lists::of(lists.name(), &system, place)?;
            Ok(Box::new(Found::new(lists, Told::Score(weights))))
        }),
        Arc::new(vec![DataType::UInt64]),
    ));
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

/// The arguments before the last, which must be texts in the query itself.
fn literals<const N: usize>(
    args: &AccumulatorArgs<'_>,
    function: &str,
    place: TextPlace,
) -> Result<[String; N]> {
    let texts = args.exprs.iter().take(N).map(|expr| {
        let literal = expr.downcast_ref::<Literal>()?;
        literal.value().try_as_str().flatten().map(str::to_owned)
    });
    let texts: Option<Vec<String>> = texts.collect();
    texts.and_then(|it| it.try_into().ok()).ok_or_else(|| {
        let message = format!("of {function} all arguments but the code are texts in quotes");
        let in_chinese = format!("{function} 除编码以外的参数都须是带引号的文本");
        wrong(place, [message, in_chinese])
    })
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
    fn of(list: &str, system: &str, place: TextPlace) -> Result<Arc<Lists>> {
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
        Ok(Arc::new(Lists {
            groups,
            form,
            hides,
            kept: Mutex::default(),
        }))
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

/// What is told of the groups that were found.
#[derive(Clone, Debug)]
enum Told {
    /// Whether that group is among them.
    Group(usize),
    /// The sum of these weights.
    Score(String),
}

/// The groups that codes belong to, as they come.
#[derive(Debug)]
struct Found {
    lists: Arc<Lists>,
    told: Told,
    set: u64,
}

impl Found {
    fn new(lists: Arc<Lists>, told: Told) -> Found {
        Found {
            lists,
            told,
            set: 0,
        }
    }
}

impl Accumulator for Found {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(codes) = values.last().and_then(|it| it.as_string_opt::<i32>()) else {
            return Ok(());
        };
        for code in codes.iter().flatten() {
            self.set |= self.lists.of_code(code);
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
        let set = self.lists.after_hierarchy(self.set);
        Ok(match &self.told {
            Told::Group(number) => ScalarValue::Boolean(Some(set & 1 << number != 0)),
            Told::Score(weights) => {
                let groups = self.lists.groups.all().iter().enumerate();
                let there = groups.filter(|(number, _)| set & 1 << number != 0);
                let weight =
                    |(_, group): (_, &consilium_codes::Group)| group.weights.get(weights).copied();
                let sum: i32 = there.filter_map(weight).sum();
                ScalarValue::Int64(Some(i64::from(sum)))
            }
        })
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}
