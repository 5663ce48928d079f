//! Numbers and verdicts in words.

use consilium_plan::Lang;

use super::{Report, SettingReport};
use crate::{Arm, Bargain, Interval, Verdict};

/// A space at which no line breaks.
const SPACE: char = '\u{a0}';

impl Report {
    /// Says in a sentence whether a setting passes, what it loses and saves, each with its 95 %
    /// interval, and how sure that is.
    pub fn sentence(&self, setting: &SettingReport, lang: Lang) -> String {
        let number = setting.number;
        let arm = self.arm(&Arm::Approximate { setting: number });
        let (fitted, failed) = arm.map_or((0, 0), |arm| (arm.fitted, arm.failures.len()));
        match setting.verdict {
            Some(verdict) => {
                let mut said = sentence(&verdict, &self.bargain, lang);
                if failed > 0 {
                    let all = fitted + failed;
                    said += &lang.pick(
                        format!("; no model in {failed} of {all} runs"),
                        format!("；{all} 次运行中 {failed} 次未得到模型"),
                    );
                }
                said
            }
            None if fitted + failed == 0 => lang.pick("not run yet", "尚未运行").to_owned(),
            None if fitted == 0 => lang.pick(
                format!("no verdict: no model in any of {failed} runs"),
                format!("无法判定：{failed} 次运行均未得到模型"),
            ),
            None => lang.pick(
                "no verdict: no run of the exact plan to hold it against".to_owned(),
                "无法判定：没有可比的精确方案运行结果".to_owned(),
            ),
        }
    }
}

fn sentence(verdict: &Verdict, bargain: &Bargain, lang: Lang) -> String {
    let (lost, saved) = (verdict.lost, verdict.saved_cpu);
    let points = |share: f64| decimals(share * 100.0, 2 - usize::from(share.abs() >= 0.01));
    let (more, less) = (
        lost.estimate - bargain.lost_at_most,
        bargain.saved_at_least - saved.estimate,
    );
    let too_much = if more > 0.0 {
        let points = points(more);
        lang.pick(
            format!(", {points} points too much"),
            format!("，超出 {points} 个百分点"),
        )
    } else {
        String::new()
    };
    let too_little = if less > 0.0 {
        let points = points(less);
        lang.pick(
            format!(", {points} points too little"),
            format!("，少 {points} 个百分点"),
        )
    } else {
        String::new()
    };
    let lost = if lost.estimate < 0.0 {
        lang.pick("gains ", "提高 ").to_owned() + &interval(&negated(lost), lang)
    } else {
        lang.pick("loses ", "损失 ").to_owned() + &interval(&lost, lang)
    };
    let (share, within) = parts(
        &if saved.estimate < 0.0 {
            negated(saved)
        } else {
            saved
        },
        lang,
    );
    let saved = match (saved.estimate < 0.0, lang) {
        (false, Lang::En) => format!("saves {share} of CPU time{within}"),
        (true, Lang::En) => format!("takes {share} more CPU time{within}"),
        (false, Lang::Zh) => format!("节省 {share} 的 CPU 时间{within}"),
        (true, Lang::Zh) => format!("多用 {share} 的 CPU 时间{within}"),
    };
    let passes = match (verdict.passes, lang) {
        (true, Lang::En) => "passes",
        (false, Lang::En) => "fails",
        (true, Lang::Zh) => "通过",
        (false, Lang::Zh) => "未通过",
    };
    let sure = match verdict.confidence {
        Some(sure) => {
            let sure = confidence(sure, lang);
            lang.pick(format!("; confidence {sure}"), format!("；置信度 {sure}"))
        }
        None if verdict.pairs < 2 => lang
            .pick("; one run, no interval", "；仅一次运行，无区间")
            .to_owned(),
        None => String::new(),
    };
    match lang {
        Lang::En => format!("{passes}: {lost}{too_much}, {saved}{too_little}{sure}"),
        Lang::Zh => format!("{passes}：{lost}{too_much}，{saved}{too_little}{sure}"),
    }
}

fn negated(it: Interval) -> Interval {
    Interval {
        low: -it.high,
        estimate: -it.estimate,
        high: -it.low,
    }
}

/// Writes a share with its interval, such as `0.12 % (0.05 to 0.19)`.
pub(super) fn interval(share: &Interval, lang: Lang) -> String {
    let (share, within) = parts(share, lang);
    share + &within
}

/// Writes a share and, where it has one, its interval.
fn parts(share: &Interval, lang: Lang) -> (String, String) {
    let values = [share.low, share.estimate, share.high].map(|share| share * 100.0);
    let largest = values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let places = if largest < 0.995 {
        2
    } else {
        usize::from(largest < 9.95)
    };
    let [low, estimate, high] = values.map(|value| decimals(value, places));
    let within = if share.low < share.high {
        lang.pick(
            format!(" ({low} to {high})"),
            format!("（{low} 至 {high}）"),
        )
    } else {
        String::new()
    };
    (percent_sign(&estimate, lang), within)
}

/// Writes a share in percent, with so many decimal places.
pub(super) fn percent(share: f64, places: usize, lang: Lang) -> String {
    percent_sign(&decimals(share * 100.0, places), lang)
}

