use crate::CellFault;

/// The size up to which every integer has an `f64` of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a finite number in the usual form; words such as `inf` and `nan` are named as such.
pub(crate) fn parse_number(text: &str) -> Result<f64, CellFault> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(CellFault::NotFinite),
        Err(_) => Err(CellFault::NotANumber),
    }
}

/// Reads a number without fraction; `63.0` is one.
pub(crate) fn parse_whole(text: &str) -> Result<f64, CellFault> {
    let number = parse_number(text)?;
    if number.fract() != 0.0 {
        return Err(CellFault::NotWhole);
    }
    if number.abs() > EXACT {
        return Err(CellFault::TooLarge);
    }
    Ok(number)
}

/// The integer that `number` is, if it is one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole and at most 2^53 in size"
)]
pub(crate) fn exact(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
