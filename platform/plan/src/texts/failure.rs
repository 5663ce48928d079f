//! How a study can go wrong: codes that never change, what happened, and what to do next.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::{Advice, Lang};

/// A line of the table of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// Its name, which never changes.
    pub id: &'static str,
    /// Who has to do something.
    pub advice: Advice,
    /// What happened.
    pub what: Text,
    /// What to do next.
    pub remedy: Text,
    /// What to do besides if the study has ended, as the remedy goes on.
    pub once_ended: Option<&'static Text>,
}

impl Entry {
    /// Says what to do next, its places still open.
    pub fn whole_remedy(&self, lang: Lang) -> String {
        let besides = self.once_ended.map_or("", |besides| besides.open(lang));
        [self.remedy.open(lang), besides].concat()
    }
}

/// What to do besides if the study has ended.
pub mod once_ended {
    crate::texts::texts! { "failure.once-ended":
    THEN: "; if the study has ended, then submit the plan again", "；若研究已结束，随后重新提交方案";
    BEFORE: "; if the study has ended, submit the plan again before", "；若研究已结束，须先重新提交方案";
    BEFORE_BY_VERSION: "; if the study has ended, submit the plan again before, with the new version if it names one", "；若研究已结束，须先重新提交方案，方案若写明版本则改为新版本";
    }
}

macro_rules! failures {
    (@besides) => { None };
    (@besides $besides:ident) => { Some(&once_ended::$besides) };
    ($($code:ident $id:literal $advice:ident:
        $what_en:literal, $what_zh:literal => $remedy_en:literal, $remedy_zh:literal $(, $besides:ident)?;)+) => {
        /// A kind of failure. Its name, such as `CLOCK-SKEW`, never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $(
                #[doc = $what_en]
                #[serde(rename = $id)]
                $code,
            )+
        }

        /// All lines of the table, in the order of the codes.
        pub const ALL: &[Entry] = &[$(
            Entry {
                code: Code::$code,
                id: $id,
                advice: Advice::$advice,
                what: Text { key: concat!("failure.", $id), en: $what_en, zh: $what_zh },
                remedy: Text {
                    key: concat!("failure.", $id, ".remedy"),
                    en: $remedy_en,
                    zh: $remedy_zh,
                },
                once_ended: failures!(@besides $($besides)?),
            },
        )+];
    };
}

impl Code {
    /// Gives the line of the table.
    pub fn entry(self) -> &'static Entry {
        // The table is written in the order of the codes.
        &ALL[self as usize]
    }
}

