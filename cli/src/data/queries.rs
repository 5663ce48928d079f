//! What other institutions have asked under keys of this one.

use std::{io::Write, ops::Range};

use consilium_base::hex;
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::short;
use crate::{
    client::{Answer as _, HouseDoor},
    listing::{self, Listed},
};

pub(super) async fn list(
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let listed = participant.queries(v1::QueriesRequest {}).await;
    listing::print(&listed.answer(lang)?.asked, json, out, lang)
}

impl Listed for v1::Asked {
    const NONE: [&'static str; 2] = ["nobody has asked this institution", "尚无机构向本机构查询"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["who asked", "查询方"],
        ["data set", "数据集"],
        ["version", "版本"],
        ["quarter", "季度"],
        ["queries", "查询数"],
        ["studies", "研究数"],
        ["last", "最近"],
    ];
    const NUMBERS: Range<usize> = 4..6;

    fn row(&self, _: Lang) -> Vec<String> {
        vec![
            self.peer.clone(),
            self.data.clone(),
            short(&self.version),
            self.quarter.clone(),
            self.queries.to_string(),
            self.studies.to_string(),
            UnixTime(self.last).to_string(),
        ]
    }

    fn line(&self, _: Lang) -> Value {
        json!({
            "peer": self.peer,
            "data": self.data,
            "version": hex::encode(&self.version),
            "quarter": self.quarter,
            "queries": self.queries,
            "studies": self.studies,
            "last": UnixTime(self.last).to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asked_how_often_is_shown_in_both_languages() {
        let asked = [v1::Asked {
            data: "members".to_owned(),
            version: vec![0xab; 32].into(),
            peer: "hospital".to_owned(),
            quarter: "2027-q1".to_owned(),
            queries: 1_000,
            studies: 2,
            last: 0,
        }];
        let pages = [(Lang::En, "who asked"), (Lang::Zh, "查询方")];
        for (lang, header) in pages {
            let mut page = Vec::new();
            listing::print(&asked, false, &mut page, lang).unwrap();
            let page = String::from_utf8(page).unwrap();
            for cell in [
                header,
                "hospital",
                "members",
                "abababababab",
                "2027-q1",
                "1000",
            ] {
                assert!(page.contains(cell), "{cell}: {page}");
            }
        }
        assert_eq!(asked[0].line(Lang::En)["queries"], 1_000);
    }
}
