//! Errors of statistics as failures of a study.

use consilium_mailbox::PartyId;
use consilium_statistics::StatisticsError;

use super::Failure;
use crate::Code;

impl Failure {
    /// Gives an error of statistics as the failure that `me` tells.
    pub fn of_statistics(error: &StatisticsError, me: &PartyId) -> Failure {
        let of = |code, party| Failure::new(code).of(party).at("statistics");
        match error {
            StatisticsError::Mailbox(error) => error.into(),
            StatisticsError::Sum(error) => Failure::of_sum(error, me),
            StatisticsError::BadAnswer { aggregator } => of(Code::MessageMalformed, aggregator),
            StatisticsError::BadKey { peer } => of(Code::MessageMalformed, peer),
            StatisticsError::FalseSum { .. } | StatisticsError::OtherSums { .. } => {
                of(Code::StatisticsDiffer, me)
            }
            StatisticsError::LeftOut { .. } => of(Code::PartyAborted, me),
            StatisticsError::Dropped { differing, .. } => of(Code::PartyAborted, differing),
            _ => of(Code::Internal, me),
        }
    }
}