failures! {
// Identity and link
CertExpired "CERT-EXPIRED" AtParty: "the certificate of {party} expired at {time}", "{party} 的证书已于 {time} 过期" => "start the participant while it can reach the coordinator: it renews its certificate by itself; if it was away for too long, let the operator revoke it and make a new invitation, move its state folder away and join again", "让参与方守护进程在能连到协调方时启动，它会自动续期；若离线过久，请运营方撤销它并重新发出邀请，移走其状态文件夹后重新加入";
CertWrong "CERT-WRONG" AtParty: "{party} showed a certificate that this federation did not issue", "{party} 出示的证书不是本联邦签发的" => "check that its configuration names this federation's files; enrol again with an invitation of this federation", "检查其配置是否指向本联邦的文件；用本联邦的邀请重新登记";
TokenExpired "TOKEN-EXPIRED" AtCoordinator: "the invitation of {party} expired at {time}", "{party} 的邀请已于 {time} 过期" => "ask the operator for a new invitation", "向运营方索取新的邀请";
TokenUsed "TOKEN-USED" AtCoordinator: "the invitation of {party} was used before", "{party} 的邀请已被使用过" => "if you did not enrol, tell the operator at once: somebody else has; else ask for a new invitation", "若您并未登记，请立即告知运营方：有他人使用了它；否则索取新的邀请";
PartyUnknown "PARTY-UNKNOWN" AtCoordinator: "{party} is not enrolled in this federation", "{party} 未在本联邦登记" => "correct the name in the plan, or invite the institution and submit again", "更正方案中的名称，或邀请该机构后重新提交";
PartyRevoked "PARTY-REVOKED" AtCoordinator: "the membership of {party} was revoked", "{party} 的成员资格已被撤销" => "submit a plan without it, or have the operator enrol it anew", "提交不含该方的方案，或由运营方重新登记";
IdentityTwice "IDENTITY-TWICE" AtParty: "two daemons claim to be {party}", "有两个守护进程自称 {party}" => "stop one of them; if only one is yours, revoke the certificate and enrol again", "停止其中一个；若只有一个是您的，请撤销证书并重新登记";
VerifiedTooFew "VERIFIED-TOO-FEW" AtParty: "contributors verified at {party}, itself among them: {verified}; the plan needs {minimum}", "{party} 处已核验的贡献方（含自身）为 {verified} 家，方案需要 {minimum} 家" => "compare the words of the other institutions' keys with their people by telephone and type them in there: `consilium participant verify NAME \"WORDS\"`; `consilium participant peers` shows who is missing", "通过电话与其他机构核对其密钥的指纹词语，并在该处输入：`consilium participant verify 机构名 \"词语\"`；`consilium participant peers` 列出尚未核验的机构", THEN;
FrameTampered "FRAME-TAMPERED" AtCoordinator: "a frame of {party} was altered on its way", "{party} 的帧在途中被篡改" => "nothing of the run was used; ask the operator to look at the coordinator's machine and the way to it", "本次运行的内容均未使用；请运营方检查协调方主机及其网络", THEN;
FrameReplayed "FRAME-REPLAYED" AtCoordinator: "a frame of {party} came twice or out of order", "{party} 的帧重复或乱序到达" => "nothing of the run was used, and it starts again by itself; if it recurs, ask the operator to look at the coordinator's machine", "本次运行的内容均未使用，并会自动重启；若反复出现，请运营方检查协调方主机", THEN;
MessageMalformed "MESSAGE-MALFORMED" AtParty: "{party} sent what is no message of {step}", "{party} 发送的内容不是 {step} 的消息" => "check that it runs the same version of the program", "检查其程序版本是否一致";
VersionMismatch "VERSION-MISMATCH" AtParty: "{party} runs version {version}, which does not speak to ours", "{party} 运行版本 {version}，与我们的不兼容" => "bring all parties to one version", "将各方更新到同一版本";
LinkDown "LINK-DOWN" Waits: "the link to {party} was down for {length}", "与 {party} 的连接中断了 {length}" => "the study goes on when the link is back; check the participant's network and proxy", "连接恢复后研究自动继续；请检查参与方的网络与代理", THEN;
PartySilent "PARTY-SILENT" AtParty: "{party} did not answer at {step} for {length}", "{party} 在 {step} 处 {length} 未应答" => "look at its log and whether its daemon is alive; a step that is running repeats when it answers", "查看其日志以及守护进程是否存活；其应答后，进行中的步骤会重做", THEN;
PartyAborted "PARTY-ABORTED" AtParty: "{party} gave up at {step}", "{party} 在 {step} 处放弃" => "its own log says why; correct that", "其自身日志记录了原因；请更正", THEN;
PartyLost "PARTY-LOST" AtParty: "{party} was away for longer than {length}", "{party} 离线超过 {length}" => "bring it back and submit the plan again, or plan for its loss with on_dropout and dropouts", "待其恢复后重新提交方案，或用 on_dropout 与 dropouts 为其离线预作安排";
// Approval
ApprovalMissing "APPROVAL-MISSING" AtParty: "no steward of {party} has approved the plan", "{party} 的数据管理员尚未批准方案" => "ask its steward to read the plan and decide: consilium study show, then approve or refuse", "请其数据管理员阅读方案并决定：consilium study show，然后 approve 或 refuse";
ApprovalRefused "APPROVAL-REFUSED" NewPlan: "{party} refused the plan", "{party} 拒绝了方案" => "ask what it would accept and submit another plan", "询问其可接受的条件后提交另一方案";
ApprovalRevoked "APPROVAL-REVOKED" NewPlan: "{party} revoked its approval", "{party} 撤销了批准" => "ask why; once that is settled submit the plan again: every steward approves the new study anew", "询问原因；解决后重新提交方案，新的研究须由各数据管理员重新批准";
ApprovalExpired "APPROVAL-EXPIRED" AtParty: "the approval of {party} expired at {time}", "{party} 的批准已于 {time} 过期" => "its steward approves until a later time, with --until", "请其数据管理员用 --until 批准至更晚的时间", BEFORE;
ApprovalReplayed "APPROVAL-REPLAYED" AtCoordinator: "a decision of {party} was shown a second time, or is older than one already known", "{party} 的决定被重复出示，或早于已知的决定" => "nothing was done by it; the steward signs a new decision if one is wanted", "该决定未生效；如需决定，由数据管理员重新签署";
ApprovalForged "APPROVAL-FORGED" AtCoordinator: "a decision in the name of {party} is not signed by its steward", "以 {party} 名义的决定并非其数据管理员签署" => "nothing was done by it; tell the institution, and check whose key is enrolled", "该决定未生效；请告知该机构，并核查登记的是谁的密钥";
ApprovalElsewhere "APPROVAL-ELSEWHERE" AtCoordinator: "a decision of {party} belongs to another federation, plan or data set", "{party} 的决定属于别的联邦、方案或数据集" => "show the steward the present plan and ask for a new decision", "向数据管理员出示当前方案并请其重新决定";
ApprovalTime "APPROVAL-TIME" AtParty: "a decision of {party} is dated {seconds} s ahead", "{party} 的决定日期超前 {seconds} 秒" => "set the clock of the machine on which it was signed, and sign again", "校正签署所用机器的时钟并重新签署";
ApprovalTooMany "APPROVAL-TOO-MANY" NewPlan: "{party} has decided {most} times about one plan", "{party} 对同一方案已作出 {most} 次决定" => "an approval that stands can still be withdrawn; for anything else submit the plan as a new attempt", "仍可撤销现有批准；其他决定请将方案作为新的尝试提交";
RunsExhausted "RUNS-EXHAUSTED" NewPlan: "{party} took part in {runs} runs, as many as its approval or the plan allows", "{party} 已参与 {runs} 次运行，达到其批准或方案的上限" => "find out why steps were repeated so often; then its steward approves again with more --runs, or the plan is submitted with a higher limits.runs where that is reached", "查明步骤为何反复重做；随后由其数据管理员以更多 --runs 重新批准，若已达到方案的 limits.runs，则以更大的 limits.runs 提交方案", THEN;
// Plan
PlanInvalid "PLAN-INVALID" NewPlan: "the plan can't be run: {why}", "方案无法运行：{why}" => "correct the place that is named and submit again", "更正所指位置后重新提交";
PlanExpired "PLAN-EXPIRED" NewPlan: "the plan expired at {time}", "方案已于 {time} 过期" => "submit the plan with a later limits.expires or a longer patience.study", "以更晚的 limits.expires 或更长的 patience.study 重新提交";
PlanDiffers "PLAN-DIFFERS" AtCoordinator: "{party} computes another hash of the plan", "{party} 计算出的方案哈希不同" => "bring all parties to one version of the program; if they are, the coordinator showed different plans: tell the operator and the stewards", "将各方更新到同一程序版本；若已一致，则协调方出示了不同的方案：请告知运营方和各数据管理员";
// Data
DataMissing "DATA-MISSING" AtParty: "{party} has no data set {data}", "{party} 没有数据集 {data}" => "register it there: `consilium data add {data} FILE --schema SCHEMA`; or correct the plan", "在该处登记：`consilium data add {data} 文件 --schema 数据结构`；或更正方案", THEN;
DataColumnMissing "DATA-COLUMN-MISSING" AtParty: "data set {data} of {party} has no column {column}", "{party} 的数据集 {data} 没有列 {column}" => "declare the column in the data set's schema there (and add it to the file if that lacks it), register the data set anew with `consilium data add`; or leave the column out of the plan", "在该处的数据结构中声明该列（文件若没有该列，也须添加），并用 `consilium data add` 重新登记数据集；或从方案中去掉该列", THEN;
DataColumnDiffers "DATA-COLUMN-DIFFERS" AtParty: "column {column} of {party} is not the plan's: {differing}", "{party} 的列 {column} 与方案不同：{differing}" => "correct the schema there and register the data set anew with `consilium data add`, or correct the plan", "在该处更正数据结构并用 `consilium data add` 重新登记数据集，或更正方案", THEN;
DataSplitMissing "DATA-SPLIT-MISSING" AtParty: "data set {data} of {party} has no split {split}", "{party} 的数据集 {data} 没有划分 {split}" => "register the data set there with its split: `consilium data add {data} FILE --schema SCHEMA --split {split}=SPLIT`, for consilium local `--split {party}/{data}:{split}=SPLIT`; SPLIT is a CSV file with the header row,split and in each line the number of a row of data, from 1, and train or test", "在该处连同划分登记数据集：`consilium data add {data} 文件 --schema 数据结构 --split {split}=划分文件`，用 consilium local 时为 `--split {party}/{data}:{split}=划分文件`；划分文件为 CSV，表头为 row,split，每行是数据行号（从 1 起）与 train 或 test", THEN;
DataChanged "DATA-CHANGED" AtParty: "data set {data} of {party} is another version than the one that was registered or approved", "{party} 的数据集 {data} 与登记或批准时的版本不同" => "put the file back as it was, or register it as it is now: `consilium data add {data} FILE --schema SCHEMA`; then approve that version", "恢复原文件，或按现状登记：`consilium data add {data} 文件 --schema 数据结构`，再批准该版本", BEFORE_BY_VERSION;
ScoreMissing "SCORE-MISSING" AtParty: "{party} keeps no scorecard of data set {data} for the purpose {purpose}, and the plan asks for one", "{party} 没有保存数据集 {data} 针对用途 {purpose} 的评分卡，而方案要求有" => "make one there and have a steward sign it: `consilium data score make --purpose {purpose}`; then `consilium data score add CARD`", "在该处制作并由数据管理员签名：`consilium data score make --purpose {purpose}`；再执行 `consilium data score add 评分卡`", THEN;
ScoreOutdated "SCORE-OUTDATED" AtParty: "the scorecard that {party} keeps of data set {data} for the purpose {purpose} is of another version", "{party} 所存数据集 {data} 针对用途 {purpose} 的评分卡属于另一版本" => "measure the version that is registered now: `consilium data score make --purpose {purpose}`; then `consilium data score add CARD`", "就目前登记的版本重新度量：`consilium data score make --purpose {purpose}`；再执行 `consilium data score add 评分卡`", THEN;
ScoreBelow "SCORE-BELOW" AtParty: "data set {data} of {party} scores lower for the purpose {purpose} than the plan asks for, or was not measured in all that it asks for", "{party} 的数据集 {data} 针对用途 {purpose} 的得分低于方案要求，或方案要求的某些方面未经度量" => "see at home what the card says (`consilium data score show CARD`), better the data and measure them again; or submit a plan that asks for less, or one without this institution, if all stewards agree", "在本机构查看评分卡（`consilium data score show 评分卡`），改进数据后重新度量；或经各数据管理员同意，提交要求更低的方案，或不含该机构的方案", THEN;
DataUnreadable "DATA-UNREADABLE" AtParty: "data set {data} of {party} can't be read: {place}", "{party} 的数据集 {data} 无法读取：{place}" => "put the file back if it is gone; else run consilium data check there, which names every faulty place, correct the file, and register it anew with `consilium data add`", "文件若已不在，请放回原处；否则在该处运行 consilium data check，它会指出每个有误之处，更正文件后用 `consilium data add` 重新登记", THEN;
DataCut "DATA-CUT" AtParty: "the file of data set {data} of {party} ends in the middle, at {place}", "{party} 的数据集 {data} 的文件在 {place} 处中断" => "export or copy the file again, register it anew with `consilium data add`", "重新导出或复制该文件，并用 `consilium data add` 重新登记", THEN;
DataNotFinite "DATA-NOT-FINITE" AtParty: "data set {data} of {party} has a NaN or an infinite value at {place}", "{party} 的数据集 {data} 在 {place} 处有 NaN 或无穷值" => "correct the value, or declare the text as a missing marker in the schema; register the data set anew with `consilium data add`", "更正该值，或在数据结构中将其声明为缺失标记，并用 `consilium data add` 重新登记", THEN;
DataOutOfRange "DATA-OUT-OF-RANGE" AtParty: "data set {data} of {party} has a value outside the declared range at {place}", "{party} 的数据集 {data} 在 {place} 处的值超出声明范围" => "correct the value, or choose outside = \"winsorise\" or \"missing\" in the schema; register the data set anew with `consilium data add`", "更正该值，或在数据结构中选择 outside = \"winsorise\" 或 \"missing\"，并用 `consilium data add` 重新登记", THEN;
DataRowsTooFew "DATA-ROWS-TOO-FEW" NewPlan: "{party} has fewer usable rows than the plan's minimum of {minimum}", "{party} 的可用行少于方案下限 {minimum}" => "leave it out of the plan, choose missing = \"mean\", or lower limits.minimum_rows with the steward's yes", "从方案中去掉该方，改用 missing = \"mean\"，或经数据管理员同意降低 limits.minimum_rows";
DataRowsTooMany "DATA-ROWS-TOO-MANY" NewPlan: "{party} has more rows than the plan's limit of {most}; where rows were aligned, the common rows count", "{party} 的行数超过方案上限 {most}；行经过对齐时，以共同行计" => "raise limits.most_rows: by it costs are foreseen, and sums sized", "提高 limits.most_rows：代价据此估计，合计的位宽据此确定";
CohortTooSmall "COHORT-TOO-SMALL" NewPlan: "all contributors together have fewer rows than needed: {minimum}", "所有贡献方合计的行数少于所需的 {minimum}" => "add contributors, use fewer columns, or lower limits.minimum_cohort", "增加贡献方，减少列，或降低 limits.minimum_cohort";
CohortTooClose "COHORT-TOO-CLOSE" NewPlan: "the rows of data set {data} of {party} differ from those of earlier statistics by some, but by fewer than needed: {minimum}, or as many as those asked for", "{party} 的数据集 {data} 的行与先前统计所用的行不同，但相差行数少于所需的 {minimum}（或先前方案规定的数目）" => "run the study once more rows have come or gone (its people see in `consilium study show` which statistics were answered); or register the version of those statistics again, whose rows may be asked about anew", "待有更多行增减后再运行（其人员可在 `consilium study show` 中看到已回答过哪些统计）；或重新登记先前统计所用的版本，对其行可以再次提问";
CohortAskedOtherwise "COHORT-ASKED-OTHERWISE" AtParty: "earlier statistics over nearly the rows of data set {data} of {party} measured a column by another rule; together with these they can tell of single rows: {studies}", "先前统计对 {party} 的数据集 {data} 的几乎相同的行用其他规则度量过某列；两者结合可能透露单独的行：{studies}" => "ask by the same rules (label, periods, quantiles, ranges, limits.minimum_cell); or its steward, who knows both results, approves with `--beside STUDY` for each of them", "改用相同的规则（标签、时期、分位数、范围、limits.minimum_cell）；或由知悉双方结果的数据管理员对每项研究以 `--beside 研究` 批准";
NoiseSpent "NOISE-SPENT" AtParty: "earlier studies told of data set {data} of {party} with noise, and what noise lets through adds up: {studies}", "先前的研究已带噪声透露过 {party} 的数据集 {data}，而噪声所放过的会累加：{studies}" => "its steward, who sees in `consilium study show` what all of them may tell of one row, approves with `--beside STUDY` for each of them; or use what was found before", "由其数据管理员在 `consilium study show` 中查看各研究合计可能透露一行的程度后，对每项研究以 `--beside 研究` 批准；或沿用此前的结果";
JudgesDiffer "VALUE-JUDGES-DIFFER" AtParty: "earlier studies valued data set {data} of {party} by nearly the same judges, and the difference of both results is what the few others' rows alone say: {studies}", "先前的研究由几乎相同的评判机构对 {party} 的数据集 {data} 估值，两次结果之差即为其余少数机构的行单独所示：{studies}" => "name the judges of that study in value.judged_by, or more others; or its steward, who knows of both results, approves with `--beside STUDY` for each of them", "在 value.judged_by 中采用该研究的评判机构，或更换更多机构；或由知悉双方结果的数据管理员对每项研究以 `--beside 研究` 批准";
RowsShown "VALUE-ROWS-TOO-CLOSE" AtParty: "by earlier studies {party} has shown the coordinator own sums over rows of data set {data} that differ from these by a few, and the difference of both is those rows: {studies}", "{party} 已在先前的研究中向协调方提供过其数据集 {data} 的本地合计，所用的行与此次仅相差少数，两者之差即为这些行：{studies}" => "value the rows once more have come or gone, or by method = \"influence\"; or its steward, who knows what was shown, approves with `--beside STUDY` for each of them", "待有更多行增减后再估值，或采用 method = \"influence\"；或由知悉所提供内容的数据管理员对每项研究以 `--beside 研究` 批准";
DataOneClass "DATA-ONE-CLASS" NewPlan: "the labels of all contributors together are of one class only, or all equal", "所有贡献方合计的标签只有一类或全部相等" => "check the label's rule in the plan: its column, positive_above or equals", "检查方案中的标签规则：列、positive_above 或 equals";
DataConstantColumn "DATA-CONSTANT-COLUMN" NewPlan: "column {column} has the same value in all rows of all contributors", "列 {column} 在所有贡献方的所有行中取值相同" => "leave it out, or set model.constant_columns = \"drop\"", "去掉该列，或设置 model.constant_columns = \"drop\"";
DataRareLevel "DATA-RARE-LEVEL" NewPlan: "a level of column {column}, or a cell that what is made of it cuts the rows into, has fewer than {minimum} rows over all contributors (in logistic regression, with one of the labels)", "列 {column} 的某个取值（或由其所得各列共同划分的某个单元格）合计少于 {minimum} 行（逻辑回归中按每类标签计）" => "merge rare levels, leave the column out, or lower limits.minimum_cell with the stewards' yes", "合并罕见取值，去掉该列，或经数据管理员同意降低 limits.minimum_cell";
DataRangeTooWide "DATA-RANGE-TOO-WIDE" NewPlan: "the declared range of {column} is far too wide for its values: sums would be inexact", "{column} 的声明范围相对其取值过宽：合计将不精确" => "declare the range in which values really lie", "声明取值真实所在的范围";
// Keys and alignment
KeysColumn "KEYS-COLUMN" AtParty: "column {column} of data set {data} of {party} belongs to the key and is neither text nor code", "{party} 的数据集 {data} 的列 {column} 属于键，但既不是 text 也不是 code 类型" => "declare it as text or code in the schema of the data set there, so that no digit is lost, and register the data set again", "在该处数据集的模式中将其声明为 text 或 code，以免丢失数位，然后重新登记数据集";
KeysRepeated "KEYS-REPEATED" AtParty: "rows of data set {data} of {party} share a key, and the plan refuses duplicates", "{party} 的数据集 {data} 有多行共用同一个键，而方案拒绝重复键" => "run consilium data keys there: it names the rows; correct them, or submit a plan with key.duplicates = \"first\", or with \"all\" if no trees are to be grown over these rows: those have one row for each person", "在该处运行 consilium data keys，它会指出这些行；更正后重试，或提交 key.duplicates 为 \"first\" 的方案；若不在这些行上生长树，也可为 \"all\"：生长树时每人仅一行";
KeysNone "KEYS-NONE" AtParty: "no row of data set {data} of {party} has a valid key", "{party} 的数据集 {data} 没有任何一行具有有效的键" => "run consilium data keys there: it says why rows were refused", "在该处运行 consilium data keys，它会说明各行被拒绝的原因";
AlignSetTooSmall "ALIGN-SET-TOO-SMALL" AtParty: "{party} has fewer different valid keys than the plan's minimum of {minimum}", "{party} 的不同有效键少于方案下限 {minimum}" => "run consilium data keys there: it says which rows gave no key, and which share one; else submit a plan with a lower align.minimum, if all stewards agree", "在该处运行 consilium data keys，它会指出哪些行没有键，哪些行共用一个键；否则经各方数据管理员同意，提交 align.minimum 更低的方案";
AlignSetTooLarge "ALIGN-SET-TOO-LARGE" NewPlan: "{party} has more keys than the plan's limit of {most}", "{party} 的键多于方案上限 {most}" => "look whether align.holder, where there is one, is the party with the large set; else submit a plan with a higher limits.most_rows (or align.queries, of a set that asks a large one), if all stewards agree: it bounds how many people one institution can ask about", "若有 align.holder，先确认它是否为持有大集合的一方；否则经各方数据管理员同意，提交 limits.most_rows（或向大集合查询的一方的 align.queries）更高的方案：它限制一方可查询的人数";
AlignTooFew "ALIGN-TOO-FEW" NewPlan: "the data sets have fewer common keys than the plan's minimum of {minimum}: which they are stays hidden", "各数据集的共同键少于方案下限 {minimum}：哪些键共同保持隐藏" => "compare how all write the key, with consilium data keys at each, which also says how many rows give none; else submit a plan with a lower align.minimum, if all stewards agree", "在各方分别运行 consilium data keys，比较键的写法，并查看有多少行没有键；否则经各方数据管理员同意，提交 align.minimum 更低的方案";
AlignPeerDeviates "ALIGN-PEER-DEVIATES" AtParty: "{party} found that {peer} did not keep to the protocol of the alignment", "{party} 发现 {peer} 未遵守对齐协议" => "compare the versions of the program at both; if they are the same, let the stewards talk to each other before another run: nothing of this one was kept", "比对双方的程序版本；若一致，双方数据管理员应在再次运行前相互沟通：本次运行未保存任何内容";
AlignQueries "ALIGN-QUERIES" NewPlan: "the holder answers at most {most} queries about its data set, whatever the version, in one quarter of a year, and this study asks more than are left", "持有方对其数据集，不论版本，每季度至多回答 {most} 次查询，余数不足以供本研究查询" => "wait for the next quarter and submit the plan again, ask about fewer keys, or submit a plan with a higher align.queries, if both stewards agree: it bounds how many people can be asked about; consilium data queries at the holder says how many are used", "等到下一季度再重新提交方案，或减少查询的键，或经双方数据管理员同意，提交 align.queries 更高的方案：它限制可查询的人数；在持有方运行 consilium data queries 可查看已用次数";
DictionaryEmpty "DICTIONARY-EMPTY" AtParty: "the list of {party} has no code of the plan's system: everything that the others use would be missing in it", "{party} 的清单中没有方案所定编码体系的编码：其他机构所用的编码都会成为缺失" => "look at the column that dictionary.list names in the data set there, and at dictionary.system: consilium codes report tells which texts are no codes", "查看该处数据集中 dictionary.list 所指的列以及 dictionary.system：consilium codes report 会说明哪些内容不是编码";
DictionaryTooLong "DICTIONARY-TOO-LONG" NewPlan: "the list of {party} has more than {most} codes", "{party} 的清单超过 {most} 个编码" => "check codes of one system at a time, or leave out of the list what nobody uses", "每次只查对一个编码体系，或从清单中去掉无人使用的编码";
DictionaryPeerDeviates "DICTIONARY-PEER-DEVIATES" AtParty: "{party} found that what {peer} told is no answer to what it asked", "{party} 发现 {peer} 所告知的内容不是对其查询的应答" => "compare the versions of the program at both; if they are the same, let the stewards talk to each other before another run: nothing of this one was kept", "比对双方的程序版本；若一致，双方数据管理员应在再次运行前相互沟通：本次运行未保留任何内容";
// Common rows and their columns
VerticalNoAlignment "VERTICAL-NO-ALIGNMENT" AtParty: "{party} keeps no result of the alignment that the plan names", "{party} 没有保存方案所指对齐的结果" => "name in the plan an alignment that consilium data alignments lists at every party, by the hash that consilium study show gives: a file stands for the first attempt only; if there is none any more, align again", "在方案中写明各方 consilium data alignments 均列出的对齐，其哈希由 consilium study show 给出：文件名仅代表首次尝试；若已没有这样的对齐，请重新对齐";
VerticalOtherData "VERTICAL-OTHER-DATA" NewPlan: "{party} aligned another data set, or another version, than the one that is approved for this study", "{party} 对齐时所用的数据集或其版本，与本研究获准的不同" => "align again with data set {data} as it is now and name the new study in the plan, or put the data set back as it was when it was aligned", "以数据集 {data} 的现状重新对齐，并在方案中写明新的研究；或将数据集恢复为对齐时的样子";
VerticalOrderDamaged "VERTICAL-ORDER-DAMAGED" NewPlan: "what {party} kept of the alignment is damaged", "{party} 保存的对齐结果已损坏" => "restore the participant's folder of that study from its backup, or align again and name the new study in the plan", "从备份恢复该研究在参与方的文件夹，或重新对齐，并在方案中写明新的研究";
VerticalOtherParties "VERTICAL-OTHER-PARTIES" NewPlan: "the alignment that the plan names was not one of all its parties, as {party} has it", "据 {party} 所存，方案所指的对齐并非由其全部参与方完成" => "name the alignment of these parties in the plan, or align all of them with protocol = \"star\"", "在方案中写明这些参与方的对齐，或以 protocol = \"star\" 将各方全部对齐";
VerticalRowsRepeated "VERTICAL-ROWS-REPEATED" AtParty: "several rows of data set {data} of {party} belong to one common row", "{party} 的数据集 {data} 有多行属于同一共同行" => "make one row of them for each person, register the data set again and align again, with key.duplicates = \"refuse\" so that the alignment itself finds such rows", "将每人的多行汇总为一行，重新登记数据集并重新对齐；对齐时用 key.duplicates = \"refuse\"，即可在对齐时发现此类行";
VerticalPatientsRepeated "VERTICAL-PATIENTS-REPEATED" NewPlan: "{party} found patients who have rows at several hospitals, and the plan refuses that", "{party} 发现有患者在多家医院都有行，而方案拒绝这种情形" => "let the hospitals agree on one for each such patient, register the data sets again and align again; or submit a plan with hybrid.repeated_patients = true, if all stewards agree: such a patient then counts as several", "由各医院商定每位此类患者归于哪一家，重新登记数据集并重新对齐；或经各方数据管理员同意，提交 hybrid.repeated_patients = true 的方案：此类患者将按多人计";
VerticalRowsTooFew "VERTICAL-ROWS-TOO-FEW" NewPlan: "the parties have fewer common rows than the plan's minimum of {minimum}", "各方的共同行少于方案下限 {minimum}" => "align larger data sets, or submit a plan with a lower limits.minimum_rows (and vertical.min_node, which it is never below), if all stewards agree: small sets tell of single people", "对齐更大的数据集；或经各方数据管理员同意，提交 limits.minimum_rows（及其不得低于的 vertical.min_node）更低的方案：集合过小会透露个人信息";
VerticalRowsDiffer "VERTICAL-ROWS-DIFFER" NewPlan: "{party} found that it and {peer} have different numbers of rows in common: one of them keeps another alignment than the other, or does not say what it has", "{party} 发现其与 {peer} 的共同行数不同：其中一方保存的对齐与另一方的不同，或所述并非其所有" => "nothing tells which: compare consilium data alignments at both, restore the folder of that study in the state folder of the one that restored or changed it, or align again, and submit the plan again with the new study's hash", "无从判明是哪一方：在双方比较 consilium data alignments 的输出，在恢复过或改动过它的一方，从备份恢复状态文件夹中该研究的文件夹；或重新对齐，并以新研究的哈希重新提交方案";
VerticalLabelsMissing "VERTICAL-LABELS-MISSING" AtParty: "common rows of data set {data} of {party} have no label, or one that the plan's objective does not allow", "{party} 的数据集 {data} 的共同行中有的没有标签，或标签不为方案的目标函数所允许" => "take rows without a label out of the data set or fill them in (consilium data check says how many values of a column are missing), register it again and align again; or correct the label's rule or trees.objective in the plan", "从数据集中去掉或补全没有标签的行（consilium data check 可给出某列缺失值的个数），重新登记并重新对齐；或更正方案中的标签规则或 trees.objective";
VerticalNoPart "VERTICAL-NO-PART" NewPlan: "{party} keeps no part of the model that the plan names", "{party} 没有保存方案所指模型的分片" => "compare the plan's model with the study that grew it: consilium study show gives its hash, a file stands for its first attempt only; if the part is gone here, restore the participant's folder of that study from its backup, or grow the model again", "将方案的 model 与训练它的研究核对：consilium study show 给出其哈希，文件名仅代表首次尝试；若此处的分片已不在，请从备份恢复该研究在参与方的文件夹，或重新训练模型";
VerticalPartDiffers "VERTICAL-PART-DIFFERS" NewPlan: "the part of the model that {party} keeps does not suit the plan: {found}", "{party} 保存的模型分片与方案不符：{found}" => "write parties, features and columns in the plan as in the study that grew the model: consilium study show gives its plan; if they are alike, restore the participant's folder of that study from its backup", "方案中的参与方、特征与列应与训练该模型的研究一致：consilium study show 给出其方案；若已一致，请从备份恢复该研究在参与方的文件夹";
VerticalStateLost "VERTICAL-STATE-LOST" NewPlan: "{party} has lost or damaged what it kept of trees that had begun", "{party} 丢失或损坏了所保存的已开始生长的树" => "find out why spill/STUDY/trees in the participant's state folder was lost or changed, then submit the plan again: the trees are grown anew, with other noise, and what was told for the lost ones stays told: sums of the same rows are told twice", "查明参与方状态文件夹中的 spill/研究/trees 为何丢失或改变，再重新提交方案：树将以另外的噪声重新生长，而先前那些树已告知的内容无法收回：同样的行的合计将被告知两次";
VerticalNoiseTooLarge "VERTICAL-NOISE-TOO-LARGE" NewPlan: "the sums of tree {tree} leave no room for the noise that the plan asks for", "第 {tree} 棵树的合计容纳不下方案要求的噪声" => "submit a plan with a smaller vertical.sum_noise", "提交 vertical.sum_noise 更小的方案";
VerticalHospitalsDiffer "VERTICAL-HOSPITALS-DIFFER" AtParty: "{party} found that hospitals say different things of what is to be added up, or were told different things", "{party} 发现各医院关于所求合计的说法或所获的告知不一致" => "nothing tells whose doing it was: compare the versions of the program at all parties; if they are the same, somebody told hospitals different things, or one says what it was not told: let the stewards talk to each other before another run", "无从判明是哪一方所为：比对各方的程序版本；若一致，则有一方对各医院告知不一，或有医院所说与所获告知不符：各数据管理员应在再次运行前相互沟通";
VerticalGroupDeviates "VERTICAL-GROUP-DEVIATES" AtParty: "{party} found {found}, which nobody has who keeps to the protocol", "{party} 发现{found}，遵守协议的各方不会出现这种情形" => "nothing tells whose doing it was: compare the versions of the program at all parties, look whether one restored an older copy of its state folder, and let the stewards talk to each other before another run", "无从判明是哪一方所为：比对各方的程序版本，查看是否有一方恢复了状态文件夹的旧备份，各数据管理员应在再次运行前相互沟通";
VerticalNoRoom "VERTICAL-NO-ROOM" NewPlan: "sums over all hospitals leave no room for noise with {stride} candidates in a ciphertext, or take too much memory", "每个密文含 {stride} 个候选时，所有医院的合计不留噪声余地，或占用内存过多" => "submit a plan with a smaller vertical.stride or trees.bins, or fewer columns", "提交 vertical.stride 或 trees.bins 更小、或列更少的方案";
VerticalNoNumbers "VERTICAL-NO-NUMBERS" NewPlan: "the trees were broken off so often that no numbers are left for their sums", "生长树的过程中断过多，已没有可用于其合计的编号" => "find out why runs were broken off, then submit the plan again", "查明运行中断的原因，随后重新提交方案";
VerticalSumSpoilt "VERTICAL-SUM-SPOILT" Waits: "{party} could not open a sum over all hospitals: its noise was too large, as chance has it once in a thousand large studies, or a part of it is wrong", "{party} 无法打开所有医院的某个合计：其噪声过大（约千项大型研究中偶有一次），或其中有一部分有误" => "the tree repeats by itself; if it recurs, compare the versions of the program at all parties", "该树会自动重做；若反复出现，请比对各方的程序版本", THEN;
VerticalPeerDeviates "VERTICAL-PEER-DEVIATES" AtParty: "{party} found that {peer} did not keep to the protocol", "{party} 发现 {peer} 未遵守协议" => "compare the versions of the program at both; if they are the same, let the stewards talk to each other before another run; if a party restored an older copy of its state folder, submit the plan again, as another study", "比对双方的程序版本；若一致，双方数据管理员应在再次运行前相互沟通；若有一方恢复了状态文件夹的旧备份，请将方案作为另一项研究重新提交";
// Model and sums
ModelSeparation "MODEL-SEPARATION" NewPlan: "column {column} separates the labels: its coefficient grows without bound", "列 {column} 可完全分离标签：其系数无界增长" => "leave the column out, or set model.penalty", "去掉该列，或设置 model.penalty";
ModelCollinear "MODEL-COLLINEAR" NewPlan: "column {column} is a linear combination of the columns before it", "列 {column} 是其前各列的线性组合" => "leave the column out, or set model.penalty", "去掉该列，或设置 model.penalty";
ModelBeyondCaps "MODEL-BEYOND-CAPS" NewPlan: "the model's fitted means run to extremes", "模型的拟合均值趋于极端" => "check the family and the label's range; set model.penalty", "检查分布族与标签范围；设置 model.penalty";
ModelNotConverged "MODEL-NOT-CONVERGED" NewPlan: "the coefficients still change after {sums} sums", "{sums} 次求和后系数仍在变化" => "set model.penalty, or leave out columns that hardly vary", "设置 model.penalty，或去掉几乎不变的列";
ModelUnrepresentative "MODEL-UNREPRESENTATIVE" NewPlan: "the rows of the institution that leads do not approximate those of all", "主导机构的样本行不能近似代表全体" => "name another model.lead, set model.order = 2 or model.penalty, or leave model.method out: Newton's steps need no lead", "另选 model.lead，设置 model.order = 2 或 model.penalty，或去掉 model.method：牛顿迭代不需要主导方";
ModelDiverged "MODEL-DIVERGED" NewPlan: "local training ran to extremes in the arm {arm}", "对照方法 {arm} 的本地训练发散" => "lower its learning_rate or epochs; the main model does not depend on it", "降低其 learning_rate 或 epochs；主模型不受影响";
ModelTreesDiverged "MODEL-TREES-DIVERGED" NewPlan: "the gradients of tree {tree} run to extremes", "第 {tree} 棵树的梯度趋于极端" => "lower trees.learning_rate, or check the objective and the label's range", "降低 trees.learning_rate，或检查目标函数与标签范围";
ModelNothingHeldOut "MODEL-NOTHING-HELD-OUT" NewPlan: "no row was held out for early stopping", "没有留出任何行用于提前停止" => "raise trees.early_stopping.share, or leave early stopping out", "提高 trees.early_stopping.share，或去掉提前停止";
EvaluationTooFew "EVALUATION-TOO-FEW" NewPlan: "fewer than {minimum} rows are there to measure on (where classes are predicted, of one of the labels)", "可用于评估的行少于 {minimum}（分类时指某一类标签）" => "keep more rows for testing, or add contributors", "多留测试行，或增加贡献方";
SumImplausible "SUM-IMPLAUSIBLE" AtParty: "a sum is none that rows can have: some contributor's part is wrong", "某个合计不可能由真实数据得出：有贡献方的部分有误" => "compare versions and data sets of all contributors; a masked sum does not tell whose part it was", "比对各贡献方的版本与数据集；掩码求和无法指明是哪一方";
ContractDiffers "CONTRACT-DIFFERS" AtParty: "before the first round {party} found that contributors don't mean the same by the plan's columns: {differing}", "{party} 在第一轮之前发现各贡献方对方案各列的含义不同：{differing}" => "let the institutions agree on units, code systems and tables of codes; where the schema or the table is wrong, correct it and register the data set anew with `consilium data add`; nothing was computed", "请各机构就单位、编码体系与编码表达成一致；在数据结构或编码表有误之处更正，并用 `consilium data add` 重新登记数据集；尚未进行任何计算", THEN;
StatisticsDiffer "STATISTICS-DIFFER" AtCoordinator: "{party} found that a sum is not what the contributors put into it, or that they were told different ones", "{party} 发现某个合计与各贡献方所提供的不符，或各方获知的合计不一致" => "nothing tells whose doing it was: compare the versions of the program at all parties; if they are the same, the coordinator changed a sum or a contributor goes by other numbers: let the stewards talk to each other before another run", "无从判明是哪一方所为：请比对各方的程序版本；若一致，则协调方改动了合计，或有贡献方采用了不同的数字：各数据管理员应在再次运行前相互沟通";
SumTooFew "SUM-TOO-FEW" Waits: "{arrived} contributors took part at {step}, {needed} are needed", "{arrived} 家贡献方参与了 {step}，需要 {needed} 家" => "bring the missing parties back: {missing}", "请恢复缺席各方：{missing}", THEN;
SumRefused "SUM-REFUSED" AtCoordinator: "{party} refused to repeat a sum with another input or roster", "{party} 拒绝以不同的输入或名单重复某次求和" => "submit the plan again, and leave its data set, or if it is the coordinator all data sets, as they are while the study runs; if nothing changed there, whoever adds up, the coordinator or a label holder, asked for what it must not, or a party gave other numbers than before", "重新提交方案，研究运行期间勿改动其数据集（若该方为协调方，则勿改动任何一方的数据集）；若并无变更，则是求和方（协调方或标签方）提出了不应有的要求，或有一方给出的数与先前不同";
RosterShrinkRefused "ROSTER-SHRINK-REFUSED" Waits: "going on without {missing} could make single institutions' own sums derivable", "若无 {missing} 而继续，可能推导出单家机构的统计量" => "bring the party back; or ask its steward to approve with the waiver, where the plan asks for one", "恢复该方；或在方案询问豁免时请其数据管理员以豁免条款批准", THEN;
AggregatorLied "AGGREGATOR-LIED" AtCoordinator: "contributors were shown different things at {step}: {party} did not tell the truth, or a contributor says so falsely", "贡献方在 {step} 处看到的内容不一致：{party} 未如实告知，或某一贡献方谎称如此" => "nothing was opened; stewards should talk to each other before another run", "未开启任何合计；各数据管理员应在再次运行前相互沟通";
SharesDisagree "SHARES-DISAGREE" AtCoordinator: "the shares of a secret of {party} don't fit together: {party} dealt false ones, one of {holders} gave a false one, or whoever adds up, the coordinator or a label holder, says so falsely", "{party} 某一秘密的份额互相矛盾：{party} 分发了假份额，或 {holders} 中有一方给出假份额，或求和方（协调方或标签方）谎称如此" => "this sum was not opened, and nothing tells whose lie it was; compare the versions of the program of all of them, and let the stewards talk to each other before another run", "该合计未开启，也无从判明是谁作假；请比对各方的程序版本，各数据管理员应在再次运行前相互沟通";
// Machines
ClockSkew "CLOCK-SKEW" AtParty: "the clock of {party} is {seconds} s off, {most} s are allowed", "{party} 的时钟偏差 {seconds} 秒，允许 {most} 秒" => "synchronise its clock (NTP), for approvals and certificates depend on it", "同步其时钟（NTP），批准与证书依赖于它", THEN;
DiskFull "DISK-FULL" AtParty: "{party} has no disk space left", "{party} 的磁盘空间已满" => "free space there: the daemon goes on, and what was committed is still there", "在该处释放空间：守护进程继续运行，已提交的内容均在", THEN;
MemoryLow "MEMORY-LOW" AtParty: "{party} has too little memory for the run", "{party} 的内存不足以运行" => "free memory there, or use fewer columns", "在该处释放内存，或减少列", THEN;
StateDamaged "STATE-DAMAGED" AtParty: "the state of {party} can't be read", "{party} 的状态无法读取" => "run consilium doctor there, and restore the state file from its backup if it finds that damaged; what a run of an alignment has kept has no backup and needs none: it goes with the study", "在该处运行 consilium doctor；若发现状态文件损坏，则从备份恢复；对齐运行所保留的内容没有备份，也无需备份：研究结束时即删除", THEN;
Internal "INTERNAL" Report: "the program made a mistake at {step}", "程序在 {step} 处出错" => "report it with the log of the run; nothing committed is lost", "请附运行日志报告；已提交的内容不会丢失";
}
