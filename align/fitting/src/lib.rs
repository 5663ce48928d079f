#![doc = include_str!("../README.md")]

mod error;
mod evidence;
mod fit;
mod fitted;
mod intent;
mod levels;
mod numbers;
mod raw;
mod remark;
mod select;
mod source;
mod text;

pub use error::{FitError, FitFault, Number, WayOut};
pub use fitted::{Entry, Fitted, LeftOut, Prepared, Reason, Unjudged, Value};
pub use intent::Intent;
pub use remark::{Origin, Rows};
pub use text::Remark;
