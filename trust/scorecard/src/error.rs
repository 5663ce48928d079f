//! What is wrong with a purpose, or with a card.

use consilium_mailbox::PartyId;
use consilium_schema::TextPlace;

use crate::Dimension;

/// Why a text is no purpose.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PurposeError {
    /// It is longer than [`Purpose::LONGEST`](crate::Purpose::LONGEST).
    #[error("a purpose has at most 64 KiB")]
    TooLong,
    /// It is no TOML, or a key or value is not one of a purpose's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// Something is declared that can't be.
    #[error("{place}: {fault}")]
    Wrong {
        /// Where.
        place: TextPlace,
        /// What is wrong.
        fault: PurposeFault,
    },
}

/// What is wrong with a declaration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurposeFault {
    /// Ids stand in plans.
    #[error("an id has 1 to 64 characters out of a-z, 0-9, '-' and '_'")]
    Id,
    /// Names are seen as they are.
    #[error("a name is empty, too long, or has blanks at its ends or characters that are not seen")]
    Name,
    /// What counts less than nothing, or endlessly.
    #[error("a weight is a number from 0")]
    Weight,
    /// Nothing counts.
    #[error("no dimension has a weight above 0, or the weights are too large")]
    NoWeights,
    /// What must be there must count.
    #[error("{} is needed and has no weight", .dimension.id())]
    Weightless {
        /// Which.
        dimension: Dimension,
    },
    /// There is no such sub-score.
    #[error("{} has no sub-score {id:?}; it has {}", .dimension.id(), known(*.dimension))]
    Unknown {
        /// Of which dimension.
        dimension: Dimension,
        /// What it is called.
        id: String,
    },
}

fn known(dimension: Dimension) -> String {
    let ids: Vec<&str> = dimension.subscores().iter().map(|[id, ..]| *id).collect();
    ids.join(", ")
}

/// Why a text is no card, or one that nobody stands by.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// It is longer than [`Card::LONGEST`](crate::Card::LONGEST),
    /// [`SignedPublic::LONGEST`](crate::SignedPublic::LONGEST) or
    /// [`Countersignature::LONGEST`](crate::Countersignature::LONGEST).
    #[error(
        "a scorecard has at most 1 MiB, what others see of it 32 KiB, and a countersignature 16 KiB"
    )]
    TooLong,
    /// It is no JSON, or has fields that are not a card's.
    #[error("this is no scorecard: {message}")]
    Json {
        /// What the parser says.
        message: String,
    },
    /// It is of a form that this program doesn't know.
    #[error(
        "the scorecard has format {format}, and this program reads {}",
        crate::FORMAT
    )]
    Format {
        /// Which.
        format: u32,
    },
    /// Names are seen as they are.
    #[error("a name in the scorecard is empty, too long, or has characters that are not seen")]
    Name,
    /// A number is not one that it can be.
    #[error("a number of {} is none that a scorecard can have", .dimension.id())]
    Number {
        /// Where.
        dimension: Dimension,
    },
    /// There is more of a dimension than a card has place for.
    #[error(
        "{} has more than 64 parts or pieces of evidence, or a piece with more than 64 countersignatures",
        .dimension.id()
    )]
    TooMany {
        /// Of which.
        dimension: Dimension,
    },
    /// The weights of dimensions are above 0 and sum to 1, and what is needed has one.
    #[error("the weights are not above 0 with a sum of 1, or a dimension that is needed has none")]
    Weights,
    /// A score isn't the mean of what it is said to be made of.
    #[error("the score of {} is not the mean of its parts", place(*.dimension))]
    Mean {
        /// Of which; none of the composite.
        dimension: Option<Dimension>,
    },
    /// What it says of its purpose isn't what the purpose says.
    #[error("the weights on the scorecard, or what it needs, are not those of its purpose")]
    Purpose,
    /// A part is none of the dimension's, or is there twice.
    #[error("the scorecard has a part {id:?} of {} twice, or there is no such part", .dimension.id())]
    Part {
        /// Of which dimension.
        dimension: Dimension,
        /// What it is called.
        id: String,
    },
    /// Parts that are found in studies are on no report, and others in no study.
    #[error("{} has no evidence of the kind by which its parts are found, or other evidence", .dimension.id())]
    Evidence {
        /// Which dimension.
        dimension: Dimension,
    },
    /// What others are shown as missing or as the composite doesn't follow from the dimensions.
    #[error(
        "what is missing on the scorecard, or its composite, does not follow from its dimensions"
    )]
    Composite,
    /// It is signed in the name of another institution.
    #[error("{signer} is no steward of the scorecard's institution")]
    Stranger {
        /// Who.
        signer: String,
    },
    /// Nobody countersigns for itself.
    #[error("{signer} can't countersign what was found of its own institution")]
    OwnWord {
        /// Who.
        signer: String,
    },
    /// The signature isn't that signer's.
    #[error("the signature of {signer}: {fault}")]
    Forged {
        /// Who is said to have signed.
        signer: String,
        /// What is wrong with it.
        fault: consilium_base::BadSignature,
    },
    /// A countersignature says another score than the card.
    #[error("{signer} countersigned another {score} of {} than the card has", .dimension.id())]
    Contradicted {
        /// Who.
        signer: String,
        /// Of which dimension.
        dimension: Dimension,
        /// Which sub-score.
        score: String,
    },
    /// A countersignature is about something else.
    #[error("{signer} countersigned another {what}")]
    Elsewhere {
        /// Who.
        signer: String,
        /// What differs: "federation", "study" or "institution".
        what: &'static str,
    },
}

