#![doc = include_str!("../README.md")]

mod cell;
mod error;
mod experiment;
mod html;
mod knob;
mod learn;
mod load;
mod outcome;
mod predictor;
mod report;
mod rows;
mod simulate;
mod split;
mod tables;
mod verdict;

pub use cell::{Arm, Cell, CellKey};
pub use error::{LabError, LabFault, Part};
pub use experiment::{
    Departure, Experiment, FORMAT, LinkTerms, Links, MOST_SETTINGS, Mode, Published, Rest, RowFile,
    Setting, SettingNumber, Source, SplitBy, Suggested, TestPart, TestRows,
};
pub use html::Html;
pub use knob::{KNOBS, Knob};
pub use learn::{Gathered, Studies};
pub use outcome::{Fitted, Learnt, Outcome, PartyCost, PartyRows, RowCounts};
pub use predictor::{Joint, Predictor};
pub use report::figure;
pub use report::{
    Against, ArmReport, Beside, Estimated, EstimatedParty, Extent, FailedCell, Line, LostOf,
    Measure, PartyReport, PublishedReport, REPORT_FORMAT, Report, RowsReport, Said, SettingReport,
    Spread, TurnedKnob,
};
pub use rows::Rows;
pub use simulate::{Brought, Conditions, Simulated, SimulationError, Trained, simulate};
pub use tables::{Share, Tables, WrittenRows};
pub use verdict::{
    Bargain, Interval, Measured, NoVerdict, Pair, Scale, Unsure, Verdict, pareto_front,
};
