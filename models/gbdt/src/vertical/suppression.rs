//! Which candidates of a node may be told of.

/// How many of a node's drawn rows are on the smaller side of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// None: it does not part them.
    None,
    /// Fewer than may be told of.
    Small,
    /// Enough.
    Large,
}

impl Size {
    /// Takes the rows on the smaller side and the fewest that may be told of.
    pub(crate) fn of(rows: u64, min_side: u64) -> Size {
        match rows {
            0 => Size::None,
            rows if rows < min_side => Size::Small,
            _ => Size::Large,
        }
    }
}

/// Gives the candidates that may be told of in the root.
pub(crate) fn open_in_root(sizes: &[Size]) -> Vec<bool> {
    sizes.iter().map(|size| *size == Size::Large).collect()
}

/// Gives the candidates that may be told of in a node, if those of its parent are `parent`.
///
/// One that is small in the node or its sibling, or was not told of in the parent, may not: a
/// difference of sums would tell of few rows.
pub(crate) fn open_in_child(parent: &[bool], here: &[Size], sibling: &[Size]) -> Vec<bool> {
    let of_pair = here.iter().zip(sibling);
    let open = of_pair.map(|(here, sibling)| *here == Size::Large && *sibling != Size::Small);
    let with_parent = parent.iter().zip(open);
    with_parent.map(|(parent, open)| *parent && open).collect()
}