fn place(dimension: Option<Dimension>) -> &'static str {
    dimension.map_or("the composite", Dimension::id)
}

/// Why a report says nothing for a card.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It is longer than [`Found::LONGEST`](crate::Found::LONGEST).
    #[error("a report on {} has at most 64 MiB", .of.id())]
    TooLong {
        /// Of what.
        of: Dimension,
    },
    /// It is no JSON, or lacks what such a report has.
    #[error("this is no report on {}: {message}", .of.id())]
    Json {
        /// Of what.
        of: Dimension,
        /// What the parser says.
        message: String,
    },
    /// It is of a form that this program doesn't know.
    #[error("the report on {} has format {format}, and this program reads 1", .of.id())]
    Format {
        /// Of what.
        of: Dimension,
        /// Which.
        format: u32,
    },
    /// It has no score.
    #[error("the report on {} has no score", .of.id())]
    Nothing {
        /// Of what.
        of: Dimension,
    },
    /// It is no label holder's report on a model that was tested.
    #[error(
        "this is no own report of an institution whose column a study has predicted over several institutions' \
         columns, and tested"
    )]
    NotPredicted,
    /// The model goes by columns of the label holder, or doesn't say by which.
    #[error(
        "the model goes by columns of the institution itself: only one by others' columns alone says what these \
         can't predict"
    )]
    OwnColumns,
    /// Rules could not be run, and might have lowered a score.
    #[error("rules could not be run: {}", rules.join(", "))]
    NotRun {
        /// Which.
        rules: Vec<String>,
    },
    /// A number is none, or is called as none of ours.
    #[error("the report on {} has a score {id:?} that is none", .of.id())]
    Number {
        /// Of what.
        of: Dimension,
        /// What it is called.
        id: String,
    },
    /// It is another institution's.
    #[error("the report on {} is of {party}", .of.id())]
    Elsewhere {
        /// Of what.
        of: Dimension,
        /// Whose.
        party: PartyId,
    },
    /// It is of other rows than those that are registered.
    #[error("the report on {} is of another version of the data set than the registered one", .of.id())]
    Outdated {
        /// Of what.
        of: Dimension,
    },
}
