//! Joint predictions.

use consilium_gbdt::{
    Objective,
    vertical::{Breach, FeatureModel, LabelModel, VerticalError, answer, predict},
};
use consilium_mailbox::{Fault, Message, RunId, sim::World};

use super::{
    wire::{Asked, Told, change},
    world::{Case, insurer, party},
};

type Predicted = (
    Result<Vec<f64>, VerticalError>,
    Vec<Result<u32, VerticalError>>,
);

async fn run(
    case: &Case,
    world: &World,
    (label, features): &(LabelModel, Vec<FeatureModel>),
) -> Predicted {
    let mails = world.mailboxes(&case.parties(), RunId([9; 16]));
    let rows = case.terms.rows;
    let answering = mails.iter().skip(1).zip(features).zip(&case.columns[1..]);
    let answering = answering.map(|((mail, model), columns)| async move {
        let answered = answer(mail, &insurer(), model, columns, rows).await;
        mail.clone().finish();
        answered
    });
    let asking = async {
        let margins = predict(&mails[0], label, &case.columns[0], rows).await;
        mails[0].clone().finish();
        margins
    };
    tokio::join!(asking, futures_util::future::join_all(answering))
}

#[tokio::test(start_paused = true)]
async fn joint_predictions_are_those_of_one_model() {
    for shares in [&[1, 2, 1][..], &[0, 4]] {
        let case = Case::new(Objective::Logistic, 300, shares);
        let parts = case.fit().await;
        let (margins, asked) = run(&case, &World::new(1), &parts).await;
        let pooled = case.pooled_fit().model;
        let table = case.pooled();
        let columns: Vec<&[f64]> = table.values().collect();
        assert_eq!(margins.unwrap(), pooled.margins(&columns));
        assert!(asked.into_iter().all(|rows| rows.unwrap() == 300));
    }
}

async fn breach<M: Message + 'static>(lie: impl Fn(&mut M) + Send + 'static) -> VerticalError {
    let case = Case::new(Objective::Logistic, 100, &[1, 3]);
    let parts = case.fit().await;
    let world = World::new(1);
    world.tamper(move |frame| {
        if *frame.step == *M::STEP {
            change::<M>(frame, &lie);
        }
    });
    let (margins, asked) = run(&case, &world, &parts).await;
    let errors = asked
        .into_iter()
        .filter_map(Result::err)
        .chain(margins.err());
    errors
        .into_iter()
        .find(|it| matches!(it, VerticalError::Breach { .. }))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn rows_beyond_the_last_or_asked_for_twice_are_refused() {
    let lies: [fn(&mut Asked); 4] = [
        |it| it.rows = 101,
        |it| it.first = 1,
        |it| it.splits += 1,
        |it| (it.first, it.rows) = (u32::MAX, u32::MAX),
    ];
    for lie in lies {
        let error = breach(lie).await;
        assert_eq!(error.fault(), Fault::Peer(insurer()));
        assert!(matches!(
            error,
            VerticalError::Breach {
                breach: Breach::Rows,
                ..
            }
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn sides_that_are_not_one_for_each_row_blame_their_sender() {
    let error = breach(|it: &mut Told| it.sides = it.sides.slice(1..)).await;
    assert_eq!(error.fault(), Fault::Peer(party("hospital-0")));
    assert!(matches!(
        error,
        VerticalError::Breach {
            breach: Breach::Bits,
            ..
        }
    ));
}
