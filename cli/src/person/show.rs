use std::{io::Write, path::Path};

use consilium_plan::Lang;
use serde_json::json;

use super::{PublicFile, card, folder, words};

/// Shows whose a key is.
pub(super) fn run(place: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if place.is_dir() {
        return enrolled(place, json, out, lang);
    }
    let public = PublicFile::read(place, lang)?;
    if json {
        return Ok(writeln!(out, "{}", card(&public.name, &public.key))?);
    }
    writeln!(out, "{}{}", lang.pick("name: ", "姓名："), public.name)?;
    words(&public.key, out, lang)
}

fn enrolled(folder: &Path, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let coordinator = folder::coordinator(folder, lang)?;
    let certificate = folder::certificate(folder, lang)?;
    let until = certificate.validity().until;
    let name = certificate.party().as_str();
    if json {
        let mut line = card(name, certificate.key());
        line["federation"] = coordinator.federation.into();
        line["coordinator"] = coordinator.name.into();
        line["address"] = coordinator.address.into();
        line["certificate_ends"] = json!(until.to_string());
        return Ok(writeln!(out, "{line}")?);
    }
    writeln!(out, "{}{name}", lang.pick("name: ", "姓名："))?;
    words(certificate.key(), out, lang)?;
    writeln!(
        out,
        "{}{}",
        lang.pick("federation: ", "联邦："),
        coordinator.federation
    )?;
    let at = lang.pick(" at ", "，地址 ");
    writeln!(
        out,
        "{}{}{at}{}",
        lang.pick("coordinator: ", "协调方："),
        coordinator.name,
        coordinator.address
    )?;
    Ok(writeln!(
        out,
        "{}{until}",
        lang.pick("certificate ends: ", "证书到期：")
    )?)
}
