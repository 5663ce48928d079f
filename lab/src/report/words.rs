//! Numbers and verdicts in words.

use consilium_plan::Lang;

use super::{LostOf, Report, SettingReport};
use crate::{Arm, Bargain, Interval, Unsure, Verdict};

/// A space at which no line breaks.
const SPACE: char = '\u{a0}';

impl Report {
    /// Says in a sentence whether a setting passes, what it loses and saves, each with its 95 %
    /// interval, and how sure that is.
    pub fn sentence(&self, setting: &SettingReport, lang: Lang) -> String {
        let number = setting.number;
        let arm = self.arm(&Arm::Approximate { setting: number });
        let (fitted, failed) = arm.map_or((0, 0), |arm| (arm.fitted, arm.failures.len()));
        let Some(verdict) = setting.verdict else {
            let reason = setting
                .reason
                .as_ref()
                .map_or("", |reason| reason.say(lang));
            return lang.pick("no verdict: ", "无法判定：").to_owned() + reason;
        };
        let mut said = sentence(&verdict, (&self.bargain, self.lost_of), lang);
        let all = fitted + failed;
        if failed > 0 {
            said += &lang.pick(
                format!("; no model in {failed} of {all} runs"),
                format!("；{all} 次运行中 {failed} 次未得到模型"),
            );
        }
        if setting.undefined > 0 {
            let (runs, why) = (setting.undefined, self.score().undefined(lang));
            said += &lang.pick(
                format!("; {runs} of {all} runs left out: {why}"),
                format!("；{all} 次运行中 {runs} 次未计入：{why}"),
            );
        }
        said
    }
}