/// Writes how sure something is, never as a certainty.
fn confidence(share: f64, lang: Lang) -> String {
    match share * 100.0 {
        sure if sure > 99.9 => lang.pick("over ", "高于 ").to_owned() + &percent_sign("99.9", lang),
        sure if sure >= 99.0 => percent_sign(&decimals(sure.min(99.9), 1), lang),
        sure => percent_sign(&decimals(sure, 0), lang),
    }
}

fn percent_sign(number: &str, lang: Lang) -> String {
    lang.pick(format!("{number}{SPACE}%"), format!("{number}%"))
}

/// Writes a number with so many decimal places and a true minus sign; never minus zero.
pub(super) fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|digit| matches!(digit, '0' | '.')) => zero.to_owned(),
        Some(negative) => format!("−{negative}"),
        None => text,
    }
}

/// Writes a number to three significant places, such as `0.0123`, `1.23` or `1234`.
pub(super) fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return decimals(value, 0);
    }
    let places = (0..=8).find(|places| value.abs() * 10_f64.powi(*places) >= 99.95);
    decimals(value, places.map_or(8, i32::unsigned_abs) as usize)
}

/// Writes a duration.
pub(super) fn seconds(value: f64, lang: Lang) -> String {
    let (scaled, unit) = match value {
        long if long >= 7200.0 => (long / 3600.0, lang.pick("h", "小时")),
        long if long >= 120.0 => (long / 60.0, lang.pick("min", "分钟")),
        short if short >= 0.1 || short == 0.0 => (short, lang.pick("s", "秒")),
        tiny if tiny >= 1e-4 => (tiny * 1e3, lang.pick("ms", "毫秒")),
        tiny => (tiny * 1e6, lang.pick("µs", "微秒")),
    };
    format!("{}{SPACE}{unit}", significant(scaled))
}

/// Writes a size, in powers of ten.
pub(super) fn bytes(value: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.iter().find(|(size, _)| value >= *size) {
        Some((size, unit)) => format!("{}{SPACE}{unit}", significant(value / size)),
        None => format!("{}{SPACE}B", decimals(value, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(estimate: f64, reach: f64) -> Interval {
        Interval {
            low: estimate - reach,
            estimate,
            high: estimate + reach,
        }
    }

    fn verdict(lost: Interval, saved_cpu: Interval, confidence: Option<f64>) -> Verdict {
        Verdict {
            lost,
            saved_cpu,
            saved_bytes: saved_cpu,
            saved_wall: Some(saved_cpu),
            pairs: if confidence.is_some() { 5 } else { 1 },
            passes: lost.estimate <= 0.03 && saved_cpu.estimate >= 0.1,
            confidence,
        }
    }

    fn both(verdict: &Verdict) -> [String; 2] {
        Lang::ALL.map(|lang| {
            let said = sentence(verdict, &Bargain::default(), lang);
            said.replace(SPACE, " ")
        })
    }

    #[test]
    fn a_verdict_is_a_plain_sentence() {
        let good = verdict(around(0.0012, 0.0007), around(0.84, 0.01), Some(0.99));
        let [en, zh] = both(&good);
        assert_eq!(
            en,
            "passes: loses 0.12 % (0.05 to 0.19), saves 84 % of CPU time (83 to 85); confidence 99.0 %"
        );
        assert_eq!(
            zh,
            "通过：损失 0.12%（0.05 至 0.19），节省 84% 的 CPU 时间（83 至 85）；置信度 99.0%"
        );
        let lossy = verdict(around(0.041, 0.005), around(0.6, 0.02), Some(0.9999));
        assert_eq!(
            both(&lossy)[0],
            "fails: loses 4.1 % (3.6 to 4.6), 1.1 points too much, saves 60 % of CPU time (58 to \
             62); confidence over 99.9 %"
        );
        let dear = verdict(around(-0.002, 0.0), around(-0.12, 0.0), None);
        let [en, zh] = both(&dear);
        assert_eq!(
            en,
            "fails: gains 0.20 %, takes 12 % more CPU time, 22.0 points too little; one run, no interval"
        );
        assert_eq!(
            zh,
            "未通过：提高 0.20%，多用 12% 的 CPU 时间，少 22.0 个百分点；仅一次运行，无区间"
        );
    }

    #[test]
    fn numbers_have_units_and_as_many_places_as_they_deserve() {
        let written = [0.0, 0.0123, 1.234, 12.34, 1234.5, -0.5].map(significant);
        assert_eq!(written, ["0", "0.0123", "1.23", "12.3", "1234", "−0.500"]);
        let sizes = [12.0, 1_234.0, 5.6e6, 7e9].map(bytes);
        assert_eq!(
            sizes,
            ["12\u{a0}B", "1.23\u{a0}kB", "5.60\u{a0}MB", "7.00\u{a0}GB"]
        );
        let times = [0.000_05, 0.02, 1.5, 600.0, 1e5].map(|it| seconds(it, Lang::En));
        let times = times.map(|it| it.replace(SPACE, " "));
        assert_eq!(
            times,
            ["50.0 µs", "20.0 ms", "1.50 s", "10.0 min", "27.8 h"]
        );
        assert_eq!(decimals(-0.001, 2), "0.00");
    }
}
