//! What each party learns, in the words that a steward approves.

/// A party of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Who has the labels.
    Labels,
    /// Who has the columns.
    Features,
}

/// One thing that one party learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceDisclosure {
    /// Who learns it.
    pub to: Holder,
    /// What, in English.
    pub learns: &'static str,
    /// What, in Chinese.
    pub zh: &'static str,
}

/// Everything that the parties can learn, beside messages' lengths and times.
pub const DISCLOSURES: &[EvidenceDisclosure] = &[
    EvidenceDisclosure {
        to: Holder::Labels,
        learns: "the number of columns, and of bins that have at least the minimum of rows; of each of \
                 these bins how many of its rows have which label; nothing else of who is in a bin",
        zh: "列数，以及行数不低于下限的分箱个数；每个此类分箱中两类标签各有多少行；除此之外不知道谁在哪个分箱",
    },
    EvidenceDisclosure {
        to: Holder::Features,
        learns: "for each column: which of its bins the label holder put together, and how many rows of \
                 these have which label, at least the minimum of either",
        zh: "每列：标签方合并了哪些分箱，以及合并后两类标签各有多少行（每类不少于下限）",
    },
    EvidenceDisclosure {
        to: Holder::Labels,
        learns: "if its program departs from the protocol: by encrypting a 1 for one row and 0 for all \
                 others, that row's bin in each column",
        zh: "若其程序偏离协议：只对某一行加密 1、其余加密 0，即可得知该行在每列中的分箱",
    },
    EvidenceDisclosure {
        to: Holder::Features,
        learns: "by bins that differ in one row, in two columns or in two studies, that row's label: no \
                 program looks for such bins",
        zh: "用两列或两项研究中仅相差一行的分箱，可得知该行的标签：程序不检查此类分箱",
    },
];
