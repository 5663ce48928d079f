//! What is wrong with purposes, cards and the reports that they are made of.

use consilium_base::BadSignature;
use consilium_scorecard::{CardError, Dimension, FORMAT, PurposeError, PurposeFault, ReportError};

use super::{at, parser};

pub(super) fn purpose(error: &PurposeError) -> Option<String> {
    Some(match error {
        PurposeError::TooLong => "用途文件至多 64 KiB".to_owned(),
        PurposeError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        PurposeError::Wrong { place, fault } => format!("{}：{}", at(place), declared(fault)?),
        _ => return None,
    })
}

fn declared(fault: &PurposeFault) -> Option<String> {
    Some(match fault {
        PurposeFault::Id => "id 为 1 至 64 个字符，限 a-z、0-9、'-' 和 '_'".to_owned(),
        PurposeFault::Name => "名称为空、过长、首尾有空白或含不可见字符".to_owned(),
        PurposeFault::Weight => "权重应为不小于 0 的数".to_owned(),
        PurposeFault::NoWeights => "没有任何维度的权重大于 0，或权重过大".to_owned(),
        PurposeFault::Weightless { dimension } => {
            format!("{}为必需维度，却没有权重", name(*dimension))
        }
        PurposeFault::Unknown { dimension, id } => {
            let known = dimension.subscores().iter().map(|[id, ..]| *id);
            let known: Vec<&str> = known.collect();
            let (of, known) = (name(*dimension), known.join("、"));
            format!("{of}没有分项 {id:?}；可用的有 {known}")
        }
        _ => return None,
    })
}

pub(super) fn card(error: &CardError) -> Option<String> {
    Some(match error {
        CardError::TooLong => "评分卡至多 1 MiB，其公开部分至多 32 KiB，会签至多 16 KiB".to_owned(),
        CardError::Json { message } => format!("这不是评分卡：{}", parser(message)),
        CardError::Format { format } => {
            format!("评分卡的格式为 {format}，本程序只能读取 {FORMAT}")
        }
        CardError::Name => "评分卡中有名称为空、过长或含不可见字符".to_owned(),
        CardError::Number { dimension } => format!("{}中有不合法的数字", name(*dimension)),
        CardError::TooMany { dimension } => {
            format!(
                "{}的分项或依据多于 64 项，或某项依据的会签多于 64 个",
                name(*dimension)
            )
        }
        CardError::Weights => "各维度的权重应大于 0、合计为 1，必需的维度须有权重".to_owned(),
        CardError::Mean { dimension } => {
            format!("{}的得分不是其各部分的平均", whole(*dimension))
        }
        CardError::Purpose => "评分卡上的权重或必需维度与其用途不符".to_owned(),
        CardError::Part { dimension, id } => {
            format!("评分卡的{}分项 {id:?} 重复，或没有此分项", name(*dimension))
        }
        CardError::Evidence { dimension } => {
            format!("{}缺少其分项所应有的依据，或依据种类不符", name(*dimension))
        }
        CardError::Composite => "评分卡所示的缺失维度或综合得分与其各维度不符".to_owned(),
        CardError::Stranger { signer } => format!("{signer} 不是该评分卡所属机构的数据管理员"),
        CardError::OwnWord { signer } => format!("{signer} 不能为本机构的结果会签"),
        CardError::Forged { signer, fault } => {
            let fault = match fault {
                BadSignature::UnknownParty => "没有签署人的公钥",
                _ => "与密钥不符",
            };
            format!("{signer} 的签名：{fault}")
        }
        CardError::Contradicted {
            signer,
            dimension,
            score,
        } => format!(
            "{signer} 会签的{}分项 {score} 与评分卡不同",
            name(*dimension)
        ),
        CardError::Elsewhere { signer, what } => {
            let what = match *what {
                "federation" => "联邦",
                "study" => "研究",
                "institution" => "机构",
                other => other,
            };
            format!("{signer} 会签的是另一{what}")
        }
        _ => return None,
    })
}

pub(super) fn report(error: &ReportError) -> Option<String> {
    Some(match error {
        ReportError::TooLong { of } => format!("{}报告至多 64 MiB", name(*of)),
        ReportError::Json { of, message } => {
            format!("这不是{}报告：{}", name(*of), parser(message))
        }
        ReportError::Format { of, format } => {
            format!("{}报告的格式为 {format}，本程序只能读取 1", name(*of))
        }
        ReportError::Nothing { of } => format!("{}报告中没有得分", name(*of)),
        ReportError::NotPredicted => {
            "这不是标签方对跨机构按列预测并经测试的模型的自有报告".to_owned()
        }
        ReportError::OwnColumns => {
            "模型用到了本机构自己的列：只有仅用他方各列的模型才能说明他方不可预测的程度".to_owned()
        }
        ReportError::NotRun { rules } => format!("有规则未能运行：{}", rules.join("、")),
        ReportError::Number { of, id } => format!("{}报告中的得分 {id:?} 不合法", name(*of)),
        ReportError::Outdated { of } => {
            format!("{}报告所属的数据集版本与登记的不同", name(*of))
        }
        ReportError::Elsewhere { of, party } => format!("{}报告属于 {party}", name(*of)),
        _ => return None,
    })
}

fn name(dimension: Dimension) -> String {
    dimension.name().zh
}

fn whole(dimension: Option<Dimension>) -> String {
    dimension.map_or_else(|| "综合得分".to_owned(), name)
}
