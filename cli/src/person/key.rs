//! Key files, and the public files beside them.

use std::{
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_base::Secret;
use consilium_identity::{IdentityKey, KeyFileError, PublicKey};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;

use crate::{hint::OrHint as _, new_file, random, terminal};

/// Makes a key, its file and its public file.
pub(super) fn make(
    name: &PartyId,
    path: &Path,
    passphrase_file: Option<&Path>,
    lang: Lang,
) -> anyhow::Result<PublicKey> {
    let passphrase = terminal::new_passphrase(passphrase_file, lang)?;
    let mut generator = random::seed()?.generator();
    let key = IdentityKey::random(&mut generator);
    let pem = key.to_protected_pem(&passphrase, &mut generator);
    let mut file = new_file::create_private(path, lang)?;
    file.write_all(pem.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| path.display().to_string())?;
    let beside = PublicFile::path(path);
    let public = PublicFile {
        name: name.to_string(),
        key: key.public(),
    };
    let mut file = new_file::create(&beside, lang)?;
    file.write_all(public.text().as_bytes())
        .with_context(|| beside.display().to_string())?;
    Ok(key.public())
}

/// Reads a key under its passphrase.
pub(crate) fn open_key(
    path: &Path,
    passphrase_file: Option<&Path>,
    lang: Lang,
) -> anyhow::Result<IdentityKey> {
    let reading = || {
        format!(
            "{} {}",
            lang.pick("reading the key", "读取密钥"),
            path.display()
        )
    };
    let pem = Secret::new(fs::read_to_string(path).with_context(reading)?);
    let passphrase = terminal::passphrase(passphrase_file, lang)?;
    let opened = IdentityKey::from_protected_pem(pem.expose(), &passphrase);
    let hint = match opened {
        Err(KeyFileError::Unprotected) => lang.pick(
            "put it under a passphrase: `openssl pkcs8 -topk8 -scrypt -in KEY -out NEW`",
            "请为其加上口令：`openssl pkcs8 -topk8 -scrypt -in 密钥 -out 新文件`",
        ),
        _ => lang.pick(
            "`consilium person new-key` makes keys; a forgotten passphrase can't be recovered",
            "`consilium person new-key` 生成密钥；遗忘的口令无法找回",
        ),
    };
    opened.with_context(reading).or_hint(hint)
}

/// What everybody may know of a person's key: one line, name and key.
#[derive(Debug)]
pub(crate) struct PublicFile {
    pub(crate) name: String,
    pub(crate) key: PublicKey,
}

const KIND: &str = "consilium-key-1";

impl PublicFile {
    /// Reads a public file.
    pub(crate) fn read(path: &Path, lang: Lang) -> anyhow::Result<PublicFile> {
        let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
        let text = fs::read_to_string(path).with_context(reading)?;
        let hint = lang.pick(
            "`consilium person new-key` writes such a file beside the key, ending in .pub",
            "`consilium person new-key` 会在密钥旁写出以 .pub 结尾的公开文件",
        );
        let none = lang.pick("this is no public file of a key", "这不是密钥的公开文件");
        PublicFile::parse(&text)
            .context(none)
            .with_context(reading)
            .or_hint(hint)
    }

    /// Reads the public file that lies beside a key.
    pub(crate) fn beside(key: &Path, lang: Lang) -> anyhow::Result<PublicFile> {
        PublicFile::read(&PublicFile::path(key), lang)
    }

    fn path(key: &Path) -> PathBuf {
        let mut path = OsString::from(key);
        path.push(".pub");
        path.into()
    }

    fn text(&self) -> String {
        format!("{KIND} {} {}\n", self.name, self.key)
    }

    fn parse(text: &str) -> Option<PublicFile> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [KIND, name, key] = words.as_slice() else {
            return None;
        };
        Some(PublicFile {
            name: (*name).to_owned(),
            key: key.parse().ok()?,
        })
    }
}
