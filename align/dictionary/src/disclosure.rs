//! Who learns what, in the words that a steward approves.

use serde::Serialize;

/// A part in a check of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who has the list.
    Holder,
    /// Each of those that use codes.
    Respondent,
    /// Who carries their sealed messages.
    Relay,
    /// Nobody: what stays hidden, and what is not promised.
    Nobody,
}

/// One thing that one role learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Who learns it.
    pub to: Role,
    /// What, in English.
    pub learns: &'static str,
    /// What, in Chinese.
    pub zh: &'static str,
}

const fn to(to: Role, learns: &'static str, zh: &'static str) -> Disclosure {
    Disclosure { to, learns, zh }
}

/// Everything that the roles learn.
pub const DISCLOSURES: &[Disclosure] = &[
    to(
        Role::Holder,
        "of each other institution: the codes that at least the minimum of its rows have and that are \
         not in the list, each with the band (of the steps 1, 2, 5, 10, 20 and so on) in which the \
         number of its rows lies",
        "其他每家机构中行数不低于下限且不在清单内的编码，以及各编码行数所在区间（按 1、2、5、10、20……分档）",
    ),
    to(
        Role::Holder,
        "of each other institution, in such bands: how many rows have a code, a code that was not \
         compared because too few rows have it, or more codes than the plan says have enough, and a \
         text that is no code of the system",
        "其他每家机构以下行数所在区间：有编码的行、因行数过少或超出方案所定个数而未比较的编码的行、内容不属于该编码体系的行",
    ),
    to(
        Role::Holder,
        "if its list is empty or made up, which nothing can show: every code that at least the minimum \
         of an institution's rows have, as many codes as the plan says at most, each with its band",
        "若其清单为空或系虚构（无法查证）：其他机构中行数不低于下限的每个编码及其行数区间，至多为方案所定个数",
    ),
    to(
        Role::Respondent,
        "of each own code that at least the minimum of its rows have: whether it is in the list; and \
         the number of codes in the list, rounded up to a power of two",
        "本机构每个行数不低于下限的编码是否在清单内；以及清单的编码个数（向上取为 2 的幂）",
    ),
    to(
        Role::Respondent,
        "if it runs another program: of any codes of its choice whether they are in the list, in each \
         run as many as the plan says; several institutions that put their answers together have a \
         multiple of it",
        "若其运行其他程序：每次运行可查明任选的若干编码是否在清单内，个数以方案所定为限；若干机构合并各自所得，则为其倍数",
    ),
    to(
        Role::Relay,
        "sizes and times of sealed messages: the size of the list, rounded up, and of each institution \
         about how many codes are missing",
        "加密消息的大小与时间：清单的大小（向上取整），以及每家机构大约有多少编码不在清单内",
    ),
    to(
        Role::Nobody,
        "codes with fewer rows than the minimum, and which texts are no code, stay at home; so do all \
         codes of the list that an institution has not compared",
        "行数低于下限的编码以及不属于编码的内容不离开本机构；清单中未经某机构比较的编码对该机构保持隐藏",
    ),
    to(
        Role::Nobody,
        "rows are counted, not people: a code that many rows have may be that of a single patient",
        "计数的是行而非人：行数很多的编码可能只属于一位患者",
    ),
    to(
        Role::Nobody,
        "nothing proves that an institution tells all its missing codes, or only codes that it has",
        "无法证明某机构已告知其全部缺失的编码，或其所告知的编码确实存在",
    ),
    to(
        Role::Nobody,
        "an institution could keep what it received and, with a quantum computer of the future, test any \
         code against the list; the codes that it asked about itself stay hidden even then",
        "机构可保存所收到的内容，并在将来以量子计算机检验任意编码是否在清单内；而它自己所查询的编码即使在那时仍保持隐藏",
    ),
];
