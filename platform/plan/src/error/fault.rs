//! What can be wrong with a value of a plan.

use std::time::Duration;

use consilium_gbdt::{
    BadSpecification as BadSpecificationOfTrees, horizontal::BadAgreement, vertical::BadTerms,
};
use consilium_glm::BadSpecification;
use consilium_mailbox::PartyId;
use consilium_psi::BadEpsilon;
use consilium_schema::{DesignError, LabelError};
use consilium_secagg::ThresholdError;
use consilium_statistics::BadSpecification as BadStatistics;

use super::TrustFault;
use crate::time::length_text;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFault {
    /// Another version of the program wrote it.
    #[error("format {format} is not known, this program reads format {known}")]
    Format {
        /// The plan's.
        format: u32,
        /// Ours.
        known: u32,
    },
    /// People read it before they sign: it says what it shows.
    #[error(
        "1 to {most} characters are needed, without blanks at the ends, line breaks, control \
         characters or marks that turn the direction of writing"
    )]
    Text {
        /// The most characters.
        most: usize,
    },
    /// A party has one place.
    #[error("{party} has more than one place in the plan")]
    TwoPlaces {
        /// Which.
        party: PartyId,
    },
    /// Who has a part in a protocol brings a data set to it.
    #[error("{party} is no contributor of this plan")]
    NotContributor {
        /// Who is named.
        party: PartyId,
    },
    /// Contributors bring a data set, receivers don't.
    #[error("{party} {}", if *.contributes { "contributes and needs data = \"NAME\"" } else { "only receives and has no data" })]
    DataSet {
        /// Which.
        party: PartyId,
        /// Whether it contributes.
        contributes: bool,
    },
    /// The trees can't be grown so.
    #[error(transparent)]
    Trees(#[from] BadSpecificationOfTrees),
    /// The trees can't be grown on these columns, labels or rows.
    #[error(transparent)]
    TreesShared(#[from] BadAgreement),
    /// The labels can't be measured by the objective's distribution.
    #[error("the labels can't be measured by the distribution of the trees' objective")]
    TreesLabels,
    /// Columns are held against two classes.
    #[error("columns are held against a label that is yes or no")]
    EvidenceLabel,
    /// Numbers are cut into halves, quarters and so on.
    #[error("2, 4, 8, 16 or 32 bins are allowed")]
    EvidenceBins,
    /// Rows of codes are told in steps.
    #[error(
        "5, 10, 20, 50, 100, 200, 500 rows and so on are allowed: two plans with minima in between would tell a code's exact rows"
    )]
    CodesMinimum,
    /// A party brings more columns than are held against labels.
    #[error("a party brings at most {most} columns")]
    EvidenceColumns {
        /// The most columns.
        most: usize,
    },
    /// Columns of several institutions have their parties.
    #[error(
        "two to seventeen contributors bring columns of the same people, and all receive the result: \
         no others"
    )]
    NotVertical,
    /// Statistics are of rows of several, who all see them.
    #[error(
        "three or more contributors bring rows of the same columns, and all receive the result: no others"
    )]
    NotStatistics,
    /// Statistics over other contributors differ by what the lost one brings.
    #[error(
        "statistics are of all contributors: the study waits for whoever is missing, or fails; with fewer \
         the difference would tell of the missing one"
    )]
    StatisticsOfAll,
    /// The statistics can't be had.
    #[error(transparent)]
    Statistics(#[from] BadStatistics),
    /// Periods are parts of the calendar.
    #[error(
        "a period needs a column of dates, a length (\"month\", \"quarter\", \"half-year\", \"year\"), and the \
         first and the last month, such as from = \"2025-01\", until = \"2026-12\""
    )]
    Period,
    /// Hospitals with one schema, and those who know other things of their people.
    #[error(
        "three to a hundred hospitals, the parties with alignment, share features and columns; one \
         other party has the labels and up to six bring columns of the same people; all contribute \
         and receive the result"
    )]
    NotHybrid,
    /// What all hospitals have stands once.
    #[error(
        "{party} has alignment, so it is a hospital: its features and columns are those at the top"
    )]
    SharedColumns {
        /// Which.
        party: PartyId,
    },
    /// Each hospital has its own people.
    #[error(
        "the study that found {party}'s people is another hospital's too: each has one of its own"
    )]
    AlignedTogether {
        /// Which.
        party: PartyId,
    },
    /// Ciphertexts that are added up are of one set of parameters.
    #[error("hospitals add up ciphertexts of parameters = \"a\" only")]
    HybridParameters,
    /// Losses are added up where the labels are.
    #[error(
        "learning_curve = false is for kind = \"train-gbdt\" only: here the label holder adds losses up at home"
    )]
    LossesAtHome,
    /// One party has the labels.
    #[error("exactly one party has the labels: the one with label = {{ column = \"NAME\" }}")]
    LabelHolder,
    /// One party learns the predictions.
    #[error("exactly one party learns the predictions: the one with label_holder = true")]
    Asker,
    /// Who has no labels brings columns.
    #[error("{party} has no labels, so it brings features")]
    NoFeatures {
        /// Which.
        party: PartyId,
    },
    /// Each party's columns are declared.
    #[error(
        "{party} needs either schema = \"FILE\" with that file, or [[party.column]] tables of its own"
    )]
    PartySchema {
        /// Which.
        party: PartyId,
    },
    /// A study is named by its plan's hash.
    #[error(
        "the hash of a study's plan is needed, 64 hexadecimal digits as `consilium study show` gives it, \
         or the name of that plan's file"
    )]
    Study,
    /// Directions are known of columns whose names the label holder knows.
    #[error("column {column:?} is none of the label holder's: only those can be monotone")]
    Monotone {
        /// The column.
        column: String,
    },
    /// The trees can't be grown over columns of these parties.
    #[error("{}", terms_text(.0))]
    Vertical(#[from] BadTerms),
    /// Common rows are drawn alike by all.
    #[error(
        "test needs share (above 0, at most 0.9) with an optional seed: all keep the same rows"
    )]
    TestCommon,
    /// Very few rows for testing tell of single people.
    #[error(
        "of the fewest common rows that the plan allows, {rows}, this share keeps less than {least} \
         for testing: a larger share is needed, or a larger limits.minimum_rows"
    )]
    TestFew {
        /// The fewest common rows.
        rows: u64,
        /// The fewest rows for testing.
        least: u64,
    },
    /// Both sides of a split have so many rows, so a node has twice as many.
    #[error("must be at least twice min_side, {least}: no split of a smaller node is ever told")]
    NodeSmall {
        /// The fewest rows of a node that make sense.
        least: u64,
    },
    /// Whether the first tree is the label holder's own is said in two ways.
    #[error(
        "first_tree says otherwise: own_trees counts the first tree too, so that first_tree may be \
         left out"
    )]
    OwnTrees,
    /// Each kind of plan has keys of its own.
    #[error("this has no meaning in a plan of kind = {kind:?}")]
    OtherKind {
        /// The plan's kind.
        kind: &'static str,
    },
    /// Columns are prepared where all parties have the same.
    #[error(
        "kind = {kind:?} takes columns as they are declared: only train-glm and train-gbdt prepare them; \
         let a mapping make them what they should be"
    )]
    NotPreparing {
        /// The plan's kind.
        kind: &'static str,
    },
    /// A feature that is asked for is prepared.
    #[error("no feature {feature:?} is prepared: features names those of [[prepared]]")]
    NotPrepared {
        /// The wanted name.
        feature: String,
    },
    /// A model has at least one feature.
    #[error("at least one feature is needed")]
    NoFeature,
    /// One has the list, the others use codes.
    #[error(
        "one contributor has the list and one to seven use codes, and all receive the result: no others"
    )]
    NotDictionary,
    /// Codes are of a system that the program knows.
    #[error(
        "a system of codes is needed: icd-9-cm, icd-9-cm-procedures, icd-9-cm3-yb, icd-10, icd-10-cm, \
         icd-10-yb, icd-10-pcs, atc, chs-drg, local or local-NAME"
    )]
    System,
    /// Two align their rows, and both learn the result.
    #[error(
        "two contributors align their rows, and both receive the result: no others, and more only \
         with protocol = \"star\""
    )]
    NotTwo,
    /// Three and more align their rows, and all learn the result.
    #[error(
        "with protocol = \"star\" three to eight contributors align their rows, and all receive the \
         result: no others"
    )]
    NotSeveral,
    /// One of three and more leads.
    #[error("leader belongs to protocol = \"star\", and is one of the contributors")]
    Leader,
    /// A large set has its holder.
    #[error(
        "holder and queries belong to protocol = \"unbalanced\", which needs a holder: the one of \
         the two contributors with the large set"
    )]
    Holder,
    /// Noise has somebody who counts.
    #[error(
        "counter and epsilon belong together, and to protocol = \"cardinality\"; the counter is \
         one of the two contributors"
    )]
    Counter,
    /// A privacy loss is in range.
    #[error("{0}, in steps of 0.001")]
    Epsilon(#[from] BadEpsilon),
    /// A data set, version or split has no possible name.
    #[error("a name has 1 to 64 characters out of a-z, 0-9, '-', '_' and '.'")]
    Name,
    /// A version is 64 hexadecimal digits.
    #[error("a version is 64 hexadecimal digits, as `consilium data list` shows it")]
    Version,
    /// Somebody must get the result.
    #[error("nobody receives the result")]
    NoReceiver,
    /// A receiver that doesn't receive has no part.
    #[error("{party} neither contributes nor receives")]
    NoPart {
        /// Which.
        party: PartyId,
    },
    /// A feature or label can't enter the model.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A label can't be among the features.
    #[error("column {column:?} is the label, so it can't be a feature")]
    LabelAmongFeatures {
        /// The column.
        column: String,
    },
    /// The label has two rules, or one that is none.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// The label's rule doesn't suit the column.
    #[error("column {column:?} is of type {kind}: {} has no meaning for it", rule_text(*.rule))]
    LabelRule {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
        /// The rule's key; none where the label is the value itself.
        rule: Option<&'static str>,
    },
    /// The label's rule names a level that there is not.
    #[error("column {column:?} has no level {level:?}, it has {}", levels.join(", "))]
    NoLevel {
        /// The column.
        column: String,
        /// What is named.
        level: String,
        /// What there are.
        levels: Vec<String>,
    },
    /// Sums are bounded by what is declared.
    #[error("column {column:?} needs min and max in the schema: sums are bounded by them")]
    NoRange {
        /// The column.
        column: String,
    },
    /// What a product with a number tells is counted by its factors.
    #[error(
        "product {product:?} is made of a number, so what it tells is counted by both factors: {factor:?} needs \
         to be among the features too"
    )]
    FactorMissing {
        /// The product.
        product: String,
        /// The feature that it is made of.
        factor: String,
    },
    /// The regression is none.
    #[error(transparent)]
    Regression(#[from] BadSpecification),
    /// Test rows are chosen one way.
    #[error("test needs either share (above 0, at most 0.9) with an optional seed, or split")]
    Test,
    /// Averaging, and measures of classes, are of logistic regressions.
    #[error("this is for family = \"logistic\" only")]
    OnlyLogistic,
    /// What a surrogate likelihood is made of belongs to it.
    #[error("this has a meaning with method = \"surrogate\" only")]
    OnlySurrogate,
    /// Newton's steps are those of one method.
    #[error("this has a meaning with method = \"newton\" only; a surrogate likelihood has rounds")]
    OnlyNewton,
    /// Somebody leads.
    #[error(
        "a surrogate likelihood is that of one contributor's rows: it needs lead = \"NAME\", and \
         shows a model of that contributor's rows to all"
    )]
    NoLead,
    /// A surrogate likelihood is corrected by sums over all.
    #[error(
        "method = \"surrogate\" compares no two sets of contributors: the study waits for whoever is \
         missing, or fails"
    )]
    AllNeeded,
    /// Institutions run what hides their rows.
    #[error(
        "method = \"surrogate\" is for experiments with mode = \"simulated\" only, where all rows are in one place: \
         its lead could read single rows of the others; leave method out"
    )]
    OnlyLab,
    /// What noise promises holds for all studies over the same rows together.
    #[error(
        "noise is for experiments with mode = \"simulated\" only: no ledger keeps yet how much of a privacy \
         budget studies over the same rows have used; leave noise out"
    )]
    NoLedger,
    /// Averaging's numbers make no sense.
    #[error(
        "rounds, epochs and batch are 1 to 10000, learning_rate is above 0, proximal is above 0 \
         for fedprox and left out for fedavg"
    )]
    Averaging,
    /// The thresholds can't be had.
    #[error(transparent)]
    Thresholds(#[from] ThresholdError),
    /// Going on without somebody needs somebody to go on without, and the reverse.
    #[error("on_dropout = {rule:?} contradicts dropouts = {dropouts}")]
    Dropouts {
        /// The rule.
        rule: &'static str,
        /// The number.
        dropouts: u32,
    },
    /// What is allowed for the others when somebody is lost needs a study that goes on.
    #[error("this has a meaning with on_dropout = \"continue\" only")]
    OnlyContinue,
    /// Those that remain are fewer than the study asks for.
    #[error(
        "of {contributors} contributors {dropouts} dropouts leave {remaining}, \
         minimum_verified asks for {minimum}"
    )]
    DropoutsBelowMinimum {
        /// Contributors of the plan.
        contributors: usize,
        /// Wanted dropouts.
        dropouts: usize,
        /// What is left.
        remaining: usize,
        /// What is asked for.
        minimum: usize,
    },
    /// Relaxing is for many contributors.
    #[error("{contributors} contributors are too few to relax anything: 20 are needed")]
    RelaxedTooFew {
        /// Contributors of the plan.
        contributors: usize,
    },
    /// A number is outside its range.
    #[error("{least} to {most} is allowed, not {given}")]
    Number {
        /// What the plan says.
        given: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// More is asked for than can be there.
    #[error("{minimum} rows are asked for, at most {possible} can come together")]
    TooManyRows {
        /// Rows asked for.
        minimum: u64,
        /// The most there can be.
        possible: u64,
    },
    /// A time says its offset.
    #[error("a date and time with offset is needed, such as 2027-01-31T00:00:00+08:00")]
    Time,
    /// A length of time has a unit.
    #[error(
        "a length of time is a whole number above zero with a unit: \"500ms\", \"30s\", \"10m\", \"2h\", \"14d\""
    )]
    Length,
    /// Lengths of time come in order.
    #[error("{} is not longer than the {} of {shorter_key}", length_text(*.longer), length_text(*.shorter))]
    Patience {
        /// This.
        longer: Duration,
        /// What it must be longer than.
        shorter: Duration,
        /// The key of that.
        shorter_key: &'static str,
    },
    /// Something of scorecards, weights, scarcity or values.
    #[error(transparent)]
    Trust(#[from] TrustFault),
}

/// Says why terms can't be agreed on, of a plan's key that is named beside it.
fn terms_text(error: &BadTerms) -> String {
    match error {
        BadTerms::Value { allowed, .. } => format!("must be {allowed}"),
        other => other.to_string(),
    }
}

/// Names a label's rule.
fn rule_text(rule: Option<&'static str>) -> &'static str {
    rule.unwrap_or("a label without positive_above or equals")
}
