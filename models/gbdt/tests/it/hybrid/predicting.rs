//! Joint predictions.

use consilium_gbdt::{
    Column, Objective,
    hybrid::{HybridError, answer as answer_all, predict},
    vertical::answer,
};
use consilium_mailbox::{RunId, sim::World};

use super::world::{Case, Stores, insurer};

fn own_columns(case: &Case) -> Vec<Column> {
    let own = case.table.columns().len();
    case.pooled().columns()[..own].to_vec()
}

#[tokio::test(start_paused = true)]
async fn joint_predictions_are_those_of_one_model() {
    for (own, further) in [(0, 0), (2, 0), (1, 1)] {
        let mut case = Case::new(Objective::Logistic, own, &[100, 60, 140]);
        if further > 0 {
            case = case.with_further(further);
        }
        let world = World::new(1);
        let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
        let mails = World::new(2).mailboxes(&case.parties(), RunId([9; 16]));
        let answering = mails[2..].iter().zip(&hospitals).zip(&case.columns);
        let answering = answering.map(|((mail, model), columns)| async move {
            let rows = u32::try_from(columns[0].values.len()).unwrap();
            let answered = answer(mail, &insurer(), model, columns, rows).await;
            mail.clone().finish();
            answered.unwrap() == rows
        });
        let answering = futures_util::future::join_all(answering);
        let fund = async {
            let (Some(mail), Some(model)) = (mails.get(5), hospitals.get(3)) else {
                return 300;
            };
            let members = case.members();
            let asked = answer_all(mail, &insurer(), model, &case.further, &members).await;
            mail.clone().finish();
            asked.unwrap()
        };
        let own = own_columns(&case);
        let asking = async {
            let margins = predict(&mails[0], &label, &case.members(), &own).await;
            mails[0].clone().finish();
            margins.unwrap()
        };
        let (margins, answered, asked) = tokio::join!(asking, answering, fund);
        assert_eq!(asked, 300);
        assert!(answered.into_iter().all(|all| all));
        let pooled = case.pooled_fit(&case.cuts(&world)).model;
        let table = case.pooled();
        let columns: Vec<&[f64]> = table.values().collect();
        assert_eq!(margins, pooled.margins(&columns));
    }
}

#[tokio::test(start_paused = true)]
async fn rows_other_than_the_hospitals_are_refused() {
    let case = Case::new(Objective::Logistic, 1, &[100, 60, 140]);
    let world = World::new(1);
    let (label, _) = case.run(&world, &mut Stores::default()).await.all();
    let mails = World::new(2).mailboxes(&case.parties(), RunId([9; 16]));
    let mut own = own_columns(&case);
    own[0].values.pop();
    let error = predict(&mails[0], &label, &case.members(), &own).await;
    assert!(matches!(error, Err(HybridError::Vertical(_))));
}
