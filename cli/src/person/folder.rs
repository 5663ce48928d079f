//! The folder of somebody who speaks to the coordinator: key, certificate, and where it is.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use consilium_identity::{AuthorityCertificate, Certificate, IdentityKey, SigningRequest};
use consilium_node::{
    files,
    grpc::enrolment_client::EnrolmentClient,
    tls::{Authority, ClientTls, Credentials},
};
use consilium_plan::Lang;
use consilium_proto::v1;
use serde::{Deserialize, Serialize};
use tonic::transport::Channel;

use super::open_key;
use crate::{clock, hint::OrHint as _, new_file};

/// Where the coordinator is, and what it is called in its certificate.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coordinator {
    pub(crate) name: String,
    /// Host and port.
    pub(crate) address: String,
    pub(crate) federation: String,
}

/// Somebody who speaks to the coordinator, with the key opened.
pub(crate) struct Folder {
    pub(crate) address: String,
    coordinator: String,
    place: PathBuf,
    certificate: String,
    authority: String,
    key: IdentityKey,
}

const COORDINATOR: &str = "coordinator.json";
const CERTIFICATE: &str = "certificate.pem";
const AUTHORITY: &str = "federation.pem";
const KEY: &str = "key.pem";

impl Folder {
    /// Reads a folder, and opens its key.
    pub(crate) fn open(
        folder: &Path,
        passphrase_file: Option<&Path>,
        lang: Lang,
    ) -> anyhow::Result<Folder> {
        let Coordinator { name, address, .. } = coordinator(folder, lang)?;
        Ok(Folder {
            address,
            coordinator: name,
            place: folder.to_owned(),
            certificate: read(folder, CERTIFICATE, lang)?,
            authority: read(folder, AUTHORITY, lang)?,
            key: open_key(&folder.join(KEY), passphrase_file, lang)?,
        })
    }

    /// Gives what the connection shows and expects.
    pub(crate) fn tls(&self) -> anyhow::Result<ClientTls> {
        let key = self.key.to_pem();
        let credentials =
            Credentials::from_pem(self.certificate.as_bytes(), key.expose().as_bytes())?;
        let authority = Authority::from_pem(self.authority.as_bytes())?;
        Ok(ClientTls::new(
            Some(&credentials),
            &authority,
            &self.coordinator,
        )?)
    }
}

impl Folder {
    /// Gets the next certificate if it is time for one.
    ///
    /// # Errors
    ///
    /// If the coordinator gives none, or another than was asked for; the present one stays.
    pub(crate) async fn renew_if_due(&self, channel: Channel) -> anyhow::Result<()> {
        let current = Certificate::from_pem(&self.certificate)?;
        if !current.is_due(clock::now()) {
            return Ok(());
        }
        let request = SigningRequest::new(current.party(), &self.key);
        let request = v1::RenewRequest {
            signing_request: request.der().to_vec().into(),
        };
        let answer = EnrolmentClient::new(channel)
            .renew(request)
            .await?
            .into_inner();
        let renewed = answer.chain.first().context("no certificate came back")?;
        let renewed = Certificate::from_der(renewed)?;
        renewed.check(
            &AuthorityCertificate::from_pem(&self.authority)?,
            clock::now(),
        )?;
        let is_ours = renewed.key() == current.key() && renewed.party() == current.party();
        ensure!(is_ours, "the certificate that came back is somebody else's");
        let place = self.place.join(CERTIFICATE);
        Ok(files::write(&place, renewed.to_pem().as_bytes())?)
    }
}

/// Reads the folder's certificate.
pub(crate) fn certificate(folder: &Path, lang: Lang) -> anyhow::Result<Certificate> {
    let reading = || format!("{}", folder.join(CERTIFICATE).display());
    Certificate::from_pem(&read(folder, CERTIFICATE, lang)?).with_context(reading)
}

/// Reads where the folder's coordinator is.
pub(crate) fn coordinator(folder: &Path, lang: Lang) -> anyhow::Result<Coordinator> {
    let text = read(folder, COORDINATOR, lang)?;
    serde_json::from_str(&text).with_context(|| folder.join(COORDINATOR).display().to_string())
}

/// Writes a folder; the key is copied as it lies in its file, under its passphrase.
pub(super) fn write(
    folder: &Path,
    coordinator: &Coordinator,
    (certificate, authority, key): (&str, &str, &str),
    lang: Lang,
) -> anyhow::Result<()> {
    let making = || {
        format!(
            "{} {}",
            lang.pick("making the folder", "创建文件夹"),
            folder.display()
        )
    };
    fs::create_dir_all(folder).with_context(making)?;
    let coordinator = serde_json::to_string_pretty(coordinator)? + "\n";
    let texts = [
        (CERTIFICATE, certificate),
        (AUTHORITY, authority),
        (COORDINATOR, &coordinator),
        (KEY, key),
    ];
    for (name, text) in texts {
        let path: PathBuf = folder.join(name);
        let written = new_file::create_private(&path, lang)?.write_all(text.as_bytes());
        written.with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn read(folder: &Path, name: &str, lang: Lang) -> anyhow::Result<String> {
    let path = folder.join(name);
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    fs::read_to_string(&path)
        .with_context(reading)
        .or_hint(lang.pick(
            "the folder is made by `consilium person enrol --out FOLDER`",
            "该文件夹由 `consilium person enrol --out 文件夹` 创建",
        ))
}
