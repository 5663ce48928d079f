//! The key with which a steward signs, as a command line names it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use consilium_identity::IdentityKey;
use consilium_plan::{Lang, Name};

use super::{PublicFile, check_key, open_key};
use crate::hint::OrHint as _;

/// Who signs.
#[derive(Debug, Args)]
pub(crate) struct StewardKey {
    /// The steward's key, as `consilium person new-key` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Holds the key's passphrase; default: it is asked for on the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// The steward's name; default: the one in the key's public file
    #[arg(long, value_name = "NAME")]
    steward: Option<String>,
}

impl StewardKey {
    /// Gives the steward's name, and sees that the key can be opened, as far as that can be told before
    /// its passphrase is typed: what would keep the steward from signing is said before there is anything to
    /// read.
    pub(crate) fn name(&self, lang: Lang) -> anyhow::Result<Name> {
        check_key(&self.key, self.passphrase_file.as_deref(), lang)?;
        let name = match &self.steward {
            Some(name) => name.clone(),
            None => {
                PublicFile::beside(&self.key, lang)
                    .or_hint(lang.pick(
                        "say who signs with --steward NAME",
                        "请用 --steward 姓名 说明签署人",
                    ))?
                    .name
            }
        };
        Name::try_from(name).context(lang.pick("the steward's name", "数据管理员姓名"))
    }

    /// Opens the key.
    pub(crate) fn open(&self, lang: Lang) -> anyhow::Result<IdentityKey> {
        open_key(&self.key, self.passphrase_file.as_deref(), lang)
    }
}
