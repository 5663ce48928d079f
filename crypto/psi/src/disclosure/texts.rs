//! The texts, in both languages.

use super::{Disclosure, Role};

const fn to(to: Role, learns: &'static str, zh: &'static str) -> Disclosure {
    Disclosure { to, learns, zh }
}

pub(super) const RELAY: Disclosure = to(
    Role::Relay,
    "from the lengths of the sealed messages: how many keys each data set has, and how many are \
     common once their rows are told, or that too few are; no key, and no row",
    "从密封消息的长度得知：各数据集有多少个键，以及在告知对应行之后共同键有多少个，或共同键过少；不获知任何键或任何行",
);

pub(super) const RELAY_SIZES: Disclosure = to(
    Role::Relay,
    "from the lengths of the sealed messages: how many keys each data set has; no key, no row, and \
     not how many are common",
    "从密封消息的长度得知：各数据集有多少个键；不获知任何键、任何行，也不获知共同键的数目",
);

pub(super) const RELAY_LARGE: Disclosure = to(
    Role::Relay,
    "from the lengths and the number of the sealed messages: how many keys each data set has, \
     roughly how many of them are common, and, if they may be too few for the protocol, exactly how \
     many, or that too few are; no key, and no row",
    "从密封消息的长度和数目得知：各数据集有多少个键、大致有多少共同键；若共同键可能过少，则得知其确切数目，或确实过少；不获知任何键或任何行",
);

pub(super) const RELAY_STAR: Disclosure = to(
    Role::Relay,
    "from the lengths and the number of the sealed messages: how many keys each data set has, \
     and how many are common to all once their rows are told, or that too few are; no key, and no \
     row",
    "从密封消息的长度和数目得知：各数据集有多少个键，以及在告知对应行之后有多少键为各方所共有，或共有的键过少；不获知任何键或任何行",
);

pub(super) const RELAY_TABLE: Disclosure = to(
    Role::Relay,
    "from the lengths and the number of the sealed messages: how many keys each data set has, \
     whether the table is fetched, and how many keys are common once their rows are told, or that \
     too few are; no key, and no row",
    "从密封消息的长度和数目得知：各数据集有多少个键、是否在取得对照表，以及在告知对应行之后共同键有多少个，或共同键过少；不获知任何键或任何行",
);

pub(super) const SIZES: Disclosure = to(
    Role::Party,
    "how many different valid keys the other's data set has, and how far a run that broke off had \
     come there",
    "对方数据集有多少个不同的有效键，以及中断的运行在对方已进行到何处",
);

pub(super) const TABLE: Disclosure = to(
    Role::Party,
    "the institution with the small set gets a table that stands for the other's keys, and keeps it \
     for as long as its secret key is in use; without an answer of the other it can test no key \
     against it, but keys that it asked about before it can test again in later studies; it also \
     learns how fast the table is made, and when the other holds its set for further studies",
    "拥有小集合的机构获得一张代表对方各键的对照表，并在其密钥的使用期内保留；没有对方的应答便无法用它检验任何键，但此前查询过的键可在以后的研究中再次检验；它还会得知对照表制作得多快，以及对方何时正为其他研究提供其集合",
);

pub(super) const QUERIES: Disclosure = to(
    Role::Party,
    "the institution with the large set learns how many keys are asked about; not which, but for \
     those that are common",
    "拥有大集合的机构得知被查询的键有多少个；除共同键之外，不知道是哪些键",
);

pub(super) const SAMPLE: Disclosure = to(
    Role::Party,
    "before all else, how many keys are common in a random sample of both data sets: an estimate of \
     how many are in all, also if they are fewer than the plan's minimum",
    "首先得知两个数据集的随机样本中共同键的数目，由此可估计共同键的总数，即使少于方案的下限",
);

pub(super) const SIZES_STAR: Disclosure = to(
    Role::Party,
    "how many different valid keys each other's data set has, and how far a run that broke off had \
     come",
    "其他各方的数据集各有多少个不同的有效键，以及中断的运行已进行到何处",
);