fn sentence(verdict: &Verdict, (bargain, of): (&Bargain, LostOf), lang: Lang) -> String {
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
    let is_gain = lost.estimate < 0.0 && !is_nothing(&lost);
    let (share, within) = parts(&if is_gain { negated(lost) } else { lost }, lang);
    let lost = match (is_gain, of, lang) {
        (false, LostOf::ExactScore, Lang::En) => format!("loses {share}{within}"),
        (true, LostOf::ExactScore, Lang::En) => format!("gains {share}{within}"),
        (false, LostOf::ExactScore, Lang::Zh) => format!("损失 {share}{within}"),
        (true, LostOf::ExactScore, Lang::Zh) => format!("提高 {share}{within}"),
        (false, LostOf::ExplainedDeviance, Lang::En) => {
            format!("loses {share} of the explained deviance{within}")
        }
        (true, LostOf::ExplainedDeviance, Lang::En) => {
            format!("gains {share} of the explained deviance{within}")
        }
        (false, LostOf::ExplainedDeviance, Lang::Zh) => {
            format!("损失所解释偏差的 {share}{within}")
        }
        (true, LostOf::ExplainedDeviance, Lang::Zh) => {
            format!("所解释偏差增加 {share}{within}")
        }
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
            lang.pick(format!("; confidence {sure}"), format!("；置信度{sure}"))
        }
        None => match verdict.unsure {
            Some(Unsure::OneRun) => lang.pick("; one run, no interval", "；仅一次运行，无区间"),
            Some(Unsure::SameLoss) => lang.pick(
                "; no confidence: every run loses the same",
                "；无置信度：各次运行损失相同",
            ),
            // What is the same of all settings is said once; what is missing, by whoever counts it.
            Some(Unsure::SameTestRows | Unsure::MissingModel) | None => "",
        }
        .to_owned(),
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

/// Writes a share and, where it has one that can be seen, its interval.
fn parts(share: &Interval, lang: Lang) -> (String, String) {
    let [low, estimate, high] = written(share);
    let within = if low == high {
        String::new()
    } else {
        lang.pick(
            format!(" ({low} to {high})"),
            format!("（{low} 至 {high}）"),
        )
    };
    (percent_sign(&estimate, lang), within)
}

/// Writes the ends and the middle of an interval in percent, with as many places as its largest
/// deserves.
fn written(share: &Interval) -> [String; 3] {
    let values = [share.low, share.estimate, share.high].map(|share| share * 100.0);
    let largest = values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let places = if largest < 0.995 {
        2
    } else {
        usize::from(largest < 9.95)
    };
    values.map(|value| decimals(value, places))
}

/// Says whether a share is written as zero.
fn is_nothing(share: &Interval) -> bool {
    let [_, estimate, _] = written(share);
    is_zero(&estimate)
}

/// Says whether a number is written as zero.
pub(super) fn is_zero(text: &str) -> bool {
    text.chars().all(|digit| matches!(digit, '0' | '.'))
}

/// Writes a share in percent, with so many decimal places.
pub(super) fn percent(share: f64, places: usize, lang: Lang) -> String {
    percent_sign(&decimals(share * 100.0, places), lang)
}

/// Writes a bound in percent, with the decimal places that it has, two at most.
pub(super) fn bound(share: f64, lang: Lang) -> String {
    let is_written = |places: &usize| {
        let written = decimals(share * 100.0, *places).parse::<f64>();
        written.is_ok_and(|it| (it - share * 100.0).abs() < 1e-9)
    };
    percent(share, (0..2).find(is_written).unwrap_or(2), lang)
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
        Some(zero) if is_zero(zero) => zero.to_owned(),
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
            unsure: confidence.is_none().then_some(Unsure::OneRun),
        }
    }

    fn both(verdict: &Verdict) -> [String; 2] {
        both_of(verdict, LostOf::ExactScore)
    }

    fn both_of(verdict: &Verdict, of: LostOf) -> [String; 2] {
        Lang::ALL.map(|lang| {
            let said = sentence(verdict, (&Bargain::default(), of), lang);
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
            "通过：损失 0.12%（0.05 至 0.19），节省 84% 的 CPU 时间（83 至 85）；置信度99.0%"
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
    fn of_a_deviance_the_sentence_says_of_what_a_share_is_lost() {
        let lost = verdict(around(0.021, 0.01), around(0.5, 0.01), Some(0.96));
        let [en, zh] = both_of(&lost, LostOf::ExplainedDeviance);
        assert_eq!(
            en,
            "passes: loses 2.1 % of the explained deviance (1.1 to 3.1), saves 50 % of CPU time (49 to \
             51); confidence 96 %"
        );
        assert_eq!(
            zh,
            "通过：损失所解释偏差的 2.1%（1.1 至 3.1），节省 50% 的 CPU 时间（49 至 51）；置信度96%"
        );
        let gained = verdict(around(-0.021, 0.01), around(0.5, 0.01), Some(0.96));
        let [en, _] = both_of(&gained, LostOf::ExplainedDeviance);
        assert!(en.starts_with("passes: gains 2.1 % of the explained deviance (1.1 to 3.1)"));
    }

    #[test]
    fn a_loss_that_is_written_as_zero_is_no_gain_and_has_no_interval() {
        let tiny = verdict(around(-9e-13, 1e-13), around(0.5, 0.01), Some(0.999));
        let [en, zh] = both(&tiny);
        assert!(en.starts_with("passes: loses 0.00 %, saves 50 %"), "{en}");
        assert!(zh.starts_with("通过：损失 0.00%，节省 50%"), "{zh}");
    }

    #[test]
    fn why_nobody_is_sure_is_said() {
        let same = Verdict {
            unsure: Some(Unsure::SameLoss),
            ..verdict(around(0.0, 0.0), around(0.5, 0.01), None)
        };
        let [en, zh] = both(&same);
        assert!(
            en.ends_with("; no confidence: every run loses the same"),
            "{en}"
        );
        assert!(zh.ends_with("；无置信度：各次运行损失相同"), "{zh}");
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
        let bounds = [0.03, 0.005, 0.0125, 0.1].map(|it| bound(it, Lang::Zh));
        assert_eq!(bounds, ["3%", "0.5%", "1.25%", "10%"]);
    }
}
