//! Where fitted numbers come from, in both languages.

use consilium_fitting::{Entry, Fitted, LeftOut, Origin, Prepared, Reason, Remark, Rows, Unjudged};
use consilium_plan::Lang;
use consilium_statistics::Interval;

pub(crate) fn remark(remark: &Remark<'_>, lang: Lang) -> String {
    match lang {
        Lang::En => remark.to_string(),
        Lang::Zh => in_chinese(remark).unwrap_or_else(|| remark.to_string()),
    }
}

/// Warns of a feature that a mean or deviation stands in which may be far from the true one.
pub(crate) fn warning(feature: &Prepared, lang: Lang) -> Option<String> {
    let error = |entry: &Entry| match entry.origin {
        Origin::Mean { error, .. } | Origin::Deviation { error, .. } => Some((entry.key, error?)),
        _ => None,
    };
    let errors: Vec<_> = feature.entries.iter().filter_map(error).collect();
    let said = |(key, error): &(&str, f64)| format!("{key} ± {error}");
    let all: Vec<String> = errors.iter().map(said).collect();
    let (name, all) = (feature.called(), all.join(lang.pick(", ", "，")));
    (!errors.is_empty()).then(|| {
        lang.pick(
            format!("warning: {name} is prepared by approximate numbers, as small counts are held back: {all}"),
            format!("警告：{name} 使用近似数值进行预处理，因较小的计数未予给出：{all}"),
        )
    })
}

fn in_chinese(remark: &Remark<'_>) -> Option<String> {
    Some(match remark {
        Remark::Head(Fitted {
            rows, institutions, ..
        }) => {
            let names = institutions.join("、");
            format!(
                "由 {} 家机构共 {rows} 行的统计结果拟合：{names}。",
                institutions.len()
            )
        }
        Remark::Origin(origin) => self::origin(origin)?,
        Remark::LeftOut(LeftOut { name, reason }) => {
            format!("去掉 {name}：{}", self::reason(reason)?)
        }
        Remark::Unjudged(Unjudged {
            column,
            by,
            with: None,
        }) => {
            format!("未能按 {by} 判断 {column}：统计结果未给出；该列保留")
        }
        Remark::Unjudged(Unjudged {
            column,
            by,
            with: Some(with),
        }) => {
            format!("未能按 {by} 判断 {column} 与 {with}：统计结果未给出；两列均保留")
        }
        _ => return None,
    })
}

fn reason(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NoDefault { kind } => format!("意图文件未规定类型 {kind} 的默认处理"),
        Reason::Missing { share, limit } => {
            format!("{:.1}% 的行缺失，超过 {:.1}%", share * 100.0, limit * 100.0)
        }
        Reason::InformationValue { value, limit } => format!("信息值 {value:.4} 低于 {limit}"),
        Reason::Stability { index, limit } => format!("稳定性指数 {index} 高于 {limit}"),
        Reason::Correlation { with, r, limit } => {
            format!("与 {with} 的相关系数 {r:.3} 超过 {limit}，且对标签的信息不多于后者")
        }
        Reason::Inflation {
            factor: Some(factor),
            limit,
        } => {
            format!("方差膨胀因子 {factor:.2} 高于 {limit}")
        }
        Reason::Inflation { factor: None, .. } => "可由其他列推出".to_owned(),
        Reason::Factor { factor } => format!("其因子 {factor} 已去掉"),
        _ => return None,
    })
}

fn origin(origin: &Origin) -> Option<String> {
    let approximate = |error: &Option<f64>| {
        let said = |error| format!("（近似值，误差不超过 {error}）");
        error.map_or_else(String::new, said)
    };
    let ends = |is_clipped: bool| {
        if is_clipped {
            "截尾区间"
        } else {
            "声明的范围"
        }
    };
    Some(match origin {
        Origin::Intent => "意图文件所定".to_owned(),
        Origin::Mean { rows: it, error } => format!("{}的均值{}", rows(it), approximate(error)),
        Origin::Deviation { rows: it, error } => {
            format!("{}的标准差{}", rows(it), approximate(error))
        }
        Origin::Median { rows: it, within } => format!("{}的中位数：{}", rows(it), middle(within)),
        Origin::Quartiles {
            rows: it,
            within: [low, high],
        } => {
            format!(
                "{}的四分位距：从 {} 到 {}",
                rows(it),
                middle(low),
                middle(high)
            )
        }
        Origin::Quantiles {
            rows: it,
            shares: [low, high],
        } => {
            format!("{}的 {low} 和 {high} 分位数：取所在区间的外端", rows(it))
        }
        Origin::LowEnd { is_clipped } => format!("{}的下端", ends(*is_clipped)),
        Origin::Width { is_clipped } => format!("{}的宽度", ends(*is_clipped)),
        Origin::ShareOfYes { rows: it } => format!("{}中“是”的占比", rows(it)),
        Origin::MostFrequent { having, rows: it } => {
            format!("最常见的取值，{}中有 {having} 个", rows(it))
        }
        Origin::MostFrequentTold { having, rows: it } => {
            format!("所列取值中最常见的，{}中有 {having} 个", rows(it))
        }
        Origin::NothingMissing => "没有一行缺失：无需标记".to_owned(),
        Origin::Levels {
            minimum,
            rarer,
            is_incomplete,
            rows: it,
        } => {
            let mut said = format!("{}中至少出现 {minimum} 次的取值", rows(it));
            if *rarer > 0 {
                said = format!("{said}；另有 {rarer} 个较少见或被隐去");
            }
            if *is_incomplete {
                said.push_str("；统计结果未能容纳全部常见取值");
            }
            said
        }
        Origin::DeclaredReference => "数据结构文件声明的参照".to_owned(),
        Origin::Bins { bins } => format!("统计结果的 {bins} 个证据分箱"),
        Origin::Weights {
            labels: [yes, no],
            institutions,
        } => format!(
            "ln(“是”的占比/“否”的占比)，{institutions} 家机构中标签为是的 {yes} 行、为否的 {no} 行"
        ),
        Origin::RestWeight { labels: [yes, no] } => {
            format!("缺失、范围外和被隐去的取值合为一箱：标签为是的 {yes} 行、为否的 {no} 行")
        }
        Origin::NoEvidence => "没有对应的行：不提供信息".to_owned(),
        _ => return None,
    })
}

fn rows(
    Rows {
        with_value,
        all,
        institutions,
    }: &Rows,
) -> String {
    match with_value {
        Some(rows) if rows == all => format!("{institutions} 家机构 {all} 行"),
        Some(rows) => format!("{institutions} 家机构 {all} 行中 {rows} 个值"),
        None => format!("{institutions} 家机构 {all} 行中各值"),
    }
}

fn middle(Interval { from, to }: &Interval) -> String {
    if from.to_bits() == to.to_bits() {
        return from.to_string();
    }
    format!("{from}…{to} 的中点")
}