pub(super) const COUNT: Disclosure = to(
    Role::Party,
    "how many keys are common, also if they are fewer than the plan's minimum; of small sets, or \
     if all are common, this number tells of members",
    "共同键的数目，即使少于方案的下限；当集合很小或全部共同时，这一数目会透露其成员",
);

pub(super) const COUNT_STAR: Disclosure = to(
    Role::Party,
    "how many keys are common to all data sets, also if they are fewer than the plan's minimum; of \
     small sets, or if all are common, this number tells of members",
    "所有数据集共有的键的数目，即使少于方案的下限；当集合很小或全部共同时，这一数目会透露其成员",
);

pub(super) const ROWS: Disclosure = to(
    Role::Party,
    "if enough keys are common: which of its own rows the other has too, hence which it has not, \
     and an order of the common ones that fits the other's",
    "若共同键足够多：自己的哪些行对方也有（从而也知哪些没有），以及与对方一致的共同行顺序",
);

pub(super) const ROWS_STAR: Disclosure = to(
    Role::Party,
    "if enough keys are common: which of its own rows all others have too, hence which at least one \
     has not, and an order of the common ones that fits the others'",
    "若共同键足够多：自己的哪些行其他各方也都有（从而也知哪些行至少有一方没有），以及与其他各方一致的共同行顺序",
);

pub(super) const LEADER_FIRST: Disclosure = to(
    Role::Party,
    "the leader, which the plan names, has this result before the others and tells it to them",
    "方案所指定的主导方先于其他各方得到这一结果，并由其告知其他各方",
);

pub(super) const OTHERS_HIDDEN: Disclosure = to(
    Role::Nobody,
    "keys that only one of both has stay hidden from the other, as long as both keep to the \
     protocol",
    "只要双方遵守协议，仅一方拥有的键对另一方保持隐藏",
);

pub(super) const OTHERS_HIDDEN_STAR: Disclosure = to(
    Role::Nobody,
    "keys that some have and at least one has not stay hidden from each, also which of the others \
     have them and what any two have in common, as long as all keep to the protocol",
    "只要各方遵守协议，并非各方都有的键对每一方保持隐藏；其他各方中谁拥有这些键、任意两方之间有何共同之处，同样保持隐藏",
);

pub(super) const COALITION: Disclosure = to(
    Role::Nobody,
    "institutions that put together what they saw learn no more, unless the leader is one of them: \
     with it they learn which of its keys all the rest have, so with all but one of the others what \
     the leader has in common with that one; they could have learnt the same by bringing the \
     leader's keys as their own",
    "若若干机构将其所见合在一起，只要主导方不在其中，便不会获知更多；若主导方在其中，则可获知主导方的哪些键为其余各方所共有，因此若只剩一方在外，便可获知主导方与该方的共同键；这些机构把主导方的键当作自己的键带来，也能获知同样的内容",
);

pub(super) const ALL_HIDDEN: Disclosure = to(
    Role::Nobody,
    "which keys are common stays hidden from both, as long as both keep to the protocol",
    "只要双方遵守协议，哪些键是共同的对双方都保持隐藏",
);

pub(super) const REFUSAL: Disclosure = to(
    Role::Nobody,
    "the minimum is kept by this program, not by mathematics: an institution that runs another one \
     can have the result alone, or find out of chosen keys whether the other has them, whatever \
     the minimum",
    "下限由本程序执行，而非由数学保证：运行其他程序的机构可独自取得结果，或不受下限约束地查明对方是否拥有某些选定的键",
);

pub(super) const REFUSAL_STAR: Disclosure = to(
    Role::Nobody,
    "the minimum is kept by the leader's program, not by mathematics: a leader that runs another one \
     has the result whatever the minimum, and can keep it from the others or tell them other rows",
    "下限由主导方的程序执行，而非由数学保证：运行其他程序的主导方可不受下限约束地取得结果，并可对其他各方隐瞒，或告知其他行",
);

pub(super) const CAP: Disclosure = to(
    Role::Nobody,
    "what protects the large set is the most queries that one institution is answered in the time \
     that the plan says, counted over all studies with the data set: keys can be listed, and whoever \
     may ask about all of them learns the whole set; several institutions that put their answers \
     together, or one with several keys of identity, have as many queries each, and as many again \
     where the same rows are registered under another name with another schema",
    "保护大集合的是在方案所定期间内对一家机构所应答查询的上限，对同一数据集跨研究累计：键是可以列举的，若可查询所有的键，便会获知整个集合；若干机构合并各自所得的应答，或一家机构使用多个身份密钥，则每一个各有这一上限；同样的行若以另一名称和另一数据结构登记，则另计同样的上限",
);

