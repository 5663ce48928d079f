//! The folder of a person who speaks to the coordinator.

use std::path::Path;

use consilium_plan::Lang;

use super::{
    Finding, files,
    network::{self, Expected},
};
use crate::{hint::said, person};

/// Looks at a person's folder; the key stays closed.
pub(super) async fn look(folder: &Path, lang: Lang) -> Vec<Finding> {
    let enrol = lang.pick(
        "`consilium person enrol --out FOLDER` makes the folder",
        "`consilium person enrol --out 文件夹` 创建该文件夹",
    );
    let mut findings = vec![
        files::private(&folder.join("key.pem"), enrol, lang),
        files::certificate(
            &folder.join("certificate.pem"),
            &folder.join("federation.pem"),
            lang,
        ),
    ];
    match person::coordinator(folder, lang) {
        Ok(coordinator) => {
            let expected = Expected {
                address: &coordinator.address,
                name: &coordinator.name,
                authority: &folder.join("federation.pem"),
            };
            findings.extend(network::look(&expected, lang).await);
        }
        Err(error) => {
            let what = folder.display().to_string();
            findings.push(Finding::failed(what, said(error, lang), enrol));
        }
    }
    findings
}
