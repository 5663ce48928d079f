//! What each role learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

use crate::specification::Specification;

/// Gives everything that the roles can learn, beside messages' lengths and times.
pub fn disclosures(spec: &Specification) -> Vec<Disclosure> {
    let mut lines = vec![AGGREGATOR, STEP, TABLES, OTHERS, OWN];
    if spec.sketch.is_some() {
        lines.extend([ZEROS, OWN_ZEROS, TOGETHER]);
    }
    lines
}

const AGGREGATOR: Disclosure = Disclosure::to_aggregator(
    "whose rows are in the tables; of the rows themselves and of the tables nothing, as long as no \
     contributor tells it the key of the second mask, which they put over what is summed",
    "哪些机构的数据参与了合计；只要没有参与方把第二层掩码（参与方在求和内容之上另加的遮盖，密钥仅参与方持有）的密钥告诉它，就得不到任何行数据或统计表",
);
const STEP: Disclosure = Disclosure::to_aggregator(
    "of each institution in which of five steps its rows surprise more than the others' do: by less than \
     0.1, 0.3, 1, 3 bits, or more; or that the others' rows were too few for it",
    "每家机构的行比其他机构的行更出人意料的程度，仅为五档之一：不足 0.1、0.3、1、3 比特，或更多；或其他机构的行数不足以判断",
);
const TABLES: Disclosure = Disclosure::to_contributor(
    "for all institutions together, with noise: how many rows lie in each bin of each column, and in each \
     pair of bins of two columns",
    "所有机构合计（带噪声）：各列每个分档的行数，以及任意两列每对分档的行数",
);
const OTHERS: Disclosure = Disclosure::to_contributor(
    "by taking off its own, and even if its program departs from the protocol: the same tables over all other \
     institutions together, at least three, with the others' noise, which hides one row as far as the plan's \
     epsilon and delta go; with each further study over the same data set, which a steward allows by name, that is less",
    "减去自身后（即使其程序偏离协议）：可得其他机构（至少三家）合计的同样统计表，其中仍含其他机构的噪声；噪声在方案的 ε 与 δ 所及的程度上掩盖单独一行；\
     对同一数据集每多一项研究（须由数据管理员指名允许），掩盖就减弱一分",
);
const OWN: Disclosure = Disclosure::to_contributor(
    "for itself alone: how much its rows surprise whoever knows those tables, by column, and which of its \
     rows surprise most",
    "仅供本机构：对知道上述统计表者而言，本机构的行在各列上有多出人意料，以及其中最出人意料的行",
);
const ZEROS: Disclosure = Disclosure::to_aggregator(
    "with noise: about how many different entities all institutions have together, and all without each one \
     of them; so about how many each institution has alone; not which",
    "带噪声：所有机构合计约有多少不同的实体，以及除去任一机构后约有多少，从而知道每家机构约有多少独有实体；但不知是哪些",
);
const OWN_ZEROS: Disclosure = Disclosure::to_contributor(
    "with noise: about how many different entities all institutions have together, and all others together; \
     so about how many of its own nobody else has; not which",
    "带噪声：所有机构合计约有多少不同的实体，以及其他机构合计约有多少，从而知道本机构约有多少独有实体；但不知是哪些",
);
const TOGETHER: Disclosure = Disclosure::to_contributor(
    "if it joins with the coordinator: of a person whose id it knows, that no other institution has the person, \
     where the person is sampled and the bucket is empty; of an occupied bucket little, as 39 % and more \
     are occupied without the person, falsely where institutions have few; where one institution alone occupies it, \
     rather that this one has the person, where several do, rather that several have; in each further study anew",
    "若与协调方串通：对其已知证件号的某人，若此人被抽中且所在的桶为空，可知其他机构均无此人；若桶非空则所知甚少，因为没有此人时也有 39 % 以上的桶非空（实体少的机构会虚占更多）；\
     若仅一家机构占用该桶，则此人较可能属于该机构，若有多家占用，则较可能为多家所有；每多一项研究，即可再看一次",
);
