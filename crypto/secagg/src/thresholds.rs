//! How many shares, neighbours and signatures a sum needs, and what that survives.

/// Up to this many contributors everybody is everybody's neighbour.
pub const COMPLETE_UP_TO: usize = 100;

/// Chance, over the draw of the graph, that the assumed colluders learn more than the sum.
const INSECURITY: f64 = 1.0 / (1_u64 << 40) as f64;

/// Chance that the assumed dropouts leave a secret with too few shares.
const FAILURE: f64 = 1.0 / (1_u64 << 20) as f64;

/// What is assumed about the contributors of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// How many there are.
    pub contributors: usize,
    /// How many of them may collude with the aggregator; by default a third, and at least one.
    pub colluding: Option<usize>,
    /// How many may drop out of a sum that is still to be opened.
    pub dropouts: usize,
}

/// The numbers that a sum runs with; part of what the parties sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thresholds {
    pub(crate) contributors: usize,
    pub(crate) colluding: usize,
    pub(crate) neighbourhood: usize,
    pub(crate) shares: usize,
    pub(crate) signatures: usize,
}

/// Why no thresholds do what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// With fewer than three contributors a sum tells each the other's vector.
    #[error("{contributors} contributors are too few: a sum needs three")]
    TooFew {
        /// How many there are.
        contributors: usize,
    },
    /// The colluders would be all but one, or more.
    #[error("{colluding} colluders among {contributors} contributors leave nothing to protect")]
    TooManyColluding {
        /// How many there are.
        contributors: usize,
        /// How many are assumed to collude.
        colluding: usize,
    },
    /// The wanted dropouts leave fewer than the threshold.
    #[error(
        "of {contributors} contributors with {colluding} colluding {needed} must stay, \
         {dropouts} dropouts leave {remaining}"
    )]
    TooManyDropouts {
        /// How many there are.
        contributors: usize,
        /// How many are assumed to collude.
        colluding: usize,
        /// How many must stay to the end.
        needed: usize,
        /// How many may drop out.
        dropouts: usize,
        /// How many then remain.
        remaining: usize,
    },
    /// Numbers that no sum can run with.
    #[error(
        "neighbourhoods of {neighbourhood} with threshold {shares} don't fit {contributors} \
         contributors: odd or everybody, and no smaller than the threshold"
    )]
    Impossible {
        /// How many there are.
        contributors: usize,
        /// Shares made of each secret.
        neighbourhood: usize,
        /// Shares that restore it.
        shares: usize,
    },
}

impl Thresholds {
    /// Chooses the numbers under which the assumptions give safety.
    ///
    /// With `n` contributors, `c` of them colluding, `t = ⌊(n + c)/2⌋ + 1` shares restore a secret
    /// and `t` signatures make a survivor set valid: the honest answer once each, so at most
    /// `n + c < 2t` answers reach the aggregator about one party, too few for both its secrets.
    /// Above [`COMPLETE_UP_TO`] contributors each has only `k - 1` neighbours, on a circulant graph
    /// over a random order. The smallest `k` is taken for which some `t` has
    ///
    /// * fewer than `2t - k` colluders among everybody's neighbours, and no two runs of
    ///   `(k - 1)/2` colluders and dropouts that would cut the ring, but for `2^-40`;
    /// * `t` shares of every secret left after the dropouts, but for `2^-20`.
    ///
    /// # Errors
    ///
    /// Says with the numbers why the wanted dropouts can't be survived.
    pub fn safe(assumed: Assumed) -> Result<Thresholds, ThresholdError> {
        let Assumed {
            contributors,
            dropouts,
            ..
        } = assumed;
        if contributors < 3 {
            return Err(ThresholdError::TooFew { contributors });
        }
        let colluding = assumed.colluding.unwrap_or((contributors / 3).max(1));
        if colluding > contributors - 2 {
            return Err(ThresholdError::TooManyColluding {
                contributors,
                colluding,
            });
        }
        let needed = usize::midpoint(contributors, colluding) + 1;
        let remaining = contributors.saturating_sub(dropouts);
        if remaining < needed {
            return Err(ThresholdError::TooManyDropouts {
                contributors,
                colluding,
                needed,
                dropouts,
                remaining,
            });
        }
        let sparse = (contributors > COMPLETE_UP_TO)
            .then(|| {
                Sparse {
                    contributors,
                    colluding,
                    dropouts,
                }
                .smallest()
            })
            .flatten();
        let (neighbourhood, shares) = sparse.unwrap_or((contributors, needed));
        Ok(Thresholds {
            contributors,
            colluding,
            neighbourhood,
            shares,
            signatures: needed,
        })
    }