pub(super) const ANSWERS: Disclosure = to(
    Role::Nobody,
    "answers are not proved: the institution with the large set can answer wrongly or bring keys \
     that it has not; the one with the small set has the result first, and can withhold it or pass \
     rows off as common that are not",
    "应答不附证明：拥有大集合的机构可作错误应答，或加入其并不拥有的键；拥有小集合的机构先得结果，可不予告知，也可将并非共同的行冒充为共同的行",
);

pub(super) const FALSE_ROWS: Disclosure = to(
    Role::Nobody,
    "an institution that runs another program can pass rows off as common that are not",
    "运行其他程序的机构可将并非共同的行冒充为共同的行",
);

pub(super) const MORE_KEYS: Disclosure = to(
    Role::Nobody,
    "an institution that runs another program can compare more keys than it declares: a tenth more \
     at least; and it can pass rows off as common that are not",
    "运行其他程序的机构可比较多于其所声明的键（至少多十分之一），也可将并非共同的行冒充为共同的行",
);

pub(super) const MORE_KEYS_STAR: Disclosure = to(
    Role::Nobody,
    "an institution that runs another program can compare more keys than it declares: a tenth more \
     at least",
    "运行其他程序的机构可比较多于其所声明的键（至少多十分之一）",
);

pub(super) const REAL: Disclosure = to(
    Role::Nobody,
    "nothing proves that keys are those of real people: an institution that brings all keys there \
     can be learns all that the other has, and one that fills its set with made-up keys can ask for \
     single people; the plan limits how many it may bring in one run of the study, and the runs, but \
     it may bring other ones in each",
    "无法证明键属于真实的人：若某机构带来所有可能的键，便会获知对方的全部；若以虚构的键充数，便可查询个别的人；方案限制每次运行可带来的数量以及运行的次数，但每次运行都可带来不同的键",
);

pub(super) const REAL_STAR: Disclosure = to(
    Role::Nobody,
    "nothing proves that keys are those of real people: an institution that brings all keys there \
     can be learns all that the others have in common, and one that fills its set with made-up keys \
     can ask for single people; the plan limits how many it may bring in one run of the study, and \
     the runs, but it may bring other ones in each",
    "无法证明键属于真实的人：若某机构带来所有可能的键，便会获知其他各方共有的全部；若以虚构的键充数，便可查询个别的人；方案限制每次运行可带来的数量以及运行的次数，但每次运行都可带来不同的键",
);

pub(super) const REPEATED: Disclosure = to(
    Role::Nobody,
    "two studies over data sets that differ by one person tell of that person by the difference of \
     their results; it is for stewards to refuse the second",
    "对仅相差一人的数据集所做的两个研究，其结果之差会透露此人；应由数据管理员拒绝第二个研究",
);

pub(super) const QUANTUM: Disclosure = to(
    Role::Nobody,
    "the other institution could keep what it received and, with a quantum computer of the future, \
     test any key against it",
    "对方机构可保存所收到的内容，并在将来以量子计算机检验任意的键",
);

pub(super) const QUANTUM_STAR: Disclosure = to(
    Role::Nobody,
    "institutions could keep what they received and, with a quantum computer of the future, test any \
     key: the leader whether all others have it, the others whether the leader has it",
    "各机构可保存所收到的内容，并在将来以量子计算机检验任意的键：主导方可检验其他各方是否都有该键，其他各方可检验主导方是否有该键",
);

pub(super) const QUANTUM_TABLE: Disclosure = to(
    Role::Nobody,
    "the institution with the small set could keep the table and one answer and, with a quantum \
     computer of the future, test any key; what it asked about itself stays hidden even then",
    "拥有小集合的机构可保存对照表和一个应答，并在将来以量子计算机检验任意的键；而它自己所查询的键即使在那时仍保持隐藏",
);
