//! What is kept of a fit between its sums.

use std::future::Future;

use consilium_secagg::BookError;

use crate::training::Training;

/// Where the aggregator keeps how far a fit has come; `()` keeps nothing.
pub trait Keep {
    /// Keeps a fit that has gone on by an opened sum; it waits until this returns.
    ///
    /// Where the fit [holds histograms](Training::holds_histograms) it need not be kept.
    ///
    /// # Errors
    ///
    /// If it can't be written; the fit then ends.
    fn keep(&mut self, training: &Training) -> impl Future<Output = Result<(), BookError>> + Send;
}

impl Keep for () {
    async fn keep(&mut self, _: &Training) -> Result<(), BookError> {
        Ok(())
    }
}
