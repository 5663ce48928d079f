//! Who learns what.

super::texts! { "disclosure":
TO_COORDINATOR: "{party}, the coordinator, learns", "协调方 {party} 获知";
TO_CONTRIBUTORS: "every contributor learns", "每家贡献方获知";
TO_LABEL_HOLDER: "{party}, the label holder, learns", "标签方 {party} 获知";
TO_HOSPITALS: "every hospital ({parties}) learns", "每家医院（{parties}）获知";
TO_FEATURE_HOLDERS: "every feature holder ({parties}) learns", "每家特征方（{parties}）获知";
TO_RECEIVERS: "every receiver of the result ({parties}) learns", "每家结果接收方（{parties}）获知";
TO_EVERYONE: "every party learns", "每一方获知";
TO_NOBODY: "what stays hidden, and what is not promised", "仍不可知的，以及不作保证的";
PLAN: "this plan, who approved it, and that the study runs", "本方案、谁已批准，以及研究正在运行";
PREFLIGHT: "of each contributor, once its steward has approved: the version of its data set, whether columns and types are as planned, whether rows are enough, free disk and memory in steps, the offset of its clock", "每家贡献方在其数据管理员批准之后的：数据集版本，列与类型是否符合方案，行数是否足够，分档的可用磁盘与内存，时钟偏差";
PREFLIGHT_LABEL_HOLDER: "of the label holder, once its steward has approved: whether its labels are of one class only", "标签方在其数据管理员批准之后的：其标签是否只有一类";
PREFLIGHT_LABELS: "of each contributor, once its steward has approved: whether its labels are of one class only", "每家贡献方在其数据管理员批准之后的：其标签是否只有一类";
TRAFFIC: "lengths, times and number of all messages, and when a party is away", "所有消息的长度、时间与数量，以及哪一方何时离线";
PREFLIGHT_KEYS: "of each contributor, once its steward has approved: the version of its data set, whether the key's columns are there, whether it has too few keys, too many, none, or the same one twice, free disk and memory in steps, the offset of its clock", "每家贡献方在其数据管理员批准之后的：数据集版本，键所需的列是否存在，键是否过少、过多、全无或重复，分档的可用磁盘与内存，时钟偏差";
PREFLIGHT_COMMON: "of each contributor, once its steward has approved: the version of its data set, whether columns and types are as planned, whether it has kept the alignment or its part of the model that the plan names, whether the common rows are enough, whether two of its rows are of one person or labels are missing, free disk and memory in steps, the offset of its clock", "每家贡献方在其数据管理员批准之后的：数据集版本，列与类型是否符合方案，是否保有方案所指的对齐结果或模型分片，共同行是否足够，是否有多行属于同一人或缺少标签，分档的可用磁盘与内存，时钟偏差";
PREFLIGHT_REPEATS: "of the label holder, once its steward has approved: whether a patient has rows at several hospitals", "标签方在其数据管理员批准之后的：是否有患者在多家医院都有行";
SIDES_AT_HOSPITALS: "the side of each hospital's rows asked for at every split by the hospitals' columns, whether its prediction depends on it or not", "所询问的各医院的行在每个按医院列进行的分裂处落在哪一侧，无论其预测是否用到";
ASKED_OF_HOSPITALS: "how many of its own rows are predicted, and which; neither predictions nor leaves", "其自身的行中有多少被预测、是哪些；不知预测值和叶节点";
NOISY_COUNT: "how many keys are common: {counter} exactly, {other} only with random noise (two-sided geometric, ε = {epsilon})", "共同键的数目：{counter} 获知确切值，{other} 仅获知加有随机噪声（双侧几何分布，ε = {epsilon}）的值";
INPUTS_HIDDEN: "no single contributor's sums are seen by anybody else, as long as at most {colluding} of the {contributors} contributors collude with the coordinator", "只要 {contributors} 家贡献方中至多 {colluding} 家与协调方串通，任何一家的统计量都不会被他方看到";
INPUTS_HIDDEN_BUT: "no single contributor's sums are seen by anybody else, as long as at most {colluding} of the {contributors} contributors collude with the coordinator, except as said above of contributors that drop out", "除上文关于退出的贡献方所述的情形外，只要 {contributors} 家贡献方中至多 {colluding} 家与协调方串通，任何一家的统计量都不会被他方看到";
DERIVABLE: "if contributors drop out and the study goes on: the differences between sums over different sets of contributors; the study waits instead where these sums together would tell of fewer than {least} contributors", "若有贡献方退出而研究继续：不同贡献方集合的合计之差；当这些合计放在一起会透露少于 {least} 家贡献方的统计量时研究会暂停";
DERIVABLE_WAIVED: "of contributors that drop out and whose own approval allows it: such differences too, be they of one contributor alone", "对退出且其自身批准允许的贡献方：即使只涉及其中一家，也可得到上述之差";
DERIVABLE_RELAXED: "from twenty contributors on: sums whose difference is one contributor's alone, since this plan relaxes the rule", "贡献方达到二十家时：其差可为单家贡献方统计量的合计，因为本方案放宽了规则";
RESULT: "the model with coefficients, two-digit standard errors, p-values and intervals, the measures over all contributors, who contributed with which version of a data set, how many runs there were, what they cost the coordinator, and which sums were opened over whom", "模型（系数、两位有效数字的标准误、p 值、区间）、所有贡献方合计的评估指标、贡献方名单及其数据集版本、运行次数及其对协调方的开销，以及对哪些机构开启过哪些合计";
RESULT_WITH_NOISE: "the model with coefficients and no standard errors, nearly the number of rows, the measures over all contributors, who contributed with which version of a data set, how many runs there were, what they cost the coordinator, and which sums were opened over whom", "模型（系数，无标准误）、约略的行数、所有贡献方合计的评估指标、贡献方名单及其数据集版本、运行次数及其对协调方的开销，以及对哪些机构开启过哪些合计";
NOISE: "from the sums of the fit, more of any one row than differential privacy with ε = {epsilon} and δ = {delta} lets through, as long as at most {colluding} contributors collude with the coordinator; nothing of the kind is promised of the measures, of what is compared with, of several rows of one patient, nor of other studies over the same rows: no ledger adds them up yet, so that such plans run in the lab only", "由拟合所用的合计，对任一行所知不超过 ε = {epsilon}、δ = {delta} 的差分隐私所容许者，前提是至多 {colluding} 家贡献方与协调方串通；评估指标、对照模型、同一患者的多行，以及对相同样本行的其他研究，均不在此保证之内：尚无预算账本累计它们，故此类方案仅在实验室运行";
RESULT_TREES: "the model with its trees, gains and leaves, the losses after each tree, the measures over all contributors, who contributed with which version of a data set, how many runs there were, what they cost the coordinator, and which sums were opened over whom", "模型（各棵树及其增益与叶节点）、每棵树之后的损失、所有贡献方合计的评估指标、贡献方名单及其数据集版本、运行次数及其对协调方的开销，以及对哪些机构开启过哪些合计";
RESULT_TREES_ALONE: "the model with its trees, gains and leaves, the loss after the last tree, the measures over all contributors, who contributed with which version of a data set, how many runs there were, what they cost the coordinator, and which sums were opened over whom", "模型（各棵树及其增益与叶节点）、最后一棵树之后的损失、所有贡献方合计的评估指标、贡献方名单及其数据集版本、运行次数及其对协调方的开销，以及对哪些机构开启过哪些合计";
OWN_PART_LABELS: "the values of all leaves, the predictions for all common rows, and their measures; it keeps its part of the model", "所有叶节点的值、全部共同行的预测及其评估指标；并保存自己的模型分片";
OWN_PART_HOSPITALS: "the hospitals' part of the model, the same at each: the columns and thresholds of the hospitals' splits", "医院的模型分片（各家相同）：医院各列的分裂所用的列与阈值";
OWN_PART_FEATURES: "its part of the model: the columns and thresholds of its own splits", "自己的模型分片：自有分裂的列与阈值";
RESULT_VERTICAL: "how many trees there are, the mean losses before the first and after each tree to four significant digits, those of held-out rows only if these are at least a hundred, hence about what share of the labels is positive, or how far they spread; AUC and accuracy on the test rows, rounded to 0.01, if classes are predicted and there are at least ten test rows of each, who contributed with which version of a data set, how many runs there were, and what they cost the coordinator", "树的数目；第一棵树之前与每棵树之后的平均损失（取四位有效数字；留出行的损失仅当其不少于一百行），由此大致可知标签中阳性的比例或标签的离散程度；测试行上的 AUC 与准确率（取到 0.01，仅当预测分类且每类测试行不少于十）；贡献方名单及其数据集版本、运行次数及其对协调方的开销";
RESULT_PREDICTED: "who contributed with which version of a data set, how many runs there were, and what they cost the coordinator", "贡献方名单及其数据集版本、运行次数及其对协调方的开销";
PREDICTIONS: "the predictions for all common rows", "全部共同行的预测";
OWN_METRICS_HOME: "the measures of a single institution are computed at home and stay there", "单家机构的评估指标在本地计算并留在本地";
OWN_METRICS_ROUNDED: "AUC and accuracy of each single institution, rounded to 0.01, if it has at least ten evaluated rows of each label, or else that it has fewer", "每家机构的 AUC 与准确率（取到 0.01），前提是其每类标签的评估行不少于十；否则仅得知其不足十行";
POISONED: "a mask hides a wrong input as well as a right one: an institution that sends false numbers shifts the result unseen", "掩码同样会掩盖错误输入：某机构若发送虚假数值，会在不被察觉的情况下改变结果";
NO_FORMAL_BOUND: "no formal bound limits what exact results tell about one patient: minimum row counts make it harder, but results of several studies over nearly the same patients can be combined", "精确结果对单个病人透露多少没有形式化上界：最少行数使推断更难，但对几乎相同的病人所做的多个研究，其结果可被合并利用";
ARMS: "for comparison, the models of {arms}, with the lines above that are theirs", "作为对照的 {arms} 模型，含上述相应各项";
UNVERIFIED: "Nobody here has compared the fingerprint of {parties} with the other side: as to them, the coordinator is trusted for confidentiality, and each of them counts as one that may collude with it.", "本机构尚未与对方核对 {parties} 的指纹：对这些方，保密性取决于对协调方的信任，且每一方都按可能与其串通计。";
TOO_FEW_VERIFIED: "{verified} contributors are verified here, this plan needs {minimum}.", "此处已核验 {verified} 家贡献方，本方案需要 {minimum} 家。";
ALL_VERIFIED: "The fingerprints of all contributors were verified here.", "所有贡献方的指纹均已在此核验。";
}
