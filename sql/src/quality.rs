//! What rules about the quality of rows are made of: `bucket`, `to_day`, `to_number`, `to_flag`, `finite`,
//! `number_text`, `code_validity`, `first_rows`, and `valid_citizen_id`, `citizen_birth`, `citizen_sex`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use consilium_codes::{CodeTable, Day, Validity};
use consilium_data::Date;
use consilium_entities::Kind;
use consilium_mapping::{Mapping, TextPlace};
use consilium_schema::DateOrder;
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, Date32Array, Float64Array, Int64Array,
    StringArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    Accumulator, ColumnarValue, ScalarUDF, Volatility, create_udaf, create_udf,
};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use crate::comorbidity::wrong;

const VALIDITY: &str = "code_validity";

/// Into how many buckets texts fall.
const BUCKETS: u64 = 64;

/// Tables of code systems, by the names of their sources.
pub(crate) type Tables = BTreeMap<String, Arc<Known>>;

/// A table of codes, and which of them have others under them.
#[derive(Debug)]
pub(crate) struct Known {
    table: CodeTable,
    headers: HashSet<String>,
}

impl Known {
    pub(crate) fn new(table: CodeTable) -> Self {
        let above = table.iter().filter_map(|(code, row)| {
            let declared = row.parent.clone();
            declared.or_else(|| table.form().parent(code))
        });
        Self {
            headers: above.collect(),
            table,
        }
    }

    /// `valid`, `header` where it is valid and has codes under it, `stopped`, `not-yet`, `unknown`, or
    /// `malformed`.
    fn validity(&self, code: &str, day: Option<Day>) -> &'static str {
        let Ok(normal) = self.table.form().normalise(code) else {
            return "malformed";
        };
        match self.table.validity(&normal.code, day) {
            Validity::Valid if self.headers.contains(&normal.code) => "header",
            Validity::Valid => "valid",
            Validity::Unknown => "unknown",
            Validity::NotYet => "not-yet",
            Validity::Stopped => "stopped",
        }
    }
}

/// Adds the functions.
pub(crate) fn register(session: &SessionContext, mapping: &Mapping, tables: Tables) {
    let text = || DataType::Utf8;
    let functions = [
        create_udf(
            "bucket",
            vec![text()],
            DataType::Int64,
            Volatility::Immutable,
            Arc::new(|values| each_text(values, |it| Some(bucket(it.unwrap_or_default())))),
        ),
        create_udf(
            "to_day",
            vec![text(), text()],
            DataType::Date32,
            Volatility::Immutable,
            Arc::new(to_day),
        ),
    ];
    for function in functions.into_iter().chain(numbers()).chain(citizens()) {
        session.register_udf(function);
    }
    let place = mapping.place_of_name(VALIDITY);
    session.register_udf(create_udf(
        VALIDITY,
        vec![text(), text(), DataType::Date32],
        text(),
        Volatility::Immutable,
        Arc::new(move |values| validity(values, &tables, place)),
    ));
    session.register_udaf(create_udaf(
        "first_rows",
        vec![DataType::Boolean, DataType::Int64, DataType::Int64],
        Arc::new(text()),
        Volatility::Immutable,
        Arc::new(|_| Ok(Box::new(First::default()))),
        Arc::new(vec![text()]),
    ));
}

/// Gives those that read texts as numbers and answers, and write numbers as texts.
fn numbers() -> [ScalarUDF; 4] {
    let text = || DataType::Utf8;
    [
        create_udf(
            "to_number",
            vec![text()],
            DataType::Float64,
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let texts = arrays[0].as_string::<i32>().iter();
                let numbers = texts.map(|it| it.and_then(consilium_data::number_of));
                Ok(array(numbers.collect::<Float64Array>()))
            }),
        ),
        create_udf(
            "to_flag",
            vec![text()],
            DataType::Boolean,
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let texts = arrays[0].as_string::<i32>().iter();
                let flags = texts.map(|it| it.and_then(consilium_data::flag_of));
                Ok(array(flags.collect::<BooleanArray>()))
            }),
        ),
        create_udf(
            "finite",
            vec![DataType::Float64],
            DataType::Float64,
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let numbers = arrays[0].as_primitive::<Float64Type>().iter();
                let finite = numbers.map(|it| it.filter(|it| it.is_finite()));
                Ok(array(finite.collect::<Float64Array>()))
            }),
        ),
        create_udf(
            "number_text",
            vec![DataType::Float64],
            text(),
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let numbers = arrays[0].as_primitive::<Float64Type>().iter();
                // The shortest text that is read back as the number; a whole one has no point.
                let texts = numbers.map(|it| it.map(|it| it.to_string()));
                Ok(array(texts.collect::<StringArray>()))
            }),
        ),
    ]
}

