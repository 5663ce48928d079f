//! Models as files.

use consilium_gbdt::{
    BadModel, BadSpecification, Boosting, Branch, Leaf, Model, Node, NodeId, Objective, Rule, Side,
    Specification, Tree,
};
use proptest::prelude::*;

use crate::world::{OBJECTIVES, boosting, fit, specification, table};

fn written() -> String {
    let table = table(Objective::Logistic, 200, 1);
    let spec = Specification {
        trees: 3,
        ..specification(Objective::Logistic)
    };
    serde_json::to_string(&fit(spec, &table).model).unwrap()
}

#[test]
fn a_model_comes_back_bit_for_bit() {
    for objective in OBJECTIVES {
        let model = fit(specification(objective), &table(objective, 200, 1)).model;
        let text = serde_json::to_string(&model).unwrap();
        let back: Model = serde_json::from_str(&text).unwrap();
        assert_eq!(back, model);
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }
}

#[test]
fn an_unknown_format_or_key_is_refused() {
    let error = |text: String| {
        serde_json::from_str::<Model>(&text)
            .unwrap_err()
            .to_string()
    };
    let unknown = error(written().replacen("\"format\":1", "\"format\":2", 1));
    assert!(unknown.contains("written in format 2"), "{unknown}");
    assert!(error(written().replacen("\"gain\"", "\"pain\"", 1)).contains("pain"));
    assert!(error(written().replacen("\"falling\"", "\"rising\"", 1)).contains("name of its own"));
    let column = written().replacen("\"column\":0", "\"column\":4", 1);
    assert!(error(column).contains("asks for column 4"));
}

fn leaf() -> Node<Rule> {
    Node::Leaf(Leaf {
        value: 1.0,
        cover: 1.0,
    })
}

fn branch(left: u32, right: u32) -> Node<Rule> {
    Node::Branch(Branch {
        choice: Rule {
            column: 0,
            threshold: 0.0,
            missing: Side::Left,
        },
        left: NodeId(left),
        right: NodeId(right),
        gain: 1.0,
        cover: 2.0,
    })
}

#[test]
fn nodes_that_are_no_tree_are_refused() {
    for nodes in [
        vec![],
        vec![branch(0, 1), leaf()],
        vec![branch(1, 1), leaf()],
        vec![branch(1, 3), leaf(), leaf()],
        vec![branch(1, 2), leaf(), leaf(), leaf()],
        vec![branch(1, 2), branch(0, 2), leaf()],
        vec![branch(1, 2), branch(2, 3), leaf(), leaf()],
        vec![Node::Leaf(Leaf {
            value: f64::NAN,
            cover: 1.0,
        })],
    ] {
        assert!(Tree::new(nodes.clone()).is_err(), "{nodes:?}");
    }
    let tree = Tree::new(vec![branch(2, 1), leaf(), leaf()]).unwrap();
    let names = || vec!["x".to_owned()];
    let infinite = Model::new(
        Objective::Squared,
        names(),
        f64::INFINITY,
        vec![tree.clone()],
    );
    assert_eq!(infinite.unwrap_err(), BadModel::Number);
    let model = Model::new(Objective::Squared, names(), 0.5, vec![tree]).unwrap();
    assert!((model.margin(&[]) - 1.5).abs() < 1e-12);
    let many = vec![Tree::new(vec![leaf()]).unwrap(); 10_001];
    assert_eq!(
        Model::new(Objective::Squared, names(), 0.0, many).unwrap_err(),
        BadModel::Size
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_a_file_holds_it_is_a_model_or_an_error(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..128), 1..4),
        numbers in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(
            vec!["0", "1", "2", "-1", "4294967295", "1e308", "null", "\"x\""],
        )), 0..3),
    ) {
        let mut text = written();
        for (place, number) in numbers {
            let starts: Vec<usize> = text.match_indices(':').map(|(at, _)| at + 1).collect();
            let start = starts[place.index(starts.len())];
            let end = text[start..].find([',', '}', ']']).map_or(text.len(), |end| start + end);
            text.replace_range(start..end, number);
        }
        let mut bytes = text.into_bytes();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(model) = serde_json::from_slice::<Model>(&bytes) {
            let margins = model.margins(&[&[0.1, f64::NAN][..]; 4]);
            prop_assert_eq!(margins.len(), 2);
            prop_assert_eq!(margins[1].to_bits(), model.margin(&[]).to_bits());
        }
    }
}

#[test]
fn a_specification_names_the_key_that_is_wrong() {
    let wrong = |change: fn(&mut Specification)| {
        let mut spec = specification(Objective::Squared);
        change(&mut spec);
        let BadSpecification { key, .. } = Boosting::try_from(spec).unwrap_err();
        key
    };
    assert_eq!(
        wrong(|spec| spec.objective = Objective::Tweedie { power: 2.0 }),
        "objective.tweedie.power"
    );
    assert_eq!(wrong(|spec| spec.trees = 0), "trees");
    assert_eq!(wrong(|spec| spec.learning_rate = f64::NAN), "learning_rate");
    assert_eq!(wrong(|spec| spec.bins = 257), "bins");
    assert_eq!(wrong(|spec| spec.gradient_bits = Some(1)), "gradient_bits");
    assert_eq!(wrong(|spec| spec.gradient_bits = Some(9)), "gradient_bits");
    assert_eq!(wrong(|spec| spec.lambda = -1.0), "lambda");
    assert_eq!(wrong(|spec| spec.min_node = 1), "min_node");
    let read = |text: &str| serde_json::from_str::<Boosting>(text);
    assert!(
        read(r#"{"objective": "squared", "eta": 0.1}"#)
            .unwrap_err()
            .to_string()
            .contains("eta")
    );
    let least = read(
        r#"{"objective": {"tweedie": {"power": 1.3}}, "rows": {"goss": {"top": 0.2, "other": 0.1}}, "growth": {"leaf-wise": {"leaves": 31}}}"#,
    );
    let least = least.unwrap();
    let text = serde_json::to_string(&least).unwrap();
    assert_eq!(read(&text).unwrap(), least);
    assert_eq!(
        boosting(Specification::new(Objective::Squared)),
        read(r#"{"objective": "squared"}"#).unwrap()
    );
}
