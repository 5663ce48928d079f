//! From the text of a query to its rows.

use consilium_mapping::{Fault, Mapping, Request, Task};
use datafusion::dataframe::DataFrame;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;
use futures_util::StreamExt as _;

use crate::output::Output;
use crate::{comorbidity, faults, session};

/// Answers a request on standard output.
pub(crate) async fn answer(mapping: &Mapping, request: &Request) -> Result<(), Fault> {
    let session = session::open(mapping, &request.files, &request.spill).await?;
    let plan = plan(&session, mapping).await?;
    let frame = session.execute_logical_plan(plan).await;
    let frame = frame.map_err(|error| faults::planning(&error, mapping))?;
    // Computed constants are texts by then.
    let plan = frame.clone().into_optimized_plan();
    let checked = plan.and_then(|plan| comorbidity::check(&plan, mapping));
    checked.map_err(|error| faults::planning(&error, mapping))?;
    let mut output = Output::begin(frame.schema().as_arrow(), mapping)?;
    match request.task {
        Task::Plan => {
            // What the planner of the execution refuses is said now, too.
            let planned = frame.create_physical_plan().await;
            planned.map_err(|error| faults::planning(&error, mapping))?;
        }
        Task::Run { most } => run(frame, mapping, most, &mut output).await?,
    }
    output.end()
}

async fn plan(session: &SessionContext, mapping: &Mapping) -> Result<LogicalPlan, Fault> {
    let failed = |error| faults::planning(&error, mapping);
    let state = session.state();
    let dialect = state.config_options().sql_parser.dialect;
    let place = mapping.place_in_query(1, 1);
    let statement = state.sql_to_statement(mapping.sql(), &dialect);
    let statement = match statement {
        Ok(Statement::Statement(statement)) => statement,
        Ok(_) => return Err(Fault::Statement { place }),
        Err(error) if error.message().contains("single SQL statement") => {
            return Err(Fault::Statement { place });
        }
        Err(_) if changes(mapping.sql()) => return Err(Fault::Statement { place }),
        Err(error) => return Err(failed(error)),
    };
    if !matches!(*statement, ast::Statement::Query(_)) {
        return Err(Fault::Statement { place });
    }
    let plan = state
        .statement_to_plan(Statement::Statement(statement))
        .await;
    let plan = plan.map_err(failed)?;
    // SELECT INTO, and a change within a query, are found out by what they would do.
    let nothing_else = SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    let verified = nothing_else.verify_plan(&plan);
    verified.map_err(|_| Fault::Statement { place })?;
    Ok(plan)
}

/// Whether it begins as what changes something, in which no other mistake is worth a word.
fn changes(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default();
    let changing = [
        "DELETE", "INSERT", "UPDATE", "MERGE", "CREATE", "ALTER", "DROP",
    ];
    changing.iter().any(|it| first.eq_ignore_ascii_case(it))
}

async fn run(
    frame: DataFrame,
    mapping: &Mapping,
    most: Option<u64>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    let rows = mapping.limits().rows;
    let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let frame = match most {
        Some(_) => frame.limit(0, most),
        None => Ok(frame),
    };
    let frame = frame.map_err(|error| faults::planning(&error, mapping))?;
    let stream = frame.execute_stream().await;
    let mut stream = stream.map_err(|error| faults::running(&error, mapping))?;
    let mut given: u64 = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| faults::running(&error, mapping))?;
        given += batch.num_rows() as u64;
        if given > rows {
            return Err(Fault::Rows { rows });
        }
        output.send(&batch)?;
    }
    Ok(())
}