/// Gives those that look into a citizen's number (GB 11643-1999).
fn citizens() -> [ScalarUDF; 3] {
    let text = || DataType::Utf8;
    [
        create_udf(
            "valid_citizen_id",
            vec![text()],
            DataType::Boolean,
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let ids = arrays[0].as_string::<i32>().iter();
                let valid = ids.map(|it| it.map(|it| citizen_id(it).is_some()));
                Ok(array(valid.collect::<BooleanArray>()))
            }),
        ),
        create_udf(
            "citizen_birth",
            vec![text()],
            DataType::Date32,
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let ids = arrays[0].as_string::<i32>().iter();
                let born = ids.map(|it| {
                    let id = citizen_id(it?)?;
                    Date::parse(id.get(6..14)?, DateOrder::Ymd).map(Date::days)
                });
                Ok(array(born.collect::<Date32Array>()))
            }),
        ),
        create_udf(
            "citizen_sex",
            vec![text()],
            text(),
            Volatility::Immutable,
            Arc::new(|values| {
                let arrays = ColumnarValue::values_to_arrays(values)?;
                let ids = arrays[0].as_string::<i32>().iter();
                let sexes = ids.map(|it| {
                    let id = citizen_id(it?)?;
                    // Odd numbers of the last three digits before the check character are men's.
                    let digit = id.as_bytes().get(16)?;
                    Some(if digit % 2 == 1 { "m" } else { "f" })
                });
                Ok(array(sexes.collect::<StringArray>()))
            }),
        ),
    ]
}

fn array(array: impl datafusion::arrow::array::Array + 'static) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(array))
}

fn each_text(
    values: &[ColumnarValue],
    number: impl Fn(Option<&str>) -> Option<i64>,
) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(values)?;
    let texts = arrays[0].as_string::<i32>().iter();
    Ok(array(texts.map(number).collect::<Int64Array>()))
}

/// The bucket of a text: FNV-1a of 64 bits (Fowler, Noll, Vo; IETF draft-eastlake-fnv), both halves of it
/// folded into one.
///
/// # Discussion
///
/// Nobody has to be kept from finding a text for a bucket: it spreads an institution's own keys for its
/// own intervals.
fn bucket(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::try_from((hash ^ (hash >> 32)) % BUCKETS).unwrap_or_default()
}

/// A text as a day, in the order `ymd`, `dmy` or `mdy`; missing where it is none.
fn to_day(values: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(values)?;
    let orders = arrays[1].as_string::<i32>().iter();
    let days = arrays[0].as_string::<i32>().iter().zip(orders);
    let days = days.map(|(text, order)| {
        let order = match order? {
            "dmy" => DateOrder::Dmy,
            "mdy" => DateOrder::Mdy,
            _ => DateOrder::Ymd,
        };
        Date::parse(text?, order).map(Date::days)
    });
    Ok(array(days.collect::<Date32Array>()))
}

/// A valid number of a citizen in its normal form, blanks and wide digits taken away.
fn citizen_id(text: &str) -> Option<String> {
    // Whether somebody is born yet is held against the report's day by rules.
    let last = consilium_entities::Day::new(9999, 12, 31)?;
    let normal = Kind::CitizenId.normalise(text, last).ok()??;
    normal.repairs.is_empty().then(|| normal.text.into_owned())
}