    /// Takes a neighbourhood (each party counts as its own neighbour) and a share threshold as they
    /// are, to compare with systems that choose them less carefully.
    ///
    /// # Errors
    ///
    /// If no sum can run with the numbers. That it is safe is not checked.
    ///
    /// # Security
    ///
    /// For measurements only: nothing relates these numbers to an assumption about colluders.
    pub fn without_proof_of_safety(
        contributors: usize,
        neighbourhood: usize,
        shares: usize,
    ) -> Result<Thresholds, ThresholdError> {
        if contributors < 3 {
            return Err(ThresholdError::TooFew { contributors });
        }
        let round = neighbourhood % 2 == 1 || neighbourhood == contributors;
        if !round || neighbourhood > contributors || shares > neighbourhood || shares < 2 {
            return Err(ThresholdError::Impossible {
                contributors,
                neighbourhood,
                shares,
            });
        }
        let signatures = contributors / 2 + 1;
        Ok(Thresholds {
            contributors,
            colluding: 0,
            neighbourhood,
            shares,
            signatures,
        })
    }

    /// Gives the same numbers for a study that goes on with all contributors only: no sum is opened
    /// unless every one of them is in it.
    #[must_use]
    pub fn requiring_everybody(self) -> Thresholds {
        Thresholds {
            signatures: self.contributors,
            ..self
        }
    }

    /// Gives the number of contributors.
    pub fn contributors(&self) -> usize {
        self.contributors
    }

    /// Gives the number of contributors that may collude with the aggregator.
    pub fn colluding(&self) -> usize {
        self.colluding
    }

    /// Gives `k`, the shares made of each secret: one for each neighbour and one for oneself.
    pub fn neighbourhood(&self) -> usize {
        self.neighbourhood
    }

    /// Gives `t`, the shares that restore a secret.
    pub fn shares(&self) -> usize {
        self.shares
    }

    /// Gives the signatures that make a survivor set valid; fewer survivors are never opened.
    pub fn signatures(&self) -> usize {
        self.signatures
    }
}

/// A search for the graph's degree.
#[derive(Clone, Copy)]
struct Sparse {
    contributors: usize,
    colluding: usize,
    dropouts: usize,
}

impl Sparse {
    fn smallest(self) -> Option<(usize, usize)> {
        let logs = LogFactorials::up_to(self.contributors);
        let mut sizes = (5..self.contributors).step_by(2);
        sizes.find_map(|k| Some((k, self.threshold(k, &logs)?)))
    }

    /// Gives the least safe threshold for neighbourhoods of `k`, if dropouts leave it enough.
    fn threshold(self, k: usize, logs: &LogFactorials) -> Option<usize> {
        let n = self.contributors;
        let others = n - 1;
        let disconnected = self.disconnected(k, logs);
        let safe = |t: &usize| {
            let captured = logs.at_least(2 * t - k, others, self.colluding, k - 1);
            n as f64 * captured + disconnected <= INSECURITY
        };
        let t = (k / 2 + 1..=k).find(safe)?;
        // A dropped party's own share is lost with it: its secrets have the fewest holders.
        let alive = others - self.dropouts.saturating_sub(1).min(others);
        let starved = logs.fewer_than(t, others, alive, k - 1);
        (n as f64 * starved <= FAILURE).then_some(t)
    }

    /// Bounds the chance that two disjoint runs of `(k - 1)/2` places hold nobody honest and alive.
    fn disconnected(self, k: usize, logs: &LogFactorials) -> f64 {
        let n = self.contributors;
        let removed = (self.colluding + self.dropouts).min(n);
        let pairs = n as f64 * (n as f64 - 1.0) / 2.0;
        pairs * logs.at_least(k - 1, n, removed, k - 1)
    }
}

/// `ln m!` for `m` from 0 on.
struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn up_to(largest: usize) -> LogFactorials {
        let mut sum = 0.0;
        let logs = (0..=largest).map(|m| {
            sum += if m == 0 { 0.0 } else { (m as f64).ln() };
            sum
        });
        LogFactorials(logs.collect())
    }

    /// Gives the chance of at least `x` marked ones among `drawn` out of `all`, `marked` of them
    /// marked: the hypergeometric tail, summed term by term.
    fn at_least(&self, x: usize, all: usize, marked: usize, drawn: usize) -> f64 {
        let fewest = (drawn + marked).saturating_sub(all);
        let most = drawn.min(marked);
        let ways = |from: usize, of: usize| self.0[from] - self.0[of] - self.0[from - of];
        let chance = |hit: usize| {
            (ways(marked, hit) + ways(all - marked, drawn - hit) - ways(all, drawn)).exp()
        };
        // From the small terms to the large, so that none is lost.
        (x.max(fewest)..=most).rev().map(chance).sum()
    }

    /// Gives the chance of fewer than `x`; not as one minus the other tail, which would lose it.
    fn fewer_than(&self, x: usize, all: usize, marked: usize, drawn: usize) -> f64 {
        // Fewer than x marked are more than drawn - x unmarked.
        if x == 0 {
            0.0
        } else {
            self.at_least((drawn + 1).saturating_sub(x), all, all - marked, drawn)
        }
    }
}
