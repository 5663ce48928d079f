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
    let pem = read(path, lang)?;
    let passphrase = terminal::passphrase(passphrase_file, lang)?;
    or_why(unlock(&pem, &passphrase), path, lang)
}

/// Says whether a key could be opened, as far as that can be told before its passphrase is typed.
///
/// # Errors
///
/// What [`open_key`] would say; of the passphrase only where it lies in a file.
pub(crate) fn check_key(
    path: &Path,
    passphrase_file: Option<&Path>,
    lang: Lang,
) -> anyhow::Result<()> {
    if passphrase_file.is_some() {
        return open_key(path, passphrase_file, lang).map(|_| ());
    }
    match unlock(&read(path, lang)?, &Secret::new(String::new())) {
        Err(KeyFileError::WrongPassphrase) => Ok(()),
        other => or_why(other, path, lang).map(|_| ()),
    }
}

fn read(path: &Path, lang: Lang) -> anyhow::Result<Secret<String>> {
    let pem = fs::read_to_string(path).with_context(|| reading(path, lang));
    Ok(Secret::new(pem.or_hint(lang.pick(
        "`consilium person new-key NAME` makes the file NAME.key.pem",
        "`consilium person new-key 名称` 生成文件 名称.key.pem",
    ))?))
}

fn unlock(pem: &Secret<String>, passphrase: &Secret<String>) -> Result<IdentityKey, KeyFileError> {
    IdentityKey::from_protected_pem(pem.expose(), passphrase)
}

/// Adds which key it is and the way out to why it was not opened.
fn or_why(
    opened: Result<IdentityKey, KeyFileError>,
    path: &Path,
    lang: Lang,
) -> anyhow::Result<IdentityKey> {
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
    opened.with_context(|| reading(path, lang)).or_hint(hint)
}

fn reading(path: &Path, lang: Lang) -> String {
    let reading = lang.pick("reading the key", "读取密钥");
    format!("{reading} {}", path.display())
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
        let hint = lang.pick(
            "`consilium person new-key` writes such a file beside the key, ending in .pub",
            "`consilium person new-key` 会在密钥旁写出以 .pub 结尾的公开文件",
        );
        let text = fs::read_to_string(path).with_context(reading);
        let text = text.or_hint(hint)?;
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