fn validity(values: &[ColumnarValue], tables: &Tables, place: TextPlace) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(values)?;
    let (names, codes) = (arrays[0].as_string::<i32>(), arrays[1].as_string::<i32>());
    let days = arrays[2].as_primitive::<Date32Type>();
    let mut last: Option<(&str, &Known)> = None;
    // Days of a batch repeat.
    let mut read: HashMap<i32, Option<Day>> = HashMap::new();
    let mut said = Vec::with_capacity(codes.len());
    for ((name, code), day) in names.iter().zip(codes).zip(days) {
        let (Some(name), Some(code)) = (name, code) else {
            said.push(None);
            continue;
        };
        let known = match last {
            Some((before, known)) if before == name => known,
            _ => tables.get(name).ok_or_else(|| no_table(name, place))?,
        };
        last = Some((name, known));
        let day = day.and_then(|it| *read.entry(it).or_insert_with(|| day_at(it)));
        said.push(Some(known.validity(code, day)));
    }
    Ok(array(StringArray::from(said)))
}

/// A day by its number, as tables of codes have it.
fn day_at(days: i32) -> Option<Day> {
    Date::at(days)?.to_string().parse().ok()
}

fn no_table(name: &str, place: TextPlace) -> DataFusionError {
    let message = format!("the source {name:?} is no table of codes");
    let in_chinese = format!("数据源 {name:?} 不是编码表");
    wrong(place, [message, in_chinese])
}

/// The first rows for which a condition is false, by their numbers.
#[derive(Debug, Default)]
struct First {
    rows: Vec<i64>,
    most: usize,
}

impl First {
    fn keep(&mut self, row: i64) {
        // Rows come mostly in order.
        if self.rows.len() >= self.most && self.rows.last().is_some_and(|last| *last <= row) {
            return;
        }
        let place = self.rows.partition_point(|it| *it < row);
        self.rows.insert(place, row);
        self.rows.truncate(self.most);
    }

    fn text(&self) -> ScalarValue {
        let rows: Vec<String> = self.rows.iter().map(i64::to_string).collect();
        ScalarValue::Utf8(Some(rows.join(" ")))
    }
}

impl Accumulator for First {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [held, rows, most] = values else {
            return Ok(());
        };
        let rows = rows.as_primitive::<Int64Type>();
        let most = most.as_primitive::<Int64Type>();
        if let Some(Some(most)) = most.iter().next() {
            self.most = usize::try_from(most).unwrap_or_default();
        }
        for (held, row) in held.as_boolean().iter().zip(rows) {
            if let (Some(false), Some(row)) = (held, row) {
                self.keep(row);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let texts = states.first().and_then(|it| it.as_string_opt::<i32>());
        for text in texts.into_iter().flatten().flatten() {
            let rows = text.split(' ').filter_map(|it| it.parse().ok());
            let rows: Vec<i64> = rows.collect();
            self.most = self.most.max(rows.len());
            for row in rows {
                self.keep(row);
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.text()])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(self.text())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.capacity() * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_shape_fall_evenly_into_buckets() {
        let mut counts = [0_u32; 64];
        for number in 0..64_000 {
            let bucket = bucket(&format!("P{number:08}"));
            counts[usize::try_from(bucket).unwrap()] += 1;
        }
        // 1000 in each: beyond 6 standard deviations by chance never.
        assert!(
            counts.iter().all(|it| (810..1190).contains(it)),
            "{counts:?}"
        );
    }

    #[test]
    fn an_id_has_its_check_character_and_is_not_repaired() {
        // GB 11643-1999, annex A.
        assert!(citizen_id("11010519491231002X").is_some());
        assert_eq!(citizen_id("110105194912310021"), None);
        // The older form of 15 digits.
        assert_eq!(citizen_id("110105491231002"), None);
        // Blanks and wide digits are no part of it.
        let normal = citizen_id("110105 19491231 002X");
        assert_eq!(normal.as_deref(), Some("11010519491231002X"));
        assert_eq!(citizen_id("１１０１０５１９４９１２３１００２Ｘ"), normal);
    }

    #[test]
    fn the_first_rows_are_kept_in_whatever_order_they_come() {
        let mut first = First {
            rows: Vec::new(),
            most: 2,
        };
        for row in [5, 9, 2, 7, 3] {
            first.keep(row);
        }
        assert_eq!(first.rows, [2, 3]);
    }
}
