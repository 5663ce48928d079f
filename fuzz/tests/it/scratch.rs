use std::{fs, path::Path, time::Duration};
use consilium_base::Seed;
use consilium_identity::*;
use consilium_plan::{Plan, Statement, Decision, Grant, DataVersion};
use consilium_proto::v1;
use prost::Message as _;
fn put(t: &str, n: &str, b: impl AsRef<[u8]>) {
    let f = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(t);
    fs::create_dir_all(&f).unwrap();
    fs::write(f.join(n), b).unwrap();
}
#[test]
fn seeds() {
    let now = UnixTime(1_795_000_000);
    let k = |n: u8| IdentityKey::from_seed(&Seed::from_bytes([n; 32]));
    let mut rng = Seed::from_bytes([3; 32]).generator();
    let a = Authority::found("Fuzz", k(1), now).unwrap();
    let party = "hospital-a".parse().unwrap();
    let r = SigningRequest::new(&party, &k(2));
    put("signing-request", "member.pem", r.to_pem());
    put("signing-request", "member.der", r.der());
    let c = a.issue(&r, Purpose::Client, Duration::from_hours(90*24), now, &mut rng).unwrap();
    put("certificate", "member.pem", c.to_pem());
    put("certificate", "member.der", c.der());
    put("certificate", "authority.pem", a.certificate().to_pem());
    put("certificate", "authority.der", a.certificate().der());
    let other = Authority::found("Fuzz", k(9), now).unwrap();
    let c = other.issue(&r, Purpose::Server, Duration::from_hours(9), now, &mut rng).unwrap();
    put("certificate", "stranger.der", c.der());
    let i = Invitation::random(a.certificate().federation(), "coordinator.example:8443", &mut rng).unwrap();
    put("invitation", "invitation", i.text().expose());
    put("invitation", "token", i.token().text().expose());
    put("invitation", "words", Fingerprint::of_key(&k(2).public()).words(WordList::English));
    put("invitation", "role", "participant");
    let plan = Plan::from_toml(include_str!("../../src/hips.toml")).unwrap();
    put("plan", "hips.toml", include_str!("../../src/hips.toml"));
    put("plan", "canonical.toml", plan.to_string());
    put("plan", "heart.toml", include_str!("../../../examples/heart-disease/plan.toml"));
    put("plan", "claims.toml", "title = \"Claims\"\npurpose = \"testing\"\nkind = \"train-glm\"\nschema = \"claims.toml\"\nfeatures = [\"age\", \"fee\", \"ward\"]\nlabel = { column = \"smoker\" }\n[comparison]\nfedavg = { rounds = 50 }\n[[party]]\nname = \"a\"\ndata = \"claims\"\n[[party]]\nname = \"b\"\ndata = \"claims\"\n[[party]]\nname = \"c\"\ndata = \"claims\"\n");
    let st = |decision| Statement {
        federation: consilium_plan::FederationId([1; 32]), signer: "east/li".parse().unwrap(), plan: plan.hash(), decision,
        at: consilium_plan::UnixTime(1_795_000_000), nonce: [4; 16] };
    let yes = st(Decision::Approve(Grant { data: DataVersion([1; 32]), runs: 3, until: consilium_plan::UnixTime(1_796_000_000), waiver: true }));
    let id = yes.id();
    put("approval", "approve.json", serde_json::to_vec(&yes).unwrap());
    put("approval", "refuse.json", serde_json::to_vec(&st(Decision::Refuse)).unwrap());
    put("approval", "revoke.json", serde_json::to_vec(&st(Decision::Revoke { of: id })).unwrap());
    let up = |kind| v1::Up { kind: Some(kind) }.encode_to_vec();
    let down = |kind| v1::Down { kind: Some(kind) }.encode_to_vec();
    put("link", "watch", up(v1::up::Kind::Watch(v1::Watch { peer: "b".into() })));
    put("link", "chunk", up(v1::up::Kind::Chunk(v1::Chunk { peer: "b".into(), path: 1, lane: 1, number: 7, total: Some(300), payload: vec![5; 40].into() })));
    put("link", "ack", up(v1::up::Kind::Ack(v1::Ack { peer: "b".into(), path: 1, lane: 0, number: 7, limit: 1 << 20 })));
    put("link", "peer-up", down(v1::down::Kind::PeerUp(v1::PeerUp { peer: "b".into(), path: 9, epoch: vec![1; 16].into() })));
    put("link", "rival", down(v1::down::Kind::Rival(v1::Rival {})));
    let member = |p: &str, n: u8, revoked| v1::Member { party: p.into(), key: k(n).public().to_bytes().to_vec().into(), revoked };
    let to = |kind| v1::ToParticipant { kind: Some(kind) }.encode_to_vec();
    put("control", "roster", to(v1::to_participant::Kind::Roster(v1::Roster { members: vec![member("a", 2, false), member("b", 3, true)] })));
    put("control", "offer", to(v1::to_participant::Kind::Offer(v1::StudyOffer { study: vec![1; 32].into(), plan: "title".into() })));
    put("control", "start", to(v1::to_participant::Kind::Start(v1::RunStart { study: vec![1; 32].into(), run: vec![1; 16].into(), attempt: 1, step: String::new(), contributors: vec!["a".into()], waivers: vec![] })));
    let mut chain = consilium_journal::Chain::new("hospital-a");
    let recs: Vec<_> = [consilium_journal::Kind::PLAN, consilium_journal::Kind::APPROVAL, consilium_journal::Kind::RUN].into_iter().map(|kind| chain.append(consilium_journal::Entry::new(consilium_plan::UnixTime(5), kind).with("by", "li"), &mut rng)).collect();
    put("journal", "sound.jsonl", consilium_journal::export("hospital-a", &recs));
    let cut = vec![recs[0].clone(), recs[1].redacted(), recs[2].clone()];
    put("journal", "redacted.jsonl", consilium_journal::export("hospital-a", &cut));
    for nth in [0u8, 1, 2, 3, 5, 6, 9, 12, 15, 20, 25, 30, 40, 50, 60] {
        for how in [1u8, 3] {
            put("secagg", &format!("{nth:02}-{how}"), [nth, how, 3, 0, 0xff, 0xff, 0x00, 0x80]);
        }
    }
    for nth in 0..8u8 {
        put("sealing", &format!("{nth}-1"), [nth, 1, 3, 0, 0xff, 0xff, 0x00, 0x80]);
        put("sealing", &format!("{nth}-5"), [nth, 5, 0, 0]);
    }
}
