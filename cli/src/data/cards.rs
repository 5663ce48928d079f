//! What members show of their data sets' scorecards, as the coordinator lists it.

use std::{cmp::Reverse, collections::BTreeSet, io::Write};

use consilium_base::hex;
use consilium_identity::{Directory, PublicKey};
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use consilium_scorecard::{Band, Dimension, Public, SignedPublic};
use serde_json::{Value, json};

use super::score::purpose;
use crate::{
    client::{Answer as _, Door},
    listing::{self, Listed},
};

/// The public part of a card, as the coordinator keeps it.
struct Shown {
    signed: SignedPublic,
    received: UnixTime,
    /// The steward's key, for which the institution vouches by the coordinator.
    steward: Vec<u8>,
    /// Whether the steward's signature is that of the key for which the institution vouches.
    is_signed: bool,
}

/// Lists what members show of their data sets for a purpose, the fittest first.
pub(super) async fn federation(
    (purpose, door): (Option<&str>, &Door),
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let purpose = purpose.map(|purpose| purpose::called(purpose, lang));
    let purpose = purpose.transpose()?;
    let mut coordinator = door.coordinator(lang).await?;
    let list = coordinator.scorecards(v1::ScorecardsRequest {}).await;
    let mut shown = Vec::new();
    for kept in list.answer(lang)?.cards {
        let shown_here = read(&kept)?;
        let its = &shown_here.signed.public.purpose;
        let wanted = purpose.as_ref().is_none_or(|purpose| its == purpose);
        if wanted {
            shown.push(shown_here);
        }
    }
    order(&mut shown);
    listing::print(&shown, json, out, lang)
}

/// Puts the fittest first: what is signed before what is not, cards with all that counts before others, higher
/// composites before lower ones and none, then higher quality.
fn order(shown: &mut [Shown]) {
    shown.sort_by_cached_key(|it| {
        let public = &it.signed.public;
        let quality = band(public, Dimension::Quality);
        let name = (public.institution.to_string(), public.data_set.clone());
        let fitness = Reverse((
            it.is_signed,
            public.missing.is_empty(),
            public.composite,
            quality,
        ));
        (public.purpose.to_string(), fitness, name)
    });
}

fn read(kept: &v1::KeptScorecard) -> anyhow::Result<Shown> {
    let signed = SignedPublic::from_json(&kept.card)?;
    let key = kept.steward.as_ref().try_into().ok();
    let key = key.and_then(|key| PublicKey::from_bytes(key).ok());
    let is_signed = key.is_some_and(|key| {
        let directory = Directory::from([(signed.signer.clone(), key)]);
        signed.public.institution.as_str() == kept.institution && signed.verify(&directory).is_ok()
    });
    Ok(Shown {
        received: UnixTime(kept.received),
        steward: kept.steward.to_vec(),
        is_signed,
        signed,
    })
}

fn band(public: &Public, dimension: Dimension) -> Option<Band> {
    public.dimensions.get(&dimension).map(|it| it.band)
}

impl Listed for Shown {
    const NONE: [&'static str; 2] = ["nobody shows a scorecard", "没有机构出示评分卡"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["institution", "机构"],
        ["data set", "数据集"],
        ["purpose", "用途"],
        ["composite", "综合"],
        ["quality", "质量"],
        ["scarcity", "稀缺性"],
        ["privacy", "隐私"],
        ["value", "价值"],
        ["made", "制作于"],
        ["signed by", "签名"],
        ["says it is countersigned by", "自称会签者"],
    ];

    fn row(&self, lang: Lang) -> Vec<String> {
        let public = &self.signed.public;
        let said =
            |band: Option<Band>| band.map_or_else(|| "–".to_owned(), |band| band.to_string());
        let signer = if self.is_signed {
            self.signed.signer.clone()
        } else {
            let forged = lang.pick("(not theirs!)", "（签名不符！）");
            format!("{} {forged}", self.signed.signer)
        };
        let mut row = vec![
            public.institution.to_string(),
            public.data_set.clone(),
            public.purpose.to_string(),
            said(public.composite),
        ];
        row.extend(Dimension::ALL.map(|dimension| {
            let is_proxy = public.dimensions.get(&dimension).is_some_and(|it| it.proxy);
            let proxy = lang.pick(" by proxy", "（代理任务）");
            said(band(public, dimension)) + if is_proxy { proxy } else { "" }
        }));
        let countersigned = public.dimensions.values().flat_map(|it| &it.countersigned);
        let countersigned: BTreeSet<&str> = countersigned.map(|it| &*it.signer).collect();
        let countersigned = countersigned.into_iter().collect::<Vec<_>>().join(", ");
        row.extend([public.made.to_string(), signer, countersigned]);
        row
    }

    fn line(&self, _: Lang) -> Value {
        let signed = json!(self.signed);
        json!({
            "public": signed["public"],
            "signer": signed["signer"],
            "signature": signed["signature"],
            "steward": hex::encode(&self.steward),
            "verified": self.is_signed,
            "received": self.received.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;
    use consilium_identity::IdentityKey;
    use consilium_scorecard::{
        About, Card, Evidence, EvidenceHash, EvidenceKind, Found, Purpose, Salt, Score, Signed,
        Subscore, Version, VersionHash,
    };

    use super::*;

    fn key(seed: u8) -> IdentityKey {
        IdentityKey::from_seed(&Seed::from_bytes([seed; 32]))
    }

    /// What an institution shows, signed by one key and vouched for with another.
    fn shown(institution: &str, score: f64, (signed, vouched): (u8, u8)) -> Shown {
        let about = About {
            federation: None,
            institution: institution.parse().unwrap(),
            data_set: "heart".to_owned(),
            version: Version::Registered(VersionHash([1; 32])),
            made: UnixTime(1_800_000_000),
            salt: Salt([2; 32]),
        };
        let found = Found {
            subscores: vec![Subscore {
                id: "completeness".to_owned(),
                score: Score::of(score, score, score).unwrap(),
                weight: 1.0,
            }],
            proxy: false,
            evidence: Evidence {
                kind: EvidenceKind::Report,
                hash: EvidenceHash([7; 32]),
                tool: "consilium 0.1.0".to_owned(),
                at: None,
                countersigned: Vec::new(),
            },
        };
        let purpose = Purpose::built_in("training").unwrap();
        let card = Card::of(about, &purpose, vec![(Dimension::Quality, found)]);
        let signed = Signed::sign(card, &format!("{institution}/li"), &key(signed)).unwrap();
        let kept = v1::KeptScorecard {
            institution: institution.to_owned(),
            card: serde_json::to_string(&signed.public()).unwrap(),
            steward: key(vouched).public().to_bytes().to_vec().into(),
            received: 1_800_000_001,
        };
        read(&kept).unwrap()
    }

    #[test]
    fn the_fittest_comes_first_and_what_nobody_signed_last() {
        let mut all = [
            shown("low", 15.0, (1, 1)),
            shown("forged", 99.0, (1, 2)),
            shown("high", 85.0, (3, 3)),
        ];
        order(&mut all);
        let rows = all.each_ref().map(|it| it.row(Lang::En));
        let names = rows.each_ref().map(|row| row[0].as_str());
        assert_eq!(names, ["high", "low", "forged"]);
        assert_eq!(
            rows[0][2..8],
            ["training", "80–100", "80–100", "–", "–", "–"]
        );
        assert_eq!(rows[0][9], "high/li");
        assert_eq!(rows[2][9], "forged/li (not theirs!)");
        let line = all[0].line(Lang::En);
        assert_eq!(line["verified"], true);
    }
}
