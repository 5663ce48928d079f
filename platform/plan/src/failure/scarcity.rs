//! Errors of a study of scarcity as failures of it.

use consilium_mailbox::PartyId;
use consilium_scarcity::ScarcityError;

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of a study of scarcity as the failure that `me` tells.
    pub fn of_scarcity(error: &ScarcityError, me: &PartyId) -> Failure {
        let of = |code, party| Failure::new(code).of(party).at("scarcity");
        match error {
            ScarcityError::Mailbox(error) => error.into(),
            ScarcityError::Sum(error) => Failure::of_sum(error, me),
            ScarcityError::BadAnswer { aggregator } => of(Code::MessageMalformed, aggregator),
            ScarcityError::BadKey { peer } => of(Code::MessageMalformed, peer),
            ScarcityError::FalseTables { .. }
            | ScarcityError::FalseZeros { .. }
            | ScarcityError::OtherSums { .. } => of(Code::StatisticsDiffer, me),
            ScarcityError::LeftOut { .. } => of(Code::PartyAborted, me),
            ScarcityError::Dropped { differing } => of(Code::PartyAborted, differing),
            _ => of(Code::Internal, me),
        }
    }
}
