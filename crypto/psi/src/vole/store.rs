//! How the receiver's masked store is sent, m4 and m5 of docs/protocols/psi-vole.md.

use consilium_base::{Digest, Secret};
use consilium_mailbox::{Mailbox, Message as _, PartyId};

use super::{
    field::{self, Block},
    messages::{Masked, Seeded},
    prf,
};
use crate::{PsiError, error::check_length, progress::Progress};

/// A store on its way between two parties.
pub(crate) struct StoreTransfer<'a> {
    /// The own place in the run.
    pub(crate) mail: &'a Mailbox,
    /// The other party.
    pub(crate) peer: &'a PartyId,
    /// Columns of a message.
    pub(crate) chunk: usize,
}

impl StoreTransfer<'_> {
    /// Sends the seed of the rows and the masked columns.
    pub(crate) async fn send(
        &self,
        seed: Digest,
        columns: &[Block],
        progress: &Progress<'_>,
    ) -> Result<(), PsiError> {
        let StoreTransfer { mail, peer, chunk } = *self;
        mail.send(peer, &Seeded { seed }).await?; // m4
        for columns in columns.chunks(chunk) {
            let columns = field::write(columns).into();
            mail.send(peer, &Masked { columns }).await?; // m5
            progress.count();
        }
        Ok(())
    }

    /// Receives the seed of the rows.
    pub(crate) async fn seed(&self) -> Result<Digest, PsiError> {
        let Seeded { seed } = self.mail.recv(self.peer).await?; // m4
        Ok(seed)
    }

    /// Receives the columns: turns the sender's part of the correlation into the function's key.
    pub(crate) async fn receive(
        &self,
        delta: Block,
        mut b: Secret<Vec<Block>>,
        progress: &Progress<'_>,
    ) -> Result<Secret<Vec<Block>>, PsiError> {
        let StoreTransfer { mail, peer, chunk } = *self;
        for key in b.expose_mut().chunks_mut(chunk) {
            let Masked { columns } = mail.recv(peer).await?;
            check_length(peer, &columns, size_of_val(key))?;
            mail.compute(Masked::STEP, || {
                let columns: Vec<Block> = field::read(&columns).into_iter().flatten().collect();
                prf::unmask(key, delta, &columns);
            });
            progress.count();
        }
        Ok(b)
    }
}
